"""Confines the reader process before it reads anything: no network, few and small files, no life after its parent."""

from __future__ import annotations

import fcntl
import math
import resource
import signal
import sys
import termios
import time
from typing import Any

from workers.parse.isolation.limits import MAX_FILE_MB, MAX_OPEN_FILES, SPARE_DATA_MB, Limits

_MB = 1024 * 1024


def confine(terminal: int) -> None:
    """Give up what no reader needs. ``terminal`` is the near end of a pseudo-terminal that the parent holds open."""
    _end_with_parent(terminal)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, MAX_FILE_MB * _MB)
    sys.addaudithook(_refuse_network)


def limit(limits: Limits) -> None:
    """Limit the next document: CPU time from now on, and the memory that can be asked for."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + limits.seconds), hard))
    if sys.platform == "linux":  # elsewhere it does not count what is mapped, which is all that matters
        _lower(resource.RLIMIT_DATA, (limits.memory_mb + SPARE_DATA_MB) * _MB)


def _end_with_parent(terminal: int) -> None:
    """Make the pseudo-terminal ours: when its far end is closed, by whatever death, the kernel hangs up on this process
    and all that it started.

    A death signal (prctl) would reach only this process: a Tesseract that is at a page would go on. Workers started
    under nohup ignore hang-ups, and children inherit that.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def _lower(kind: int, most: int) -> None:
    """The soft limit counts, and what is started inherits it."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Documents name addresses, and libraries may want to fetch them; those in C are told not to by their readers."""
    if event == "socket.__new__":
        raise PermissionError("a document is read without a network")
