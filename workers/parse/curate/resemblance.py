"""Whether two documents say the same: compared word by word, not by an estimate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from workers.parse.curate.fingerprint import shingles, word_hashes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS_MARGIN = 0.08
"""Scattered edits break three shingles a word, so two documents are also taken for the same when they share this much
more of their words than is asked of their shingles. Of the pairs of different pages most alike among 500 documents on
quantum computing (pages of one series, shingles 0.54 to 0.60) none shares more than 0.74 of its words; copies with one
word of ten changed share 0.81 and more."""

SHINGLES_MARGIN = 0.25
"""… and at most this much less of their shingles: the same words in another order are another text."""

CONTAINED_MARGIN = 0.25
"""A document of which this much more is found in another one is a shortened copy of it."""

MIN_CONTAINED_LENGTH = 0.5
"""A quotation or an abstract is no copy of what it is taken from: the shorter has at least half of the longer's
words."""

_SERIES_SHARE = 0.2
"""Two pages are of a series when so much of what only one of them says is its own name."""

_NAME = re.compile(r"[^\W\d_]+")


class Text(NamedTuple):
    """A document as it is compared."""

    title: str
    words: NDArray[np.uint32]


class Resemblance(NamedTuple):
    """How alike two documents are."""

    shingles: float
    """Jaccard similarity of the sets of shingles."""
    contained: float
    """Share of the shingles of the one with fewer that the other has too."""
    words: float
    """Jaccard similarity of the words, each as often as it stands there."""
    length: float
    """Words of the shorter over words of the longer."""
    series: bool
    """Whether their names are much of what tells them apart: pages on different things made from one template."""

    def rule(self, least: float) -> str:
        """By what they are near-duplicates at this asked similarity, '' when they are not."""
        if self.shingles >= min(1.0, least + CONTAINED_MARGIN):
            return "shingles"
        if self.series:
            return ""
        if self.shingles >= least:
            return "shingles"
        if self.contained >= min(1.0, least + CONTAINED_MARGIN) and self.length >= MIN_CONTAINED_LENGTH:
            return "contained"
        if self.words >= min(1.0, least + WORDS_MARGIN) and self.shingles >= least - SHINGLES_MARGIN:
            return "words"
        return ""


def least_shingles(least: float) -> float:
    """Below this similarity of shingles no rule takes two documents for the same."""
    contained = min(1.0, least + CONTAINED_MARGIN) * MIN_CONTAINED_LENGTH
    return max(0.0, min(least - SHINGLES_MARGIN, contained / (1 + MIN_CONTAINED_LENGTH - contained)))


def resemblance(one: Text, other: Text) -> Resemblance:
    """How alike the two are, exactly."""
    import numpy as np

    left, right = shingles(one.words), shingles(other.words)
    shared = len(np.intersect1d(left, right, assume_unique=True))
    lengths = sorted((len(one.words), len(other.words)))
    more, less = _differences(one.words, other.words)
    common = len(one.words) - len(more)
    return Resemblance(
        shingles=shared / (len(left) + len(right) - shared),
        contained=shared / min(len(left), len(right)),
        words=common / max(1, len(one.words) + len(other.words) - common),
        length=lengths[0] / max(1, lengths[1]),
        series=_names_itself(one.title, other.title, more) and _names_itself(other.title, one.title, less),
    )


def _differences(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The words that each has and the other has not, as often as it has them more."""
    import numpy as np

    values, place = np.unique(np.concatenate((one, other)), return_inverse=True)
    balance = np.bincount(place[: len(one)], minlength=len(values)) - np.bincount(
        place[len(one) :], minlength=len(values)
    )
    return np.repeat(values, np.maximum(balance, 0)), np.repeat(values, np.maximum(-balance, 0))


def _names_itself(title: str, other: str, own: NDArray[np.uint32]) -> bool:
    """Whether words of its title that the other's has not make much of what only this one says."""
    import numpy as np

    names = {*_NAME.findall(title.casefold())} - {*_NAME.findall(other.casefold())}
    if not names or not len(own):
        return False
    return bool(np.isin(own, word_hashes(" ".join(names))).mean() >= _SERIES_SHARE)
