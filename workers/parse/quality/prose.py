"""What of a document is judged: its prose as lines of tokens, without code, tables, formulas and addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from agent.job.records import Block, BlockKind

NOT_PROSE = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)
"""Judged by no rule of prose; their lines count as substance."""

_INLINE = {
    "`": re.compile(r"`[^`\n]{1,200}`"),
    "$": re.compile(r"\${1,2}[^$]{1,400}\${1,2}"),
    "\\(": re.compile(r"\\\((?:(?!\\\().){1,400}?\\\)", re.DOTALL),
    "http": re.compile(r"https?://[^\s|]{1,400}"),
    "www.": re.compile(r"www\.[^\s|]{1,400}"),
}
"""Code, formulas and addresses within a line, by what each begins with."""
_BULLETS = frozenset("-*•·▪◦–")

_SYLLABLES = re.compile("[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
"""Han and Kana."""
_LETTERS = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Tibetan, Burmese, Khmer. These and the above put no spaces between words."""
_MOSTLY = 0.2
"""Share of a text's characters from which it is taken to be written without spaces."""
_SAMPLE_CHARACTERS = 2000
CHARACTERS_PER_SYLLABLE_WORD = 2
"""Chinese words have 1.5 to 2 characters in running text."""
CHARACTERS_PER_LETTER_WORD = 4
"""Thai words have about four, vowel signs aside."""

MAX_CHARACTERS = 300_000
"""Longer texts are judged by stretches of them, so that no text takes longer than a second."""
_STRETCHES = 6


@dataclass(frozen=True)
class Prose:
    """The judged text of one document."""

    lines: tuple[str, ...]
    """Lines without formulas, inline code and addresses; none is empty."""
    tokens: tuple[str, ...]
    """Between spaces, without bullets, in order; single characters where the script has no spaces."""
    line_lengths: tuple[int, ...]
    """Tokens of each line, at least 1."""
    tokens_per_word: int
    """1 where words are told by spaces; else so many characters make a word on average."""
    is_paged: bool
    """Whether it stood on pages: what has no full stop there is a slide's, and no list of links."""
    other_lines: int
    """Lines of code, rows of tables and formulas, which give a short page substance."""

    @property
    def is_spaced(self) -> bool:
        """Whether words are told by spaces."""
        return self.tokens_per_word == 1

    @property
    def marks_sentences(self) -> bool:
        """Whether sentences end in a sign; Thai ends them with a space."""
        return self.tokens_per_word < CHARACTERS_PER_LETTER_WORD


def prose(blocks: Sequence[Block]) -> Prose:
    """What is to be judged, at most `MAX_CHARACTERS` of it."""
    judged = [block for block in blocks if block.kind not in NOT_PROSE]
    text = _stretches("\n".join(block.text for block in judged))
    for opening, pattern in _INLINE.items():
        if opening in text:
            text = pattern.sub(" ", text)
    signs, per_word = _unspaced(text)
    lines = []
    split = []
    for line in text.splitlines():
        tokens = (signs.sub(r" \g<0> ", line) if signs else line).split()
        if tokens and tokens[0] in _BULLETS:
            del tokens[0]
        if tokens:
            lines.append(line)
            split.append(tokens)
    return Prose(
        lines=tuple(lines),
        tokens=tuple(chain.from_iterable(split)),
        line_lengths=tuple(map(len, split)),
        tokens_per_word=per_word,
        is_paged=all(block.page for block in judged),
        other_lines=sum(block.text.count("\n") + 1 for block in blocks if block.kind in NOT_PROSE),
    )


def _unspaced(text: str) -> tuple[re.Pattern[str] | None, int]:
    """The characters that are tokens by themselves, and how many of them make a word."""
    if not text.isascii():
        text = text[:: max(1, len(text) // _SAMPLE_CHARACTERS)]
        for signs, per_word in ((_SYLLABLES, CHARACTERS_PER_SYLLABLE_WORD), (_LETTERS, CHARACTERS_PER_LETTER_WORD)):
            if len(signs.findall(text)) > len(text) * _MOSTLY:
                return signs, per_word
    return None, 1


def _stretches(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    length = MAX_CHARACTERS // _STRETCHES
    step = (len(text) - length) // (_STRETCHES - 1)
    return "\n".join(text[step * each : step * each + length] for each in range(_STRETCHES))
