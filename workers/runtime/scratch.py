"""Local folders of units: made for one attempt, removed after it, and swept up when its process died."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"^finetune-[a-z]+-(\d+)-")


def make_scratch(stage: str, root: Path | None = None) -> Path:
    """A new folder under ``root`` (the system's folder for temporary files by default), named after this process."""
    return Path(tempfile.mkdtemp(prefix=f"finetune-{stage}-{os.getpid()}-", dir=root))


def sweep_scratch(root: Path | None = None) -> int:
    """Remove the folders of dead processes, which may hold gigabytes of checkpoints; returns how many."""
    swept = 0
    for folder in Path(root or tempfile.gettempdir()).iterdir():
        named = _NAME.match(folder.name)
        if named and not _is_alive(int(named[1])):
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Of another user, who sweeps his own.
        return True
    return True
