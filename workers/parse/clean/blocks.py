"""Cleans blocks after reading: invisible characters, broken accents, site furniture, and blocks said twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from agent.job.records import Block, BlockKind

_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufff9-\ufffc\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_ODD_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# TeX sets an accent as a glyph of its own before the letter; PDFs of that time give both, apart.
_APART_ACCENT = re.compile(r"([¨´`ˆ˜¯˘˙ˇ¸])\s?([A-Za-zı])")
_COMBINING = dict(zip("¨´`ˆ˜¯˘˙ˇ¸", "\u0308\u0301\u0300\u0302\u0303\u0304\u0306\u0307\u030c\u0327", strict=True))

_FURNITURE = re.compile(
    r"(?:skip to (?:main )?content|table of contents|back to top|edit (?:this page|on github)|view (?:page )?source|"
    r"share (?:this|on \w+)|(?:previous|next)(?: (?:page|article|post))?|print(?: this page)?|advertisement|read more|"
    r"copied?!?|copy(?: code)?|loading\W*|on this page|in this article|was this (?:page )?helpful\?.*)",
    re.IGNORECASE,
)
"""Whole blocks that belong to a site or a viewer and not to its text."""

_MIN_REPEATED_CHARACTERS = 40
"""Blocks this long are not said twice on purpose; slides that build up and headers of every section are."""


def clean(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks without what is not text and without long repetitions."""
    kept: list[Block] = []
    seen: set[str] = set()
    for block in blocks:
        text = clean_text(block.text, keep_lines=block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING))
        if not any(letter.isalnum() for letter in text) or _FURNITURE.fullmatch(text):
            continue
        if len(text) >= _MIN_REPEATED_CHARACTERS and block.kind is not BlockKind.CODE:
            key = text.casefold()
            if key in seen:
                continue
            seen.add(key)
        kept.append(block if text == block.text else block.model_copy(update={"text": text}))
    return tuple(kept)


def clean_text(text: str, *, keep_lines: bool = True) -> str:
    """The text in NFC, without invisible characters, with accents on their letters and plain spaces."""
    text = _INVISIBLE.sub("", _ODD_SPACES.sub(" ", text))
    if "`" not in text:  # backquotes mark code in what our readers write
        text = _APART_ACCENT.sub(lambda match: _dotless(match[2]) + _COMBINING[match[1]], text)
    text = unicodedata.normalize("NFC", text)
    if not keep_lines:
        return " ".join(text.split())
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def _dotless(letter: str) -> str:
    return "i" if letter == "ı" else letter
