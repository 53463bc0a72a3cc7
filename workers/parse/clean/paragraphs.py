"""Joins what page ends, columns and wrapped lines broke: halves of paragraphs, and words with a hyphen between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from agent.job.records import Block, BlockKind
from workers.parse.clean.languages import Writing

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_WORD = re.compile(r"(?<![\w-])([^\W\d_]{2,40})- ([^\W\d_]{2,40})(?![\w-])")
_OPEN_END = re.compile(r"[^\W_],?$|[-‐]$")
_CITATION_ONLY = re.compile(r"[a-z]\)|[ivx]+[.)]|[a-z]\.\s")

_LEAST_CHARACTERS = 60
"""A first half shorter than most lines of print is a label, a name, a line of a poem."""
_LEAST_WORDS = 8
_MOST_CHARACTERS = 20_000
"""A paragraph of several pages is no paragraph; without a bound a hostile one would be copied for every line."""


class Joined(NamedTuple):
    """The blocks after joining, and how often what was done."""

    blocks: list[Block]
    paragraphs: int
    words: int


def joined(blocks: Sequence[Block], own: Writing) -> Joined:
    """The blocks with halves of paragraphs and of words put together.

    A paragraph goes on in the next one where it ends within a sentence and the next begins with a lower-case letter,
    and something broke it: a hyphen, or a page's or column's end. A word that a line's end has cut is put together
    where the document also has it whole.
    """
    vocabulary = _Vocabulary(blocks)
    kept: list[Block] = []
    paragraphs = words = 0
    for block in blocks:
        if kept and (text := _continued(kept[-1], block, own, vocabulary)):
            kept[-1] = _united(kept[-1], block, text)
            paragraphs += 1
        else:
            kept.append(block)
    for index, block in enumerate(kept):
        if _may_be_broken(block):
            text, found = _mended(block.text, vocabulary)
            words += found
            kept[index] = block if not found else block.model_copy(update={"text": text})
    return Joined(kept, paragraphs, words)


def _may_be_broken(block: Block) -> bool:
    return block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE, BlockKind.CAPTION) and (
        "- " in block.text or block.text.endswith(("-", "‐"))
    )


class _Vocabulary:
    """The words of a document, read when the first is asked for: most documents have no broken ones."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = blocks

    def __contains__(self, word: str) -> bool:
        return word in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word.casefold() for block in self._blocks for word in _WORD.findall(block.text))


def _continued(first: Block, second: Block, own: Writing, vocabulary: _Vocabulary) -> str:
    """The text of both where the second goes on with the first, else ''."""
    if first.kind is not BlockKind.PARAGRAPH or second.kind is not BlockKind.PARAGRAPH:
        return ""
    if (
        not _LEAST_CHARACTERS <= len(first.text) <= _MOST_CHARACTERS
        or not _OPEN_END.search(first.text[-3:])
        or not second.text[:1].islower()
    ):
        return ""
    if _CITATION_ONLY.match(second.text) or len(first.text[: _LEAST_CHARACTERS * 4].split()) < _LEAST_WORDS:
        return ""
    if first.text[-1] in "-‐":
        return _across_hyphen(first.text, second.text, own, vocabulary)
    return f"{first.text} {second.text}" if _broken_by_layout(first, second) else ""


def _broken_by_layout(first: Block, second: Block) -> bool:
    """Whether a page or a column ended between them."""
    if not first.page or not second.page:
        return False
    if second.page == first.page + 1:
        return True
    return second.page == first.page and bool(first.box and second.box and second.box[1] < first.box[1])


def _across_hyphen(first: str, second: str, own: Writing, vocabulary: _Vocabulary) -> str:
    head, tail = _WORD.findall(first[-60:]), _WORD.match(second)
    if not head or not tail:
        return ""
    if tail[0] in own.suspended:
        return f"{first} {second}"
    hyphenated = f"{head[-1]}-{tail[0]}".casefold()
    return f"{first}{second}" if hyphenated in vocabulary else f"{first[:-1]}{second}"


def _mended(text: str, vocabulary: _Vocabulary) -> tuple[str, int]:
    """The text with cut words that the document has whole, and how many."""
    found = 0

    def whole(match: re.Match[str]) -> str:
        nonlocal found
        for word in (f"{match[1]}{match[2]}", f"{match[1]}-{match[2]}"):
            if word.casefold() in vocabulary:
                found += 1
                return word
        return match[0]

    return _BROKEN_WORD.sub(whole, text), found


def _united(first: Block, second: Block, text: str) -> Block:
    """One block where two stood: at the first one's place, to the second one's end, as sure as the two together."""
    box = first.box
    if box and second.box and first.page == second.page:
        pairs = tuple(zip(box, second.box, strict=True))
        box = (min(pairs[0]), min(pairs[1]), max(pairs[2]), max(pairs[3]))
    confidence = first.confidence
    if confidence is not None and second.confidence is not None:
        share = len(first.text) / (len(first.text) + len(second.text))
        confidence = round(share * confidence + (1 - share) * second.confidence, 4)
    return first.model_copy(update={"text": text, "box": box, "end": second.end, "confidence": confidence})
