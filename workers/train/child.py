"""The parent's half: runs a child process, forwards its events, and ends all of it when it must stop."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from agent import errors
from agent.errors import FinetuneError, ProcessKilled, StoreUnavailable, TrainingFailed, WorkerLeaving
from agent.job.records import Record
from workers.runtime.work import StageWork, Tick
from workers.train.capability import physical_cores
from workers.train.events import CHECKPOINT_AND_END

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)
OnCheckpoint = Callable[[int, Path, Callable[[], None]], None]
"""Gets the step, the local folder, and something to call now and then that raises when the work must stop."""

LOG_TAIL_BYTES = 20_000
"""Enough of a child's log for a traceback with the warnings before it."""
_LOOK_S = 0.25
"""Seconds between looks at the orders to stop while the child says nothing."""
_GRACE_S = 5.0
"""Seconds a child may take to vanish: by itself after it closed its line, and by the kernel's hand after a kill."""
_LEAVE_WITHIN_S = 3.0
"""See `workers.runtime.work.StageWork.leave_within_s`."""
_OUT_OF_MEMORY = re.compile(
    r"out of memory|OutOfMemoryError|DefaultCPUAllocator|can't allocate memory|std::bad_alloc", re.IGNORECASE
)
_OWN_FAULTS = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP}
"""Signals that a process brings upon itself; all others come from the kernel's memory killer or from somebody."""


def run_child(
    module: str,
    config: Record,
    result: type[R],
    *,
    tick: Tick,
    scratch: Path,
    stall_timeout_s: float,
    on_checkpoint: OnCheckpoint | None = None,
    leaving: Callable[[], bool] = lambda: False,
    leave_within_s: float = _LEAVE_WITHIN_S,
) -> R:
    """What ``python -m module`` hands over as its result.

    Progress goes to ``tick``; what it raises ends the child, with every process it started, and is passed on.
    The log stays in ``scratch``, see `log_tail`.

    Once ``leaving()`` is true, a child that makes checkpoints (``on_checkpoint`` is given) is asked for a last one
    and gets ``leave_within_s`` for it; any other is ended at once.

    Raises:
        TrainingFailed: the child died of itself (out of memory is named as such), stalled, or handed over nothing.
        ProcessKilled: somebody or the kernel ended the child.
        WorkerLeaving: this worker leaves, and the child is ended; its last checkpoint is stored if there was time.
        FinetuneError: what the child itself raised from our tree.
    """
    name = module.rsplit(".", 1)[-1]
    settings = scratch / f"{name}.json"
    settings.write_text(config.model_dump_json(), encoding="utf-8")
    with _log_file(scratch, name).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, start_new_session=True,
            env={**os.environ, **_environment()},
        )  # fmt: skip
    talk = _Talk(process, name, tick, stall_timeout_s, on_checkpoint, leaving, leave_within_s)
    try:
        content = talk.listen()
        code = _exit_code(process) if content is None else 0
    finally:
        _end(process)
    if content is not None:
        return result.model_validate(content)
    if talk.asked_to_leave and code is not None and code < 0:
        raise _left(name)
    raise _failure(name, code, log_tail(scratch, name))


def _environment() -> dict[str, str]:
    """Threads for the child.

    Waiting OpenMP threads sleep instead of spinning. Against the default, a forward pass on two cores was 1.7
    times as fast beside one busy process, 1.6 times beside two, and no slower alone (four passes each).
    OpenMP reads these once, when it is loaded, so they must be there before the child starts.
    """
    return {
        "OMP_NUM_THREADS": str(physical_cores()),
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        # One device a job: with several in sight the Trainer would wrap the model in DataParallel.
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0],
    }


def log_tail(scratch: Path, name: str) -> str:
    """The end of the log of the child whose module is called ``name``; '' when it never ran."""
    file = _log_file(scratch, name)
    return file.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace") if file.is_file() else ""


def keep_log(work: StageWork, name: str, file: str) -> None:
    """Write the end of a failed child's log into the artifact; a store that is full must not hide the failure."""
    with suppress(StoreUnavailable):
        work.output.write_file(file, log_tail(work.scratch, name).encode())


def _log_file(scratch: Path, name: str) -> Path:
    return scratch / f"{name}.log"


class _Talk:
    """The events of one child, and what its worker wants of it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        name: str,
        tick: Tick,
        stall_timeout_s: float,
        on_checkpoint: OnCheckpoint | None,
        leaving: Callable[[], bool],
        leave_within_s: float,
    ) -> None:
        self._process = process
        self._name = name
        self._tick = tick
        self._stall_timeout_s = stall_timeout_s
        self._on_checkpoint = on_checkpoint
        self._leaving = leaving
        self._leave_within_s = leave_within_s
        self._leave_by: float | None = None
        self._done, self._total = 0, None
        self._figures: dict[str, float | str] = {}

    @property
    def asked_to_leave(self) -> bool:
        """Whether the child was told that its worker leaves."""
        return self._leave_by is not None

    def listen(self) -> dict[str, Any] | None:
        """Forward events up to the child's result and return its content; None when the child ends without one."""
        lines: queue.Queue[bytes | None] = queue.Queue()
        assert self._process.stdout is not None
        threading.Thread(target=_pump, args=(self._process.stdout, lines), daemon=True).start()
        last_word = time.monotonic()
        while True:
            try:
                line = lines.get(timeout=_LOOK_S)
            except queue.Empty:
                if time.monotonic() - last_word > self._stall_timeout_s:
                    raise TrainingFailed(
                        f"The {self._name} process made no step for {self._stall_timeout_s:.0f} s and was ended.",
                        next_step="It goes on from its last checkpoint; raise the limit if steps are slow.",
                    ) from None
                self._look()
                continue
            if line is None:
                return None
            last_word = time.monotonic()
            event = json.loads(line)
            match event["event"]:
                case "progress":
                    self._done, self._total, self._figures = event["done"], event["total"], event["figures"]
                    self._look()
                case "checkpoint" if self._on_checkpoint is not None:
                    self._on_checkpoint(event["step"], Path(event["folder"]), self._look)
                case "error":
                    raise self._rebuilt(event)
                case "result":
                    content: dict[str, Any] = event["content"]
                    return content

    def _look(self) -> None:
        """Raise when the work must stop; that the worker leaves is first passed on to a child that can save."""
        if self._leave_by is not None:
            if time.monotonic() > self._leave_by:
                raise _left(self._name)
            return
        leaving = self._leaving()
        if not leaving:
            try:
                self._tick(self._done, self._total, **self._figures)
            except WorkerLeaving:
                leaving = True
        if leaving:
            if self._on_checkpoint is None:
                raise _left(self._name)
            self._leave_by = time.monotonic() + self._leave_within_s
            assert self._process.stdin is not None
            # A child that is gone cannot be asked; the end of its events follows.
            with suppress(BrokenPipeError):
                self._process.stdin.write(CHECKPOINT_AND_END)
                self._process.stdin.flush()

    def _rebuilt(self, event: dict[str, str]) -> FinetuneError:
        kind = getattr(errors, event["kind"], TrainingFailed)
        if kind is WorkerLeaving and not (self.asked_to_leave or self._leaving()):
            kind = ProcessKilled
        error = kind(event["message"], next_step=event["next_step"])
        assert isinstance(error, FinetuneError)
        return error


def _pump(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    for line in stream:
        # A killed process may leave half a line.
        if line.endswith(b"\n"):
            lines.put(line)
    lines.put(None)


def _left(name: str) -> WorkerLeaving:
    return WorkerLeaving(f"This worker was asked to stop, so the {name} process was ended.")


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code of a child that has said all it had to say; None when it does not end all the same."""
    try:
        return process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        return None


def _failure(name: str, code: int | None, text: str) -> FinetuneError:
    """What to say of a child that ended without a result; ``text`` is its log."""
    if _OUT_OF_MEMORY.search(text):
        return TrainingFailed(
            f"The {name} process ran out of memory.",
            next_step="Lower train.micro_batch_sequences or train.sequence_length, or use a larger machine.",
        )
    killed = -code if code is not None and code < 0 else 0
    if killed and killed not in _OWN_FAULTS:
        cause = "; often the system was out of memory" if killed == signal.SIGKILL else ""
        return ProcessKilled(
            f"The {name} process was killed by {_signal_name(killed)}{cause}.",
            next_step="It is run again and goes on from its last checkpoint; should it be killed again and again, "
            "give the machine more memory or lower train.micro_batch_sequences.",
        )
    said = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it left no message")
    how = "closed its line and did not end" if code is None else f"ended with exit code {code}"
    if killed:
        how = f"crashed with {_signal_name(killed)}"
    return TrainingFailed(f"The {name} process {how}: {said}", next_step="Its log is kept beside the artifact.")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return f"signal {number}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started; it leads a session of its own.

    Only SIGKILL reaches a process that somebody stopped, and there is nothing that a child would tidy up.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        log.warning("process %d does not end although it was killed; it probably waits for a disk", process.pid)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
