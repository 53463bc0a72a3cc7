"""The result of one look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "optional", "missing"]


@dataclass(frozen=True)
class Check:
    """What was found. ``optional``: not there, but work goes on; ``missing``: it does not."""

    name: str
    state: State
    found: str
    next_step: str = ""
