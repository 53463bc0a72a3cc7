"""Sets white space and punctuation of prose in order, by what all languages share and by the language's own rules."""

from __future__ import annotations

import re

from agent.job.records import BlockKind
from workers.parse.clean.languages import Writing

_UNTOUCHED = (BlockKind.CODE, BlockKind.FORMULA, BlockKind.TABLE)
_ONE_LINE = (BlockKind.PARAGRAPH, BlockKind.HEADING)

INLINE = re.compile(r"(\$\$?[^$\n]{1,2000}\$\$?|`[^`\n]{1,2000}`)")
"""Formulas and code within prose, which none of the rules touches. The bound keeps one lost mark from searching
a whole book again and again."""

MOST_REPEATED = 3
"""A sign said more often than this in a row is said so often: "!!!!!!!!" says no more than "!!!"."""
_REPEATED = re.compile(r"([^\w\s()\[\]{}<>|\\\"'+])\1{3,}")
_UNDERSCORES = re.compile("_{4,}")
_TWO_DOTS = re.compile(r"\.\s?\.")
"""Without them there are no leaders; far quicker to find, since it begins with its rarest sign."""
_LEADERS = re.compile(r"(?:\s?\.){4,}")
_SPACED_RULE = re.compile(r"([-*=_~·•–—])(?<!\S.)(?: \1){3,}(?!\S)")

_SPACE_BEFORE = re.compile(r" (?<=[^\W\d_] )([,.;!?])(?=\s|$)")
"""Only between a letter and white space or the end: ".NET" and ":param" begin with theirs. A colon is never moved:
f : A → B has its own."""

_HAN = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_SIGNS = "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20"
_HAN_SPACE = re.compile(rf"(?<=[{_HAN}{_HAN_SIGNS}]) (?=[{_HAN}{_HAN_SIGNS}])")
_HAN_LETTER = re.compile(f"[{_HAN}]")
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(0x5E)}
_KASHIDA = re.compile("(?<=[\u0620-\u064a\u064b-\u0652\u066e-\u06d3])\u0640+(?=[\u0620-\u064a\u066e-\u06d3])")
_END_OF_HAN_SENTENCE = re.compile("[。！？]")


def typography(text: str, kind: BlockKind, own: Writing) -> str:
    """The text with single spaces, moderate punctuation and the language's own spacing; code, formulas, tables as is.

    Paragraphs and headings come out on one line; lists keep their indentation.
    """
    if kind in _UNTOUCHED:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    if kind in _ONE_LINE:
        text = " ".join(text.split())
    if "$" in text or "`" in text:
        pieces = INLINE.split(text)
        text = "".join(piece if odd % 2 else _punctuation(piece, own) for odd, piece in enumerate(pieces))
    else:
        text = _punctuation(text, own)
    if kind in _ONE_LINE:
        return " ".join(text.split())
    return "\n".join(line for line in map(_one_spaced, text.split("\n")) if line)


def _punctuation(text: str, own: Writing) -> str:
    if _TWO_DOTS.search(text):
        text = _LEADERS.sub(lambda match: "..." if "\n" not in match[0] else match[0], text)
    text = _SPACED_RULE.sub("", text)
    text = _REPEATED.sub(lambda match: match[1] * MOST_REPEATED, text)
    if "____" in text:
        text = _UNDERSCORES.sub("_" * MOST_REPEATED, text)
    text = _SPACE_BEFORE.sub(lambda match: match[0] if match[1] in own.spaced_signs else match[1], text)
    if not own.spaces and _END_OF_HAN_SENTENCE.search(text):
        text = _HAN_SPACE.sub("", text)
    if own.kashida:
        text = _KASHIDA.sub("", text)
    if text.isascii() or own.full_width or _HAN_LETTER.search(text):
        return text
    return text.translate(_FULL_WIDTH)


def _one_spaced(line: str) -> str:
    """The line with single spaces after its indentation."""
    body = line.lstrip()
    return line[: len(line) - len(body)] + " ".join(body.split())
