"""The running text of a chunk: its sentences with tagged words, what is no language masked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.job.records import BlockKind, Chunk
from workers.generate.context.tagging import MASK, Token, tag
from workers.generate.reading.layout import PlacedBlock, place_blocks
from workers.generate.reading.sentences import ENDINGS, Sentence, is_balanced, split_sentences

_NO_LANGUAGE = re.compile(
    r"\$\$.+?\$\$|\$(?!\s)[^$\n]+?(?<!\s)\$(?!\d)|`[^`\n]+`|https?://\S+|\\[a-zA-Z]+(?:\{[^}]*\})+", re.DOTALL
)
"""Where a formula begins and ends is Pandoc's rule, which tells $x$ from "$5 and $6"
(https://pandoc.org/MANUAL.html#extension-tex_math_dollars)."""
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE, BlockKind.CAPTION})
MAX_CHARACTERS = 2000
"""Longer lines are data that lost their form, and would cost seconds."""
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, or one item of a list that is none; ``start`` is its offset in the text of the chunk."""

    text: str
    plain: str
    """The same length, with what is no language masked."""
    start: int
    kind: BlockKind
    is_complete: bool
    tokens: tuple[Token, ...]
    """Their offsets count in the text of the chunk as well; masked runs show as `MASK`."""

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


def prose(chunk: Chunk) -> list[Line]:
    """The lines of the chunk's own paragraphs, lists, quotes and captions, in order."""
    return [line for placed in place_blocks(chunk) if placed.block.kind in _PROSE for line in _lines(placed, chunk)]


def masked(text: str) -> str:
    """``text``, as long as it was, with inline code, TeX and addresses as runs of `MASK`."""
    return _NO_LANGUAGE.sub(lambda found: MASK * len(found.group()), text)


def _lines(placed: PlacedBlock, chunk: Chunk) -> list[Line]:
    plain = masked(placed.block.text)
    lines = []
    for part in _parts(placed, plain):
        for sentence in split_sentences(part.text, chunk.language):
            if len(sentence.text) > MAX_CHARACTERS:
                continue
            start = placed.start + part.start + sentence.start
            text = chunk.text[start : start + len(sentence.text)]
            begins_with_sign = text[:1] in "`$" and text.endswith(ENDINGS) and is_balanced(text)
            is_complete = Sentence(text, 0).is_complete or begins_with_sign
            lines.append(
                Line(text, sentence.text, start, placed.block.kind, is_complete, tuple(tag(sentence.text, start)))
            )
    return lines


def _parts(placed: PlacedBlock, plain: str) -> list[Sentence]:
    """The items of a list, each without its mark; any other block as a whole."""
    if placed.block.kind is not BlockKind.LIST:
        return [Sentence(plain, 0)]
    parts, start = [], 0
    for item in plain.split("\n"):
        mark = _ITEM.match(item)
        skipped = mark.end() if mark else 0
        if item[skipped:].strip():
            parts.append(Sentence(item[skipped:], start + skipped))
        start += len(item) + 1
    return parts
