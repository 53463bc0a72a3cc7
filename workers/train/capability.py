"""What this machine can train on, found by a child process so that no Celery worker ever loads torch."""

from __future__ import annotations

import os
import subprocess
import sys

from pydantic import Field

from agent.contract import MEMORY_CLASSES_GB, train_queue
from agent.errors import MissingDependency, OperationFailed
from agent.job.records import Record

_PROBE_TIMEOUT_S = 180.0
"""Generous for loading torch from a cold disk; a hung driver must not hold the worker for ever."""
_CLASS_TOLERANCE = 0.9
"""An '8 GB' machine shows a little less than its name: firmware and kernel keep their part."""


class Capability(Record):
    """An accelerator backend and what it offers; the advertisement of a train worker."""

    backend: str = Field(description="cuda | rocm | mps | cpu")
    devices: int = Field(description="Number of devices of this backend; 1 for cpu.")
    names: tuple[str, ...]
    memory_gb: float = Field(description="Memory of the smallest device in 10^9 bytes; the host's for cpu and mps.")
    bf16: bool = Field(description="Whether bf16 arithmetic is native, and so faster than fp32.")
    threads: int = Field(description="Physical cores this process may use.")


def detect_capability() -> Capability:
    """What this machine offers; takes a few seconds, since a child loads torch.

    Raises:
        MissingDependency: torch is not installed.
        OperationFailed: the probe died or hung, which a broken driver does.
    """
    try:
        probe = subprocess.run(
            [sys.executable, "-m", "workers.train.capability"],
            capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OperationFailed(
            f"Looking for accelerators took over {_PROBE_TIMEOUT_S:.0f} s.",
            next_step="Check the device's driver, or hide the device with CUDA_VISIBLE_DEVICES=.",
        ) from error
    if probe.returncode == 0:
        return Capability.model_validate_json(probe.stdout.splitlines()[-1])
    if "No module named 'torch'" in probe.stderr:
        raise MissingDependency("A train worker needs torch.", next_step="pip install 'finetune-agent[train]'")
    said = (probe.stderr.strip() or f"exit code {probe.returncode}").splitlines()[-1]
    raise OperationFailed(f"Looking for accelerators failed: {said}", next_step="Check the device's driver.")


def queues_for(capability: Capability) -> list[str]:
    """The queues a train worker serves, most demanding first.

    Of its own backend and of 'any', every memory class up to its own; a machine below all classes still
    serves the smallest, since small models fit it.
    """
    reached = [size for size in MEMORY_CLASSES_GB if capability.memory_gb >= size * _CLASS_TOLERANCE]
    classes = reached or [MEMORY_CLASSES_GB[0]]
    backends = (capability.backend, "any")
    return [train_queue(backend, size) for size in reversed(classes) for backend in backends]


def physical_cores() -> int:
    """Physical cores this process may run on; more threads than that only wait for each other in matrix products.

    Never more than OMP_THREAD_LIMIT: with fewer threads than torch asked for, parts of results are never computed, and
    the loss is no number (seen with torch 2.13 on a CPU).
    """
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = os.environ.get("OMP_THREAD_LIMIT", "")
    limited = int(limit) if limit.isdecimal() else allowed
    return max(1, min(psutil.cpu_count(logical=False) or 1, allowed, limited))


if __name__ == "__main__":
    from workers.train.accelerators import probe

    print(probe().model_dump_json())
