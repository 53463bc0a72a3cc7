"""Nodes for pytest-celery that are processes on this machine instead of containers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from tests.servers import ValkeyProcess

_READY_S = 40.0


class ServerNode:
    """Shows a Valkey process the way pytest-celery looks at a container."""

    name = "valkey"

    def __init__(self, server: ValkeyProcess) -> None:
        self.id = uuid.uuid4().hex
        self.server = server

    @property
    def status(self) -> str:
        """As Docker words it."""
        return "running"

    @property
    def celeryconfig(self) -> dict[str, Any]:
        """Addresses under the names pytest-celery asks for."""
        url = self.server.url
        return {
            "url": url,
            "local_url": url,
            "host_url": url,
            "hostname": "127.0.0.1",
            "port": self.server.port,
            "vhost": "0",
        }

    def ready(self) -> bool:
        """The server answered before it was handed to us."""
        return True

    def logs(self) -> str:
        """The server writes its log itself."""
        return ""

    def reload(self) -> None:
        """Status is always fresh."""

    def teardown(self) -> None:
        """The fixture that started the server ends it."""


class WorkerNode:
    """A worker of one pool, started as a user would, in a session of its own."""

    def __init__(self, pool: str, folder: Path, environment: dict[str, str]) -> None:
        self.id = uuid.uuid4().hex
        self.name = f"{pool}-{self.id[:6]}"
        self.pool = pool
        self._log = folder / f"{self.name}.log"
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the process; `ready` waits for it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.start", self.pool],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @classmethod
    def worker_name(cls) -> str:
        """pytest-celery asks the class, not the instance."""
        return "finetune"

    @classmethod
    def worker_queue(cls) -> str:
        """As above; each instance serves its own pool's queues."""
        return "control"

    @classmethod
    def version(cls) -> str:
        """Of Celery."""
        import celery

        return str(celery.__version__)

    @classmethod
    def log_level(cls) -> str:
        """As workers are started."""
        return "INFO"

    @property
    def status(self) -> str:
        """As Docker words it."""
        return "running" if self._process and self._process.poll() is None else "exited"

    @property
    def celeryconfig(self) -> dict[str, Any]:
        """A worker has no address."""
        return {}

    @property
    def pid(self) -> int:
        """Of the worker's main process."""
        assert self._process is not None
        return self._process.pid

    def logs(self) -> str:
        """All that was written so far."""
        return self._log.read_text(errors="replace")

    def reload(self) -> None:
        """Status is always fresh."""

    def ready(self) -> bool:
        """Wait until Celery says it is; raises AssertionError with the log otherwise."""
        deadline = time.monotonic() + _READY_S
        while " ready." not in self.logs():
            assert time.monotonic() < deadline and self.status == "running", self.logs()
            time.sleep(0.05)
        return True

    def kill(self, signal: int | str = signal.SIGKILL) -> None:
        """End the worker and what it started."""
        number = getattr(__import__("signal"), signal) if isinstance(signal, str) else signal
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(20)

    def teardown(self) -> None:
        """End it in any case."""
        self.kill()
