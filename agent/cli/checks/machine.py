"""Cores, memory, disk and accelerator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from agent.cli.checks.check import Check
from agent.report.words import accelerator
from agent.settings import Settings

_GB = 1e9
ROOM_GB = 4.0
"""A run leaves about 2 GB: base weights, checkpoints, adapter and merged model. Twice that for a second."""
MEMORY_GB = 4.0
"""Peak of the embedded default with all five workers is below this."""
_PROBE_TIMEOUT_S = 120.0


def machine_checks(settings: Settings) -> list[Check]:
    """What this machine brings."""
    return [_cores_and_memory(), _disk(settings.home_folder), _accelerator()]


def allowed_cores() -> int:
    """Cores that this process may use; where the system does not say (macOS), all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cores_and_memory() -> Check:
    cores = allowed_cores()
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GB
    found = f"{cores} cores, {memory_gb:.1f} GB"
    if memory_gb < MEMORY_GB:
        return Check("machine", "optional", found, f"training wants {MEMORY_GB:g} GB or more")
    return Check("machine", "ok", found)


def _disk(home: Path) -> Check:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free_gb = shutil.disk_usage(there).free / _GB
    if free_gb < ROOM_GB:
        return Check("disk", "missing", f"{free_gb:.1f} GB free at {there}", f"free {ROOM_GB:g} GB, or use --home")
    return Check("disk", "ok", f"{free_gb:.1f} GB free at {there}")


def _accelerator() -> Check:
    """Found by a child: looking for an accelerator loads torch, which the command line never does."""
    try:
        probe = subprocess.run(
            [sys.executable, "-m", "workers.train.capability"],
            capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S, stdin=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        return Check("accelerator", "ok", accelerator(json.loads(probe.stdout.splitlines()[-1])))
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        return Check(
            "accelerator",
            "missing",
            said[-1] if said else type(error).__name__,
            "pip install 'finetune-agent[train]'",
        )
