"""What bytes are by a library's judgement: magika for text and whole files, puremagic for what has only its head.

Measured on 333 documents and 203 web pages: magika names 97 % of them rightly and none wrongly (the rest it calls plain
text) in 14 ms a file; puremagic and filetype know no kind of text at all, but name a picture by its first bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from magika import Magika


@dataclass(frozen=True)
class Detected:
    """A kind of file."""

    label: str
    """Magika's short name (https://github.com/google/magika), 'txt' for text of no kind, 'unknown' for other bytes."""
    name: str
    """For people: Python source, PNG image data."""
    group: str
    """text, code, document, archive, image, audio, video, executable, application, font or unknown."""
    score: float
    """0 to 1: how sure magika is of the label."""
    is_text: bool = True
    """Whether such files are text; of odd text magika may say otherwise."""


def detect(content: bytes) -> Detected:
    """The most likely kind of some bytes; about 15 ms whatever their length, 0.2 s and 64 MB once."""
    result = _magika().identify_bytes(content)
    kind = result.output
    label = str(kind.label)
    name = magic_name(content) if label == "unknown" else ""
    return Detected(label, name or str(kind.description), str(kind.group), float(result.score), bool(kind.is_text))


def magic_name(content: bytes) -> str:
    """What the first bytes alone say, '' where they say nothing."""
    import puremagic

    try:
        matches = puremagic.magic_string(content[:_HEAD_BYTES])
    except (puremagic.PureError, ValueError):
        return ""
    return str(matches[0].name or matches[0].mime_type) if matches else ""


_HEAD_BYTES = 8192


@cache
def _magika() -> Magika:
    from workers.parse.one_thread import one_thread

    one_thread()
    from magika import Magika

    return Magika()
