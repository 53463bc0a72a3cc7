"""Refusals to answer, and whether a sentence would have answered after all."""

from __future__ import annotations

import re

from workers.generate.grounding.names import names
from workers.generate.grounding.numbers import numbers
from workers.generate.grounding.words import is_small, stem, words

MIN_ASKED = 0.85
"""Share of a question's content words in one sentence from which that sentence answers it …"""
MIN_ASKED_WORDS = 3
"""… when there are so many of them."""

_DENIES = r"do(?:es)? not|don't|doesn't|did not|didn't|not|never|isn't|aren't|nowhere|cannot|can't|could not|without|no"
_TELLS = (
    r"say|state|mention|specif|give|given|provide|contain|include|tell|told|know|known|answer|determine|describe|disclose|"
    r"explain|cover|address|discuss|report|indicat|reveal|list|identif|information|details?|enough|sufficient|clear|found|"
    r"appear|stated|infer"
)
_REFUSAL = re.compile(
    rf"\b(?:{_DENIES})\b[^.;]{{0,60}}?\b(?:{_TELLS})\w*"
    r"|\b(?:unknown|unspecified|unstated|insufficient information|i (?:am|'m) not sure)\b",
    re.IGNORECASE,
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|far|large|big|high|old|fast)\b|\bwhat (?:year|percentage|share|number)\b|\bwhen\b",
    re.IGNORECASE,
)
_ASKS_NAME = re.compile(
    r"\bwho(?:m|se)?\b|\bwhich (?:company|person|country|city|scientist|author)\b|\bwhere\b", re.IGNORECASE
)


def is_refusal(text: str) -> bool:
    """Whether the text says that something is not known or not said."""
    return bool(_REFUSAL.search(text))


def answers(question: str, sentence: str) -> bool:
    """Whether the sentence speaks of all that is asked about, and holds a thing of the kind that is asked for."""
    asked = {stem(word) for word in words(question) if not is_small(word)}
    if len(asked) < MIN_ASKED_WORDS:
        return False
    if len(asked & {stem(word) for word in words(sentence)}) < MIN_ASKED * len(asked):
        return False
    if _ASKS_NUMBER.search(question):
        return bool(numbers(sentence) - numbers(question))
    if _ASKS_NAME.search(question):
        return bool(names(sentence) - names(question))
    return True
