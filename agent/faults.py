"""Faults on order, so that tests can break a real process at an exact place.

``FINETUNE_FAULTS`` holds rules ``PLACE=ACTION``, separated by semicolons. A place is a path such as
``parse/0003/before_commit`` and may hold shell wildcards. Actions:

- ``kill``: this process dies at once (SIGKILL), as by a power cut or the out-of-memory killer;
- ``stop``: this process stops (SIGSTOP) until somebody sends SIGCONT;
- ``sleep:SECONDS``: the place takes so long;
- ``raise:TEXT``: a RuntimeError;
- ``errno:NAME``: an OSError, for example ``errno:ENOSPC``;
- ``skip``: `reached` returns True, and the caller leaves the step out.

``@FILE`` instead of rules: they are read from that file at each place, so that faults can be ordered while workers run.
Rules are numbered by their position; a file's may be emptied or added to, not moved.

``*N`` behind an action limits it to the first N visits over all processes, counted by files in the folder
``FINETUNE_FAULTS_COUNT``. Without the variable a place costs one look into the environment.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from fnmatch import fnmatchcase
from pathlib import Path

FAULTS_VARIABLE = "FINETUNE_FAULTS"
COUNT_VARIABLE = "FINETUNE_FAULTS_COUNT"


def reached(place: str) -> bool:
    """Act if a fault was ordered for this place; True when the caller is to skip the step."""
    ordered = os.environ.get(FAULTS_VARIABLE)
    if not ordered:
        return False
    if ordered.startswith("@"):
        ordered = Path(ordered[1:]).read_text(encoding="utf-8")
    for number, rule in enumerate(ordered.split(";")):
        pattern, _, action = rule.strip().partition("=")
        if not fnmatchcase(place, pattern):
            continue
        action, _, most = action.partition("*")
        if most and not _counts(number, int(most)):
            continue
        return _act(action, place)
    return False


def _counts(rule: int, most: int) -> bool:
    """Whether this visit is one of the first ``most``; creating a file is the atomic step that all processes see."""
    folder = Path(os.environ[COUNT_VARIABLE])
    for visit in range(most):
        try:
            (folder / f"rule-{rule}-visit-{visit}").open("x").close()
        except FileExistsError:
            continue
        return True
    return False


def _act(action: str, place: str) -> bool:
    kind, _, detail = action.partition(":")
    match kind:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "sleep":
            time.sleep(float(detail))
        case "raise":
            raise RuntimeError(detail or f"a fault was ordered at {place}")
        case "errno":
            number = getattr(errno, detail)
            raise OSError(number, os.strerror(number), place)
        case "skip":
            return True
        case _:
            raise ValueError(f"{FAULTS_VARIABLE} orders {action!r} at {place}, which is no action.")
    return False
