"""Words as grounding compares them: stems, small words, negations, and how near two words are in meaning."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LISTS: dict[str, str] = tomllib.loads(
    (files("workers.generate.grounding") / "english.toml").read_text(encoding="utf-8")
)


def word_list(name: str) -> tuple[str, ...]:
    """The words of one list in ``english.toml`` in their order."""
    return tuple(_LISTS[name].split())


_SMALL = frozenset(word_list("small"))
_NEGATIONS = frozenset(word_list("negations"))
BARRIERS = frozenset(word_list("barriers"))
AUXILIARIES = frozenset(word_list("auxiliaries"))
NOUN_NEGATIONS = frozenset(word_list("noun_negations"))
_IRREGULAR = {form: forms.split("/")[0] for forms in word_list("irregular") for form in forms.split("/")[1:]}
DERIVED = word_list("common_endings")
SYMMETRIC = frozenset(word_list("symmetric"))

RARE_ZIPF = 4.0
"""Words of a lower Zipf frequency (wordfreq: log10 of occurrences in a billion words) are terms of a field."""

_BRITISH = re.compile(r"(?<=[a-z]{4})is(?=e[sdr]?$|ing$|ation)")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")


def words(text: str) -> list[str]:
    """The words of a text in its own case; hyphens divide, possessives are dropped, "n't" becomes "not"."""
    return [part for word in _WORD.findall(text) for part in _parts(word)]


def _parts(word: str) -> tuple[str, ...]:
    stem, apostrophe, tail = word.replace("\u2019", "'").partition("'")
    if not apostrophe:
        return (word,)
    if tail.lower() == "t" and stem.lower().endswith("n"):
        return ("can" if stem.lower() == "can" else stem[:-1], "not")
    return (stem,) if tail.lower() in ("s", "re", "ve", "ll", "d", "m") else (word,)


def is_small(word: str) -> bool:
    """Whether it claims nothing by itself: articles, pronouns, auxiliaries."""
    return word.lower() in _SMALL and not _is_acronym(word)


def is_negation(word: str) -> bool:
    """Whether it turns a statement into its opposite."""
    return word.lower() in _NEGATIONS and not _is_acronym(word)


def _is_acronym(word: str) -> bool:
    """Whether it is the name of a gate or operator: NOT, AND, OR."""
    return len(word) > 1 and word.isupper()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What the forms of a word share, by the Snowball stemmer for English (https://snowballstem.org).

    British and American spellings (colour, minimise) have one stem.
    """
    base = _IRREGULAR.get(word.lower(), word.lower())
    return str(_stemmer().stemWord(_BRITISH.sub("iz", base).replace("our", "or")))


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Stem -> the stems that say the opposite."""
    found: dict[str, set[str]] = {}
    for pair in word_list("opposites"):
        one, _, other = pair.partition("/")
        if other:
            found.setdefault(stem(one), set()).add(stem(other))
            found.setdefault(stem(other), set()).add(stem(one))
    return {word: frozenset(against) for word, against in found.items()}


@lru_cache(maxsize=65_536)
def is_rare(word: str) -> bool:
    """Whether it is a term rather than a word of everyday English."""
    from wordfreq import zipf_frequency

    return bool(zipf_frequency(word.lower(), "en", wordlist="small") < RARE_ZIPF)


@lru_cache(maxsize=65_536)
def is_term(word: str) -> bool:
    """Whether it is so rare that nobody says it in other words: neither it nor what its ending was put to is usual."""
    from wordfreq import zipf_frequency

    plain = word.lower()
    forms = {plain, *(plain.removesuffix(ending) for ending in ("s", "es", "d", "ed", "ing", "ings"))}
    return not plain.endswith(DERIVED) and not any(zipf_frequency(form, "en", wordlist="small") for form in forms)


@lru_cache(maxsize=65_536)
def is_usually_capital(word: str) -> bool:
    """Whether running text knows the word with a capital rather than without: Paris, not People.

    Told by the vocabulary of the embedding's tokenizer, which was learnt from running text: the more frequent
    spelling is cut into fewer pieces, and has the lower number where both are whole.
    """
    from workers.embedding import pieces

    upper, lower = pieces(word.capitalize()), pieces(word.lower())
    return (len(upper), upper) < (len(lower), lower)


@lru_cache(maxsize=65_536)
def vector(word: str) -> NDArray[np.float32]:
    """The word's static embedding, shape (256,), unit length."""
    from workers.embedding import embed

    found: NDArray[np.float32] = embed([word.lower()])[0]
    return found


def nearness(word: str, others: Iterable[str]) -> float:
    """Cosine of the word and the nearest of the others, 0 where there is none."""
    import numpy as np

    matrix = [vector(other) for other in others]
    return float(np.max(np.stack(matrix) @ vector(word))) if matrix else 0.0


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
