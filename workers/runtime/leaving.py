"""Whether this worker was asked to stop: said in its main process, seen at once in its pool children."""

from __future__ import annotations

import mmap

# One byte of memory that forked children share with the process that made it.
_flag = mmap.mmap(-1, 1)


def leave() -> None:
    """Say that this worker stops; there is no way back."""
    _flag[0] = 1


def is_leaving() -> bool:
    """Whether it was said."""
    return _flag[0] == 1
