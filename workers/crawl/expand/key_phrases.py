"""The phrases that several texts share: proposed by YAKE text by text, then counted over all of them.

YAKE (https://doi.org/10.1016/j.ins.2019.09.013) needs nothing but a text's own statistics. What it proposes is often a
piece of a phrase or a word of any subject; that is seen only beside the other texts, and sorted out here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from workers.crawl.expand.reading import Occurrences, Reading, adjectives, empty_words, verb_forms, weak_words
from workers.topics.wording import Form, count, form, words

LONGEST_WORDS = 3
_OF_A_TEXT = 60
_LEAST_TEXTS = 2
_LEAST_TEXTS_OF_ONE_WORD = 3
"""A single word is more often a word of any subject than a pair is."""
_LEAST_ALONE = 0.5
_FIXED = 1 / 3
"""Share of a word's occurrences in which a weak word stands beside it, from which the two are a fixed term."""
_LEAST_TEXTS_OF_A_WEAK_END = 3
_PIECE = 0.6
"""Share of a phrase's occurrences inside one longer phrase from which it is a piece of that."""
_WORD = re.compile(r"(?![ivx]+$)[^\W\d_]{3,}|[^\W\d_]+[#+]+")


@dataclass(frozen=True)
class KeyPhrase:
    """A phrase and where it stands."""

    text: str
    """As it is written most often."""
    form: Form
    texts: int
    times: int
    texts_of_core: int
    """Texts that hold its own words, those of the subject left out."""


def key_phrases(
    texts: Sequence[str], subject: Form, names: Collection[str] = (), terms: Mapping[Form, str] | None = None
) -> list[KeyPhrase]:
    """Phrases of one to three words that at least two of the texts hold, those of the most texts first.

    ``names`` are stems of people's names, which make no phrase; the subject itself is none either. ``terms`` are known
    to be phrases, of whatever length; they are taken when one text holds them.

    Raises:
        MissingDependency: the yake package is not installed.
    """
    reading = Reading(texts)
    kept = []
    for phrase, writings in _proposed(texts).items():
        if not _may_be_one(phrase, subject, names) or not _is_nominal(_written(writings).lower().split()):
            continue
        seen = reading.occurrences(phrase)
        least = _LEAST_TEXTS if len(phrase) > 1 else _LEAST_TEXTS_OF_ONE_WORD
        if seen.texts >= least and seen.alone >= _LEAST_ALONE and _is_fixed(phrase, seen, reading):
            core = tuple(word for word in phrase if word not in subject)
            kept.append(KeyPhrase(_written(writings), phrase, seen.texts, seen.times, reading.occurrences(core).texts))
    known = {each.form for each in kept}
    for term, written in (terms or {}).items():
        told = set(term) - {*subject, *weak_words(), *empty_words()}
        if term not in known and told and not verb_forms() & set(words(written)):
            seen = reading.occurrences(term)
            core = tuple(word for word in term if word not in subject)
            kept.append(KeyPhrase(written, term, max(seen.texts, 1), seen.times, reading.occurrences(core).texts))
    whole = [each for each in kept if not any(_is_piece(each, other) for other in kept)]
    return sorted(whole, key=lambda each: (-each.texts, -each.times, each.form))


def _is_piece(phrase: KeyPhrase, other: KeyPhrase) -> bool:
    longer = len(other.form) > len(phrase.form)
    return longer and other.times >= _PIECE * phrase.times and count(phrase.form, other.form) > 0


def _proposed(texts: Sequence[str]) -> dict[Form, Counter[str]]:
    """Each phrase and how it is written."""
    from yake import KeywordExtractor

    # Its own removal of near-equal phrases compares letters only and takes most of its time; stems do it better.
    extractor = KeywordExtractor(lan="en", n=LONGEST_WORDS, dedup_lim=1.0, top=_OF_A_TEXT)
    proposed: dict[Form, Counter[str]] = {}
    for text in texts:
        for written, _ in extractor.extract_keywords(text):
            proposed.setdefault(form(written), Counter())[written] += 1
    return proposed


def _may_be_one(phrase: Form, subject: Form, names: Collection[str]) -> bool:
    own = [word for word in phrase if word not in subject]
    return (
        (any(word not in weak_words() for word in own) or (len(own) > 1 and not set(own) & adjectives()))
        and not any(word in empty_words() for word in phrase)
        and all(_WORD.search(word) for word in phrase)
        and not all(word in names for word in own)
    )


def _is_nominal(found: Sequence[str]) -> bool:
    """Whether the words may be a noun phrase: no verb at either end, no "rapidly expanding"."""
    ends = {found[0], found[-1]}
    adverb = len(found) > 1 and found[0].endswith("ly") and found[1].endswith(("ing", "ed"))
    return not ends & verb_forms() and not found[-1].endswith(("ed", "ly")) and not adverb


def _is_fixed(phrase: Form, seen: Occurrences, reading: Reading) -> bool:
    for end, rest in ((phrase[0], phrase[1:]), (phrase[-1], phrase[:-1])):
        if end not in weak_words():
            continue
        if seen.texts < _LEAST_TEXTS_OF_A_WEAK_END or seen.times < _FIXED * reading.occurrences(rest).times:
            return False
    return True


def _written(writings: Counter[str]) -> str:
    return min(writings, key=lambda text: (-writings[text], text))
