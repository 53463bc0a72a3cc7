"""Exact and near duplicates among documents: the best copy stays, each other one says which it repeats and why it goes.

Candidates come from bands of MinHash signatures (locality-sensitive hashing, Broder 1997; Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4); what is a duplicate is decided on the words themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workers.parse.curate.fingerprint import BANDS, Fingerprints, sharing
from workers.parse.curate.prefer import Rank
from workers.parse.curate.resemblance import Resemblance, Text, least_shingles, resemblance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT, NEAR = "exact_duplicate", "near_duplicate"

_MOST_IN_GROUP = 200
"""Documents kept of one band that a later one is held against, the best of them: ten thousand pages of one template may
differ."""

_MOST_COMPARED = 32
"""Kept documents that one is compared with word by word, the nearest by signature first."""

_ESTIMATE_MARGIN = 0.1
"""Three standard errors of a similarity estimated from 256 values."""

_TICK_EVERY = 500
"""Documents between two reports of progress: some tenths of a second."""


class Entry(NamedTuple):
    """What is remembered of a document; its number is its place in the fingerprints."""

    id: str
    title: str
    key: bytes
    rank: Rank


class Duplicate(NamedTuple):
    """A document that repeats another: why it goes and whom it repeats, by their numbers."""

    number: int
    of: int
    reason: str
    """`EXACT` or `NEAR`"""
    resemblance: Resemblance
    rule: str
    """By what it was found, see `Resemblance.rule`."""
    also: tuple[int, ...] = ()
    """Other documents that stay and that it resembles as well."""

    @property
    def said(self) -> str:
        """The similarity and what speaks for it, for people."""
        alike = self.resemblance
        more = {
            "shingles": "",
            "contained": f", {alike.contained:.0%} of the shorter is in the longer",
            "words": f", {alike.words:.0%} of their words are the same",
        }
        return f"similarity {alike.shingles:.2f}{more[self.rule]}"


@dataclass
class _Search:
    """The documents kept so far, by the bands of their signatures."""

    rows: NDArray[np.uint16]
    groups: NDArray[np.int32]
    """Shape (documents, bands); -1 where no other document has that band."""

    def __post_init__(self) -> None:
        self._kept: list[defaultdict[int, list[int]]] = [defaultdict(list) for _ in range(BANDS)]

    def candidates(self, place: int, least: float) -> list[int]:
        """Kept documents whose signatures are near that of the document at this place, the nearest first."""
        import numpy as np

        found: set[int] = set()
        for band, group in self._bands(place):
            found.update(self._kept[band].get(group, ()))
        if not found:
            return []
        others = np.array(sorted(found))
        alike = (self.rows[others] == self.rows[place]).mean(axis=1)
        order = np.argsort(-alike, kind="stable")[:_MOST_COMPARED]
        return [int(others[at]) for at in order if alike[at] >= least]

    def keep(self, place: int) -> None:
        for band, group in self._bands(place):
            if len(members := self._kept[band][group]) < _MOST_IN_GROUP:
                members.append(place)

    def _bands(self, place: int) -> Iterable[tuple[int, int]]:
        return ((band, group) for band, group in enumerate(self.groups[place].tolist()) if group >= 0)


def duplicates(
    entries: Sequence[Entry], prints: Fingerprints, least: float, tick: Callable[[int, int], None]
) -> list[Duplicate]:
    """The documents that repeat a better one, best first; all others stay.

    Documents are looked at from the best to the worst, and one goes only when it resembles one that stayed: of a chain
    in which each resembles the next, those that are unlike the best stay. Depends on the documents alone, not on their
    order. ``least`` is the similarity asked of shingles; ``tick`` is told how many of how many were looked at.
    """
    best_first = sorted(range(len(entries)), key=lambda number: entries[number].rank)
    first: dict[bytes, int] = {}
    exact = [
        Duplicate(number, first[entries[number].key], EXACT, _SAME, "shingles")
        for number in best_first
        if first.setdefault(entries[number].key, number) != number
    ]
    return exact + _near(list(first.values()), entries, prints, least, tick)


_SAME = Resemblance(1.0, 1.0, 1.0, 1.0, False)


def _near(
    numbers: Sequence[int],
    entries: Sequence[Entry],
    prints: Fingerprints,
    least: float,
    tick: Callable[[int, int], None],
) -> list[Duplicate]:
    import numpy as np

    rows = prints.signatures()[np.array(numbers, dtype=np.int64)]
    groups = np.empty((len(rows), BANDS), dtype=np.int32)
    for band, group in enumerate(sharing(rows)):
        groups[:, band] = group
        tick(0, len(numbers))
    search = _Search(rows, groups)

    def text_of(number: int) -> Text:
        return Text(entries[number].title, prints.words(number))

    found = []
    for place, number in enumerate(numbers):
        if place % _TICK_EVERY == 0:
            tick(place, len(numbers))
        others = [numbers[other] for other in search.candidates(place, least_shingles(least) - _ESTIMATE_MARGIN)]
        compared = ((other, resemblance(text_of(number), text_of(other))) for other in others)
        alike = [Duplicate(number, other, NEAR, each, rule) for other, each in compared if (rule := each.rule(least))]
        if alike:
            nearest = max(alike, key=lambda one: one.resemblance.shingles)  # of equals the first: the nearest estimate
            also = tuple(one.of for one in alike if one is not nearest)
            found.append(nearest._replace(also=also))
        else:
            search.keep(place)
    return found
