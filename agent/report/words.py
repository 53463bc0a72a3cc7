"""How stages, figures, times and strangers' text read to a person, in the report and on the command line.

Pure, and without imports beyond the standard library and the names of stages.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from agent.contract import Stage

STAGE_NAMES: dict[Stage, str] = {
    Stage.DISCOVER: "Find documents",
    Stage.RETRIEVE: "Fetch documents",
    Stage.PARSE: "Read documents",
    Stage.CURATE: "Curate and split",
    Stage.GENERATE: "Write examples",
    Stage.ASSEMBLE: "Build dataset",
    Stage.CLEAR: "Clear rights",
    Stage.TRAIN: "Train",
    Stage.EVALUATE: "Evaluate",
    Stage.PUBLISH: "Publish",
}

_FIRST_FIGURES = ("loss", "eval_loss", "tokens_per_s")
"""What a watcher of a training looks for; other figures follow in their own order."""


def stage_name(stage: str) -> str:
    """The readable name of a stage, or ``stage`` itself when it is none."""
    return STAGE_NAMES[Stage(stage)] if stage in set(Stage) else stage


def spoken(name: str) -> str:
    """A snake_case word as people write it: ``near_duplicate`` becomes ``near duplicate``."""
    return name.replace("_", " ")


def count(number: int) -> str:
    """A count with thin groups: ``12 345``."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def duration(seconds: float) -> str:
    """A time span in its two largest units: ``0.4 s``, ``48 s``, ``3 min 05 s``, ``1 h 02 min``."""
    if 0 < seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def rate(per_second: float) -> str:
    """A pace in the unit in which it is not below one: ``4.2/s``, ``12/min``; '' for none."""
    if per_second <= 0:
        return ""
    return f"{per_second:.1f}/s" if per_second >= 1 else f"{per_second * 60:.1f}/min"


def figure(value: float | str) -> str:
    """A measured figure with four significant digits, from 10,000 on with all that count; text as it is."""
    if isinstance(value, str):
        return printable(value)
    # Beyond four digits the format would take to powers of ten: 5.078e+04.
    return count(round(value)) if 9999.5 <= abs(value) < math.inf else f"{value:.4g}"


def figures(values: Mapping[str, float | str], most: int = 3) -> str:
    """The first figures of a stage in one line, loss first: ``loss 2.31 · 190 tokens/s``."""
    names = [name for name in _FIRST_FIGURES if name in values]
    names += [name for name in values if name not in names]
    return " · ".join(_named_figure(name, values[name]) for name in names[:most])


def _named_figure(name: str, value: float | str) -> str:
    if name.endswith("_per_s"):
        return f"{figure(value)} {spoken(name.removesuffix('_per_s'))}/s"
    return f"{spoken(name)} {figure(value)}"


def percent(share: float, *, signed: bool = False) -> str:
    """A share as per cent with one decimal: ``34.1 %``, signed ``+34.1 %``."""
    return f"{share * 100:{'+' if signed else ''}.1f}\N{NO-BREAK SPACE}%"


def accelerator(capability: Mapping[str, Any]) -> str:
    """``cuda: NVIDIA A100, 80 GB`` from what a train worker advertises; '' for other workers."""
    if not capability:
        return ""
    devices = capability.get("devices", 1)
    times = f"{devices} x " if devices > 1 else ""
    name = next(iter(capability.get("names", ())), "")
    return f"{capability.get('backend', '')}: {times}{name}, {capability.get('memory_gb', 0):g} GB"


def printable(text: str) -> str:
    """``text`` without control characters: what comes from a document must not steer a terminal.

    Line breaks and tabs stay; other characters of the Unicode classes Cc and Cf (escape sequences, direction
    overrides) become a space.
    """
    return "".join(sign if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf") else " " for sign in text)
