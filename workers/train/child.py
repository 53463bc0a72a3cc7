"""The parent's half: runs a child process, forwards its events, and ends all of it when it must stop."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from agent import errors
from agent.errors import FinetuneError, TrainingFailed
from agent.job.records import Record
from workers.runtime.work import Tick
from workers.train.capability import physical_cores

R = TypeVar("R", bound=Record)

LOG_TAIL_BYTES = 20_000
"""Enough of a child's log for a traceback with the warnings before it."""
_LISTEN_S = 1.0
"""Seconds between looks at the cancel flag while the child says nothing."""
_GRACE_S = 5.0
"""Seconds between asking a child to end and killing it."""
_OUT_OF_MEMORY = re.compile(r"out of memory|OutOfMemoryError|DefaultCPUAllocator|can't allocate memory", re.IGNORECASE)


def run_child(
    module: str,
    config: Record,
    result: type[R],
    *,
    tick: Tick,
    scratch: Path,
    stall_timeout_s: float,
    on_checkpoint: Callable[[int, Path], None] = lambda step, folder: None,
) -> R:
    """What ``python -m module`` hands over as its result.

    Progress goes to ``tick``; what it raises ends the child, with every process it started, and is passed on.
    The log stays in ``scratch``, see `log_tail`.

    Raises:
        TrainingFailed: the child died (out of memory is named as such), stalled, or handed over nothing.
        FinetuneError: what the child itself raised from our tree.
    """
    name = module.rsplit(".", 1)[-1]
    settings = scratch / f"{name}.json"
    settings.write_text(config.model_dump_json(), encoding="utf-8")
    with _log_file(scratch, name).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            env={**os.environ, **_environment()},
        )  # fmt: skip
    try:
        content = _listen(process, name, tick, stall_timeout_s, on_checkpoint)
        code = process.wait()
    finally:
        _end(process)
    if content is not None:
        return result.model_validate(content)
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


def _log_file(scratch: Path, name: str) -> Path:
    return scratch / f"{name}.log"


def _listen(
    process: subprocess.Popen[bytes],
    name: str,
    tick: Tick,
    stall_timeout_s: float,
    on_checkpoint: Callable[[int, Path], None],
) -> dict[str, Any] | None:
    """Forward events until the child closes its side; returns the content of its result, None without one."""
    lines: queue.Queue[bytes | None] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=_pump, args=(process.stdout, lines), daemon=True).start()
    done, total = 0, None
    figures: dict[str, float | str] = {}
    content: dict[str, Any] | None = None
    last_word = time.monotonic()
    while True:
        try:
            line = lines.get(timeout=_LISTEN_S)
        except queue.Empty:
            if time.monotonic() - last_word > stall_timeout_s:
                raise TrainingFailed(
                    f"The {name} process made no step for {stall_timeout_s:.0f} s and was ended.",
                    next_step="It goes on from its last checkpoint; raise the limit if steps are slow.",
                ) from None
            tick(done, total, **figures)
            continue
        if line is None:
            return content
        last_word = time.monotonic()
        event = json.loads(line)
        match event["event"]:
            case "progress":
                done, total, figures = event["done"], event["total"], event["figures"]
                tick(done, total, **figures)
            case "checkpoint":
                on_checkpoint(event["step"], Path(event["folder"]))
            case "error":
                raise _rebuilt(event)
            case "result":
                content = event["content"]


def _pump(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _rebuilt(event: dict[str, str]) -> FinetuneError:
    kind = getattr(errors, event["kind"], TrainingFailed)
    error = kind(event["message"], next_step=event["next_step"])
    assert isinstance(error, FinetuneError)
    return error


def _failure(name: str, code: int, log: str) -> TrainingFailed:
    """What to say of a child that ended without a result."""
    killed = -code if code < 0 else 0
    if killed == signal.SIGKILL or _OUT_OF_MEMORY.search(log):
        return TrainingFailed(
            f"The {name} process ran out of memory.",
            next_step="Lower train.micro_batch_sequences or train.sequence_length, or use a larger machine.",
        )
    said = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "it left no message")
    how = f"was killed by {signal.Signals(killed).name}" if killed else f"ended with exit code {code}"
    return TrainingFailed(f"The {name} process {how}: {said}", next_step="Its log is kept beside the artifact.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started; it leads a session of its own."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ask)
        except ProcessLookupError:
            break
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
