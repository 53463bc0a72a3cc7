"""Chunks that give nothing to learn from, each refused under its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind, Chunk

_REFERENCE_HEADING = re.compile(
    r"(?:\d+[.)]?\s*)?(?:references?|bibliography|works cited|literature(?: cited)?|citations?|further reading|"
    r"see also|external links|footnotes|acknowledge?ments?|related (?:links|content|articles|pages)|next steps)",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\bdoi\b|arxiv|\bet al\.|\bpp?\. ?\d|\bvol\. ?\d|\((?:19|20)\d\d[a-z]?\)|, (?:19|20)\d\d[.,)]|^\W*\[\w{1,12}\]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_TOLERANCE = 1.25
"""Joined headings may exceed the limit by a little; formulas exceed it by far."""

LONGEST_WHOLE = 4
"""Code and tables are never cut; one of more than so many times the limit is a listing or data, not an example."""

_MIN_CITATION_SHARE = 0.6
_MAX_LABEL_WORDS = 5
"""Menu entries and link lists are labels: a few words without the end of a sentence."""

_MIN_LABELS = 4
_MIN_LABEL_SHARE = 0.8
_MIN_LETTER_SHARE = 0.45
"""Below this, a stretch without code is formulas torn from a page, axis labels or numbers."""


def refusal(chunk: Chunk, *, chunk_tokens: int, min_chunk_tokens: int) -> str:
    """Why a chunk gives nothing to learn from ('' when it does): ``too_long`` (what cannot be cut), ``reference_list``,
    ``too_short``, ``navigation`` or ``no_prose``.
    """
    body = [block for block in chunk.blocks[chunk.overlap :] if not block.level]
    whole = any(block.kind in (BlockKind.CODE, BlockKind.TABLE) for block in body)
    if chunk.tokens > chunk_tokens * (LONGEST_WHOLE if whole else _TOLERANCE):
        return "too_long"
    lines = [line for block in body for line in block.text.splitlines() if line.strip()]
    if chunk.headings and _REFERENCE_HEADING.fullmatch(chunk.headings[-1].strip()):
        return "reference_list"
    if len(lines) >= 2 and sum(1 for line in lines if _CITATION.search(line)) >= _MIN_CITATION_SHARE * len(lines):
        return "reference_list"
    if chunk.tokens * _share_of(body, chunk) < min_chunk_tokens:
        return "too_short"
    if whole:
        return ""
    if all(block.kind is BlockKind.FORMULA for block in body):
        return "no_prose"
    if len(lines) >= _MIN_LABELS and sum(1 for line in lines if _is_label(line)) >= _MIN_LABEL_SHARE * len(lines):
        return "navigation"
    text = "".join("".join(lines).split())
    letters = sum(len(word) for word in _WORD.findall(" ".join(lines)))
    return "no_prose" if letters < _MIN_LETTER_SHARE * len(text) else ""


def _share_of(body: Sequence[Block], chunk: Chunk) -> float:
    """The part of a chunk's characters that is its own and no heading."""
    return sum(len(block.text) for block in body) / max(1, sum(len(block.text) for block in chunk.blocks))


def _is_label(line: str) -> bool:
    line = line.strip(" -")
    return len(line.split()) <= _MAX_LABEL_WORDS and not line.endswith((".", "!", "?", ":", ";")) and ":" not in line
