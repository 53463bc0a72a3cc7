"""Estimates tokens where the base model's tokenizer cannot be had."""

from __future__ import annotations

import math
import re

_PIECE = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_|\n")
"""Words, single digits, single other marks and line ends: where byte-pair vocabularies split most text."""

_TOKENS_PER_PIECE = 1.05
"""Against the SmolLM2 tokenizer (49,152 entries) on 1,758 stretches of 700 characters from 160 documents on quantum
computing (prose, tables, code, mathematics): median error 4 %, 95 % of the stretches within 15 %. Four characters a
token, the usual rule, errs by 20 % there in the median and by more than 50 % in one stretch of twenty."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a model's tokenizer makes of the text; 0 for empty text."""
    return math.ceil(_TOKENS_PER_PIECE * sum(1 for _ in _PIECE.finditer(text)))
