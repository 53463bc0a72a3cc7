"""The most frequent words of a language, from jusText's lists, and how its letters follow each other in them.

The lists (https://github.com/miso-belica/jusText) hold the 150 to 600 most frequent words of some ninety languages;
where there is none, the rules that need it are left out.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_LISTS = {
    "af": "Afrikaans", "sq": "Albanian", "ar": "Arabic", "hy": "Armenian", "az": "Azerbaijani", "eu": "Basque",
    "be": "Belarusian", "bn": "Bengali", "bs": "Bosnian", "bg": "Bulgarian", "ca": "Catalan", "hr": "Croatian",
    "cs": "Czech", "da": "Danish", "nl": "Dutch", "en": "English", "eo": "Esperanto", "et": "Estonian",
    "fi": "Finnish", "fr": "French", "gl": "Galician", "ka": "Georgian", "de": "German", "el": "Greek",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "is": "Icelandic", "id": "Indonesian", "ga": "Irish",
    "it": "Italian", "kk": "Kazakh", "la": "Latin", "lv": "Latvian", "lt": "Lithuanian", "lb": "Luxembourgish",
    "mk": "Macedonian", "ms": "Malay", "mr": "Marathi", "ne": "Nepali", "nb": "Norwegian_Bokmal",
    "nn": "Norwegian_Nynorsk", "no": "Norwegian_Bokmal", "fa": "Persian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sr": "Serbian", "sk": "Slovak", "sl": "Slovenian", "es": "Spanish",
    "sw": "Swahili", "sv": "Swedish", "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "cy": "Welsh", "pcm": "English",
}  # fmt: skip
"""Language code -> list; broken English is often taken for Nigerian Pidgin (pcm). Korean and the languages of southern
India have lists too, but their words change too much for a list to hold them."""

NO_LANGUAGE = ("", "zxx")
"""Undecided, and ISO 639's code for what is no language: the list that fits best is taken."""

_MAX_ALPHABET = 45
"""A list shows how letters follow each other only where there are few letters; Vietnamese has 90."""
UNSEEN_LOG = -7.0
"""Natural logarithm given to a pair that no frequent word has; the rarest seen lie at -6."""

_MARKS = {code: None for code in (0xAD, *range(0x300, 0x1B00)) if unicodedata.category(chr(code)) in ("Mn", "Mc", "Cf")}
"""Vowel signs, accents and soft hyphens, which Python counts as no letters; half the signs of a Hindi word are such."""


@dataclass(frozen=True)
class CommonWords:
    """What is known of one language."""

    language: str
    words: frozenset[str]
    chances: Mapping[str, float]
    """Two letters, a space for the edge of a word -> natural logarithm of the chance of the second after the first
    within these words; empty where the list says nothing about it."""
    alphabet: frozenset[str]
    """Letters of these words."""

    def pairs_of(self, word: str) -> tuple[int, float]:
        """How many pairs of its letters the alphabet has, and the sum of their logarithms."""
        if not self.chances:
            return 0, 0.0
        edged = f" {word} "
        found = [
            self.chances.get(first + second, UNSEEN_LOG)
            for first, second in pairwise(edged)
            if first in self.alphabet and second in self.alphabet
        ]
        return len(found), sum(found)


def without_marks(text: str) -> str:
    """The text's bare letters: words are compared without the signs above and beside them."""
    return text if text.isascii() else text.translate(_MARKS)


@cache
def common_words(language: str) -> CommonWords | None:
    """The list for an ISO 639-1 code, None where there is none."""
    if language not in _LISTS:
        return None
    from justext.utils import get_stoplist

    listed = (without_marks(word.lower()) for word in get_stoplist(_LISTS[language]))
    words = frozenset(word for word in listed if word.isalpha())
    return CommonWords(language, words, *_chances(words))


def best_fitting(words: Iterable[str]) -> str:
    """Code of the list that most of these words stand in, for a text whose language was not found."""
    counts = Counter(words)
    shares = {language: _share(counts, known) for language in _LISTS if (known := common_words(language))}
    return max(shares, key=lambda language: shares[language])


def _share(counts: Counter[str], known: CommonWords) -> int:
    return sum(counts[word] for word in known.words & counts.keys())


def _chances(words: frozenset[str]) -> tuple[dict[str, float], frozenset[str]]:
    pairs = Counter(first + second for word in words for first, second in pairwise(f" {word} "))
    firsts: Counter[str] = Counter()
    for pair, count in pairs.items():
        firsts[pair[0]] += count
    if len(firsts) > _MAX_ALPHABET:
        return {}, frozenset(firsts)
    return {pair: math.log(count / firsts[pair[0]]) for pair, count in pairs.items()}, frozenset(firsts)
