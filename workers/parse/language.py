"""The language of a document by its prose, and of single blocks that are surely in another one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.job.records import Block, BlockKind

MIN_CONFIDENCE = 0.5
"""Below this normalised probability a language counts as undecided. Of 84 sentences of 25 to 75 characters in 42
languages 83 are above it and right (at 0.7 only 75 were decided); of 878 documents and pages in English and French none
is taken for another language, and what lies below are lists of names and codes."""

BLOCK_CONFIDENCE = 0.9
"""And this before a block is said to be in another language than its document: most blocks are not."""

_BLOCK_CHARACTERS = 40
"""Shorter blocks keep the document's language; see above."""
_BLOCK_LETTERS = 0.6
"""Least share of letters in them: names of functions and numbers have no language."""
_BLOCK_READ_CHARACTERS = 400
"""Read of a long block."""

_PIECE_CHARACTERS = 500
_PIECES = 12
"""A document is judged by so many pieces, evenly chosen, each with a vote as long as it is: front matter may be in
another language than the text, and in mixed documents the longer part counts."""

_FREQUENT_WORDS = 40
_SHARE_OF_FREQUENT = 0.2
"""Blocks with this share of words among the document's most frequent ones are in its language; only others are looked
at closely. In prose of any of 20 languages the 40 most frequent words make 0.35 to 0.5 of all."""

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE, BlockKind.HEADING)
_WORD = re.compile(r"[^\W\d_]+")
_NO_LANGUAGE = re.compile(
    r"\${1,2}[^$\n]{1,2000}\${1,2}|`[^`\n]{1,2000}`|https?://\S{1,2000}|<[A-Z]{2,8}>|\\[a-zA-Z]{1,40}|[^\W\d_]*+[\d_]\w*"
)
"""Formulas, code, addresses, masks and names of variables within prose."""


class Language(NamedTuple):
    """An ISO 639-1 code ('' when undecided) and how sure it is, 0 to 1."""

    code: str
    confidence: float


UNDECIDED = Language("", 0.0)


def identify(text: str) -> Language:
    """The language of most of the text, by py3langid (https://github.com/adbar/py3langid).

    Of the libraries compared it is the most exact on short text but for lingua, which is as exact and takes 27 times
    as long and 1.4 GB; fastText's small model errs three times as often.
    """
    pieces = _pieces(text)
    votes: dict[str, float] = defaultdict(float)
    sure: dict[str, float] = defaultdict(float)
    for piece in pieces:
        code, confidence = _classified(piece)
        votes[code] += len(piece)
        sure[code] += len(piece) * confidence
    if not votes:
        return UNDECIDED
    code = max(votes, key=lambda code: (sure[code], code))
    confidence = sure[code] / votes[code]
    if confidence < MIN_CONFIDENCE:  # many short lines, none sure: together they may be
        code, confidence = _classified("\n".join(pieces))
    return Language(code if confidence >= MIN_CONFIDENCE else "", round(confidence, 4))


def language_of(blocks: Iterable[Block]) -> Language:
    """The language of the blocks' prose; code, formulas, tables and captions have no vote."""
    return identify("\n".join(block.text for block in blocks if block.kind in _PROSE))


def with_languages(blocks: Sequence[Block], main: str) -> list[Block]:
    """The blocks, with ``language`` on those of prose that are long enough and surely not in the main language."""
    words = _WORD.findall("\n".join(block.text for block in blocks if block.kind in _PROSE).casefold())
    frequent = {word for word, _ in Counter(words).most_common(_FREQUENT_WORDS)}
    return [_with_language(block, main, frequent) if block.kind in _PROSE else block for block in blocks]


def _with_language(block: Block, main: str, frequent: set[str]) -> Block:
    text = block.text[:_BLOCK_READ_CHARACTERS]
    if not main or len(text) < _BLOCK_CHARACTERS:
        return block
    words = _WORD.findall(text.casefold())
    if len(words) > 1 and sum(1 for word in words if word in frequent) >= _SHARE_OF_FREQUENT * len(words):
        return block
    bare = _NO_LANGUAGE.sub(" ", text)
    if len(bare) < _BLOCK_CHARACTERS or sum(map(str.isalpha, bare)) < _BLOCK_LETTERS * len(bare):
        return block
    code, confidence = _classified(bare)
    if confidence < BLOCK_CONFIDENCE or code in (main, block.language, ""):
        return block
    return block.model_copy(update={"language": code})


def _pieces(text: str) -> list[str]:
    """Evenly chosen pieces of the text that have letters, without formulas and code."""
    step = max(_PIECE_CHARACTERS, len(text) // _PIECES)
    pieces = [text[start : start + _PIECE_CHARACTERS] for start in range(0, len(text), step)]
    if len(pieces) > 1 and len(pieces[-1]) < _BLOCK_CHARACTERS:
        pieces.pop()
    return [piece for piece in (_NO_LANGUAGE.sub(" ", piece) for piece in pieces) if any(map(str.isalpha, piece))]


def _classified(text: str) -> tuple[str, float]:
    code, confidence = _identifier().classify(text)
    return (str(code) if len(code) == 2 else "", float(confidence))


@cache
def _identifier() -> Any:
    from workers.parse.identifier import load

    return load()
