"""Nodes for pytest-celery that are processes on this machine instead of containers."""

from __future__ import annotations

import signal
import uuid
from pathlib import Path
from typing import Any

from tests.servers import ValkeyProcess
from tests.worker_process import WorkerProcess


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
    """Shows a worker process the way pytest-celery looks at a container."""

    def __init__(self, pool: str, folder: Path, environment: dict[str, str]) -> None:
        self.id = uuid.uuid4().hex
        self.name = f"{pool}-{self.id[:6]}"
        self.worker = WorkerProcess(pool, folder, environment, name=self.name)
        self.worker.start()

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
        return "running" if self.worker.alive else "exited"

    @property
    def celeryconfig(self) -> dict[str, Any]:
        """A worker has no address."""
        return {}

    def logs(self) -> str:
        """All that was written so far."""
        return self.worker.logs()

    def reload(self) -> None:
        """Status is always fresh."""

    def ready(self) -> bool:
        """Wait until Celery says it is; raises AssertionError with the log otherwise."""
        return self.worker.ready()

    def kill(self, signal: int | str = signal.SIGKILL) -> None:
        """End the worker and what it started."""
        number = getattr(__import__("signal"), signal) if isinstance(signal, str) else signal
        self.worker.kill(number)

    def teardown(self) -> None:
        """End it in any case."""
        self.worker.end()
