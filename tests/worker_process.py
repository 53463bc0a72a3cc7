"""Real workers for tests: a process of one pool, started as a user would, which can be killed, stopped, restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from agent.contract import Pool

_READY_S = 60.0
"""Most time a worker may take to be ready: a train worker loads torch first, on a machine that others use too."""
_END_S = 20.0
"""Most time an ended process may take to be gone."""


class WorkerProcess:
    """A worker of one pool in a session of its own; its log is kept over restarts."""

    def __init__(
        self, pool: str, folder: Path, environment: Mapping[str, str], name: str = "", concurrency: int = 0
    ) -> None:
        """``concurrency`` 0 leaves it to the worker, as users do."""
        self.pool = Pool(pool)
        self.name = name or pool
        self.log = folder / f"{self.name}.log"
        self._arguments = [pool, "--name", self.name, "--concurrency", str(concurrency)]
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the process, with this added to its environment; `ready` waits for it."""
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.start", *self._arguments],
                env={**self._environment, **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Of the main process, which leads the session."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the main process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the main process ended, negative for a signal; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def logs(self) -> str:
        """All that was written since the last start."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def ready(self) -> bool:
        """Wait until Celery says it is; raises AssertionError with the log otherwise."""
        deadline = time.monotonic() + _READY_S
        while " ready." not in self.logs():
            assert time.monotonic() < deadline and self.alive, f"{self.name} is not ready:\n{self.logs()}"
            time.sleep(0.05)
        return True

    def descendants(self) -> list[psutil.Process]:
        """Pool children and what they started, also in sessions of their own, as training does."""
        try:
            return psutil.Process(self.pid).children(recursive=True) if self.alive else []
        except psutil.NoSuchProcess:
            return []

    def owns(self, pid: int) -> bool:
        """Whether this is the main process or runs below it."""
        return pid == self.pid or any(process.pid == pid for process in self.descendants())

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Signal the whole session, as a lost machine (SIGKILL) or its manager (SIGTERM) does, and wait for the end.

        What leads a session of its own below it (a training child) is left as it is, as by the kernel's killer.
        """
        if self.alive:
            os.killpg(self.pid, how)
            self._wait()

    def kill_main(self) -> None:
        """SIGKILL for the main process only; its pool children are orphans then."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            self._wait()

    def signal(self, how: int) -> None:
        """Send a signal to the whole session and go on (SIGSTOP, SIGCONT, SIGTERM)."""
        os.killpg(self.pid, how)

    def end(self) -> None:
        """End it and every process below it, whatever state they are in."""
        below = self.descendants()
        if self._process is not None:
            with suppress(ProcessLookupError):
                # Also when the main process is gone: its orphans are in its session still.
                os.killpg(self._process.pid, signal.SIGKILL)
            self._wait()
        for process in below:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue

    def _wait(self) -> None:
        assert self._process is not None
        self._process.wait(_END_S)
