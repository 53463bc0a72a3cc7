"""Entries of a bibliography, which name works and say nothing about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.job.records import Block, BlockKind

_MARKS = (
    re.compile(r"\b(?:doi:|doi\.org|arXiv:?|ISBN|ISSN|PMID)", re.IGNORECASE),
    re.compile(r"\((?:19|20)\d\d[a-z]?\)|,\s(?:19|20)\d\d[.;,]?$|\b(?:19|20)\d\d\.$"),
    re.compile(r"\bet al\b|\bpp?\. ?\d+|\bvol\.|\bno\. ?\d+|\bProc\.|\bJ\. |\beds?\.|\bpreprint\b|\bPhys\. Rev"),
    re.compile(r"^(?:\[\w{1,12}\]|\d{1,3}[.)])\s+\S"),
    re.compile(r"(?:[A-Z]\. ?){1,3}[A-Z][\w\-']+,|[A-Z][\w\-']+,? (?:[A-Z]\. ?){1,3}(?:,|and|&|;|\()"),
)
"""Identifiers, a year where citations have it, words of citations, a number in front, names with initials."""
MIN_MARKS = 3
MAX_WORDS = 60


def reference_entries(blocks: Sequence[Block]) -> int:
    """Paragraphs and items of lists with the form of a reference, by at least three of its marks."""
    return sum(_is_reference(line) for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    if block.kind is BlockKind.LIST:
        yield from (line.lstrip("-*• ") for line in block.text.splitlines())
    elif block.kind is BlockKind.PARAGRAPH:
        yield from block.text.splitlines()


def _is_reference(line: str) -> bool:
    return len(line.split()) <= MAX_WORDS and sum(bool(mark.search(line)) for mark in _MARKS) >= MIN_MARKS
