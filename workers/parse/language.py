"""The main language of a text, or nothing when it is not sure."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

MIN_CONFIDENCE = 0.7
"""Below this normalised probability the language counts as undecided. English prose of three sentences scores above
0.95; lists of names and formulas, which have no language, scatter below 0.6."""

_SAMPLE_CHARACTERS = 6000
"""Read from the beginning, the middle and the end: front matter may be in another language than the text."""


class Language(NamedTuple):
    """An ISO 639-1 code ('' when undecided) and the probability of the best guess."""

    code: str
    confidence: float


def identify(text: str) -> Language:
    """The language of most of the text, by py3langid (https://github.com/adbar/py3langid)."""
    sample = _sample(text)
    if not any(letter.isalpha() for letter in sample):
        return Language("", 0.0)
    code, confidence = _identifier().classify(sample)
    return Language(str(code) if confidence >= MIN_CONFIDENCE else "", float(confidence))


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE_CHARACTERS:
        return text
    third = _SAMPLE_CHARACTERS // 3
    middle = len(text) // 2
    return " ".join((text[:third], text[middle : middle + third], text[-third:]))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
