"""Part ``depth``: whether a text goes into its matter, or only names it."""

from __future__ import annotations

import re

FULL_WORDS = 200
"""The length of an abstract, and of what discovery reads of a page. A stub, an index or a notice is shorter once its
links are taken out."""

_NOTATION_HALF = 8
"""So many formulas, relations and pieces of code in an opening of 2,000 characters are half of what there can be."""

_NOTATION_SHARE = 0.2
"""Small: a page of parameters is as full of code as a proof is of formulas."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_NOTATION = re.compile(r"\$[^$\n]{1,200}\$|\\[a-z]{2,}|:math:|[=^⟩⟨√±≤≥∑⊗†∈→]|\d\.\d|`[^`\n]{1,60}`")


def depth(text: str) -> float:
    """How much running text there is, up to 200 words, and how technical its notation is; 0 to 1."""
    extent = min(1.0, len(_WORD.findall(text)) / FULL_WORDS)
    marks = len(_NOTATION.findall(text))
    return extent * (1 - _NOTATION_SHARE) + _NOTATION_SHARE * marks / (marks + _NOTATION_HALF)
