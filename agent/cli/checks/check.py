"""The result of one look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """What was found. ``optional``: not there, but `finetune run` works; ``missing``: it does not."""

    name: str
    state: Literal["ok", "optional", "missing"]
    found: str
    next_step: str = ""
