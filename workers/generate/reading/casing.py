"""Whether the capital at the beginning of a sentence belongs to its first word."""

from __future__ import annotations

import re

from workers.generate.reading.words import word_list

_COMMON_OPENERS = word_list("common_openers")
_ABSTRACT_ENDINGS = tuple(word_list("abstract_endings"))


def inside_sentence(phrase: str, text: str) -> str | None:
    """``phrase``, taken from the beginning of a sentence, as it is written inside one; None when that is unknown.

    ``text`` is running text of the same document: there the same word inside a sentence shows its own spelling.
    """
    word = phrase.split()[0] if phrase.split() else ""
    if not word or not word[0].isupper():
        return phrase or None
    following = phrase.split()[1:2]
    if following and following[0][0].isupper() and following[0][1:].islower():
        return phrase
    if any(letter.isupper() or letter.isdigit() for letter in word[1:]) or len(word) == 1:
        return phrase if word != "A" else None
    if re.search(r"['\u2019]s?$", word):
        return phrase
    lowered = word[0].lower() + phrase[1:]
    if word.lower() in _COMMON_OPENERS:
        return lowered
    if re.search(rf"[a-z,;] {re.escape(word)}(?![\w-])", text):
        return phrase
    if re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text):
        return lowered
    return lowered if word.lower().endswith(_ABSTRACT_ENDINGS) else None
