"""Pseudo-relevance feedback: the key phrases and acronyms of the first results."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workers.crawl.expand.acronyms import acronyms
from workers.crawl.expand.key_phrases import KeyPhrase, key_phrases
from workers.crawl.expand.reading import prose
from workers.crawl.expand.way import Phrase, Proposal
from workers.crawl.sources.contract import Found
from workers.topics.wording import Form, count, form

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PHRASES = 80
"""Handed on; a map of twenty topics needs about four for each."""

_LEAST_TEXTS = 3
"""A phrase that three texts share is more than one author's habit; fewer texts can tell nothing."""

_LEAST_NEAR_WORD = 0.25
"""A word by itself goes with many subjects; it must be this near to ours. Beside "quantum computing": qubit 0.39,
entanglement 0.23, hardware 0.24, input 0.16."""

_LEAST_NEAR_OF_ONE_TEXT = 0.3
"""Likewise for the long form of an acronym that one text alone introduces."""

_LEAST_CONTEXT = 0.8
"""Phrases whose surroundings are less near to the subject than this share of the average are of other things in the
same texts: "command palette", "Python environment"."""

_LEAST_WEIGHT = 0.14
"""Of the phrases below it hardly one in four belongs to the subject: "random variable", "energy consumption" in 96
preprints on software testing."""

_NEAR_ENOUGH = 0.5
"""Being nearer than this adds nothing: such phrases are the subject in other words and find the same again."""

_WINDOW_WORDS = 40
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Feedback:
    """Learns from what was found so far."""

    def propose(self, subject: str, first: Sequence[Found]) -> Proposal:
        """Phrases that several of the results share, and acronyms with their long forms.

        Raises:
            MissingDependency: yake, wordllama or abbreviation-extractor is not installed.
        """
        if len(first) < _LEAST_TEXTS:
            return Proposal(note=f"{len(first)} first results have a text about the subject; it takes {_LEAST_TEXTS}")
        texts = [prose(f"{item.candidate.title}. {item.text}") for item in first]
        names = frozenset(word for item in first for author in item.candidate.authors for word in form(author))
        short = acronyms(texts)
        found = key_phrases(texts, form(subject), names, {words: long for words, (long, _, _) in short.items()})
        phrases = _weighted(subject, texts, found, {words: acronym for words, (_, acronym, _) in short.items()})
        return Proposal(tuple(phrases[:MOST_PHRASES]), "" if phrases else "the first results share no phrase")


def _weighted(subject: str, texts: Sequence[str], found: Sequence[KeyPhrase], short: dict[Form, str]) -> list[Phrase]:
    from workers.embedding import embed

    if not found:
        return []
    centre = embed([subject])[0]
    near = embed([phrase.text for phrase in found]) @ centre
    contexts = _contexts(texts, centre)
    usual = float(sum(cosine for _, cosine in contexts) / max(len(contexts), 1))
    telling = [_telling(phrase, len(texts)) for phrase in found]
    most = max(telling)
    phrases = []
    for phrase, own, tells in zip(found, near, telling, strict=True):
        around = _around(phrase, contexts, usual)
        acronym = short.get(phrase.form, "")
        if around < _LEAST_CONTEXT * usual or own < _least_near(phrase):
            continue
        weight = tells / most * (min(max(float(own), 0.0), _NEAR_ENOUGH) + around) / 2
        phrases.append(Phrase(phrase.text, round(min(weight, 1.0), 3), "feedback", (acronym,) if acronym else ()))
    heavy = [phrase for phrase in phrases if phrase.weight >= _LEAST_WEIGHT]
    return sorted(heavy, key=lambda phrase: (-phrase.weight, phrase.text))


def _least_near(phrase: KeyPhrase) -> float:
    if phrase.texts == 1:
        return _LEAST_NEAR_OF_ONE_TEXT
    return _LEAST_NEAR_WORD if len(phrase.form) == 1 else -1.0


def _telling(phrase: KeyPhrase, texts: int) -> float:
    """How much a phrase says of a part of the subject: more the more texts hold it, less the more of them hold its own
    words in any way, since what stands everywhere is no part (log tf x idf)."""
    return math.log(1 + phrase.texts) * math.log((1 + texts) / (0.5 + max(phrase.texts_of_core, phrase.texts)))


def _contexts(texts: Sequence[str], centre: NDArray[np.float32]) -> list[tuple[Form, float]]:
    """Windows of the texts, as stems, with how near each is to the subject."""
    from workers.embedding import embed

    words = [text.split() for text in texts]
    windows = [
        " ".join(run[start : start + _WINDOW_WORDS]) for run in words for start in range(0, len(run), _WINDOW_WORDS)
    ]
    cosines = embed([" ".join(_LETTERS.findall(window)) for window in windows]) @ centre
    return [(form(window), float(cosine)) for window, cosine in zip(windows, cosines, strict=True)]


def _around(phrase: KeyPhrase, contexts: Sequence[tuple[Form, float]], usual: float) -> float:
    """Mean nearness of the windows that hold the phrase, drawn toward the usual one as if one window more had it."""
    with_it = [cosine for stems, cosine in contexts if count(phrase.form, stems)]
    return max(0.0, (sum(with_it) + usual) / (len(with_it) + 1))
