"""Text made comparable: white space, quotation marks, dashes, ligatures, case and inline markup do not count."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

_SAME = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‘’‚‛ʼ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
)
_MARKUP = "*_$`"
"""Emphasis, inline code and TeX delimiters …"""
_BRACKETS = "()[]"
"""… and these after a backslash."""


class Normal(NamedTuple):
    """A normalised text; ``offsets[i]`` is where its code point i came from, with the source's length at the end."""

    text: str
    offsets: tuple[int, ...]


@lru_cache(maxsize=512)
def normal(source: str) -> Normal:
    """The text in lower case and compatibility form (NFKC) with single blanks, and the way back to the source.

    Superscripts keep their rank ("10²" becomes "10^2"), and signs between two letters or digits stay: "2*3" is not 23.
    """
    letters: list[str] = []
    offsets: list[int] = []
    for at, letter in enumerate(source):
        for piece in _normalised(source, at, letter):
            if piece != " " or (letters and letters[-1] != " "):
                letters.append(piece)
                offsets.append(at)
    if letters and letters[-1] == " ":
        letters.pop()
        offsets.pop()
    return Normal("".join(letters), (*offsets, len(source)))


def _normalised(source: str, at: int, letter: str) -> str:
    if letter in _MARKUP and not _is_inside_word(source, at):
        return ""
    if letter == "\\" and source[at + 1 : at + 2] in _BRACKETS:
        return ""
    if letter.isascii():
        return " " if letter.isspace() else letter.lower()
    plain = unicodedata.normalize("NFKC", letter.translate(_SAME)).casefold()
    if plain.isspace():
        return " "
    if plain.isdigit() and not letter.isdecimal() and source[at - 1 : at].isdecimal():
        return "^" + plain
    return plain


def _is_inside_word(source: str, at: int) -> bool:
    return source[at - 1 : at].isalnum() and source[at + 1 : at + 2].isalnum()
