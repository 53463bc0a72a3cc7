"""Texts of documents in a prompt: between marks that they cannot forge, without control tokens of chat templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

MARK_DIGITS = 16
WORD_JOINER = "\u2060"
"""Put into a control token, it takes the token's meaning and nothing that a reader sees (Unicode 15, section 23.2)."""

_CONTROL = re.compile(
    r"<(?=[|｜][^\s<>|｜][^<>\n]{0,60}[|｜]>)"  # <|im_start|>, <|eot_id|>, <｜User｜>
    r"|<(?=/?(?:s|bos|eos|pad|unk|mask|think|tool_call|tool_response|(?:start|end)_of_(?:turn|image))>)"
    r"|<(?=</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK|IMG)\])",
    re.IGNORECASE,
)


def mark_of(texts: Iterable[str]) -> str:
    """A mark for the lines around these texts that none of them contains: digits of a hash of them all."""
    whole = "\0".join(texts)
    mark = whole
    while mark in whole:
        mark = hashlib.sha256(f"{mark}\0{whole}".encode()).hexdigest()[:MARK_DIGITS]
    return mark


def defused(text: str) -> str:
    """The text with a word joiner after the bracket that begins a control token; nothing else is changed."""
    return _CONTROL.sub(lambda bracket: bracket.group() + WORD_JOINER, text)


def restored(answer: str) -> str:
    """An answer as if its model had read the text itself: without word joiners, so that its quotes are found."""
    return answer.replace(WORD_JOINER, "").replace(r"\u2060", "")
