"""Words that no training example needs, without the technical and medical words that look like them."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_LISTS: dict[str, str] = tomllib.loads(
    (files("workers.generate.quality") / "offensive.toml").read_text(encoding="utf-8")
)
_OFFENSIVE = re.compile(
    rf"\b(?:{'|'.join(_LISTS['whole'].split())})\b|\b(?:{'|'.join(_LISTS['openings'].split())})", re.IGNORECASE
)


def is_offensive(text: str) -> bool:
    """Whether an obscenity or a slur stands in the text, as a word or at the beginning of one."""
    return bool(_OFFENSIVE.search(text))
