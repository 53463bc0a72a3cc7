"""The same work found several times becomes one candidate that has everything its finds had.

Pure, and independent of the order of the finds. Two finds are the same work when they share the address, the DOI, or
the title together with an author or, for titles long enough to be no other's, the year. A preprint and the article
that came of it are one work: their DOIs differ, their title and authors do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from agent.job.licences import joined
from agent.job.records import Candidate, Copy, Evidence
from workers.crawl.copies import is_resolver, licence_rank, with_copies
from workers.crawl.sources.contract import Found, Refused

_TELLING_WORDS = 5
"""A title of so many words and the same year are one work even where a find names no author; shorter ones ("Quantum
computing") are shared by strangers."""

_TWO_DOIS_WORDS = 3
"""Of two DOIs, a shorter title ("Editorial", "Book review") by one author is more likely two works."""

_YEARS_APART = 3
"""From a preprint to its article; beyond it the same title by the same author is a new edition."""


def merged(findings: Iterable[Found | Refused]) -> tuple[list[Found], list[Refused]]:
    """Each work once, by address; and what was refused, unless the same address was also found."""
    found: list[Found] = []
    refused: dict[str, Refused] = {}
    for item in findings:
        if isinstance(item, Found):
            found.append(item)
        else:
            other = refused.get(item.candidate.id)
            refused[item.candidate.id] = item if other is None else min(item, other, key=_refusal_order)
    works = sorted((_united(group) for group in _groups(found)), key=lambda item: item.candidate.url)
    addresses = {item.candidate.id for item in found}
    return works, [refused[key] for key in sorted(refused) if key not in addresses]


def _groups(found: Sequence[Found]) -> list[list[Found]]:
    """The finds of each work together."""
    parent = list(range(len(found)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for keyed in (_by(found, lambda one: one.id), _by(found, lambda one: one.doi)):
        for first, *others in keyed:
            for other in others:
                parent[root(other)] = root(first)
    for titled in _by(found, lambda one: title_key(one.title)):
        traits = [(at, trait) for at in titled if (trait := _trait(found[at].candidate)).tells]
        for (one, its), (other, others_own) in combinations(traits, 2):
            if _same_work(its, others_own):
                parent[root(other)] = root(one)
    groups: dict[int, list[Found]] = defaultdict(list)
    for at, item in enumerate(found):
        groups[root(at)].append(item)
    return list(groups.values())


def _by(found: Sequence[Found], key: Callable[[Candidate], str]) -> list[list[int]]:
    """Positions of the finds that share a key, those without one left out."""
    positions: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(found):
        if value := key(item.candidate):
            positions[value].append(at)
    return list(positions.values())


class _Trait(NamedTuple):
    """What tells works of one title apart."""

    words: int
    year: int | None
    surnames: frozenset[str]
    doi: str

    @property
    def tells(self) -> bool:
        """Whether the title can be known again at all: the thousand pages "Home" of a site cannot, and are not
        compared with each other."""
        return bool(self.surnames) or (self.words >= _TELLING_WORDS and self.year is not None)


def _trait(candidate: Candidate) -> _Trait:
    year = int(candidate.date[:4]) if candidate.date[:4].isdecimal() else None
    return _Trait(len(title_key(candidate.title).split()), year, _surnames(candidate), candidate.doi)


def _same_work(one: _Trait, other: _Trait) -> bool:
    """Whether two documents of one title are one work."""
    if one.doi and other.doi and one.doi != other.doi and one.words < _TWO_DOIS_WORDS:
        return False
    if one.year is not None and other.year is not None and abs(one.year - other.year) > _YEARS_APART:
        return False
    if one.surnames and other.surnames:
        return bool(one.surnames & other.surnames)
    return one.words >= _TELLING_WORDS and one.year is not None and one.year == other.year


_MARK = re.compile(r"[^\w\s]|_")
_NOTICE = re.compile(r"^\W*(?:retracted|withdrawn)(?: article| chapter)?\W+")


def title_key(title: str) -> str:
    """The title as far as it tells works apart: no case, accents, marks or notice of retraction."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(each))
    return " ".join(_MARK.sub(" ", _NOTICE.sub("", plain)).split())


def _surnames(candidate: Candidate) -> frozenset[str]:
    """The authors' last names, whether written ``Ada Lovelace`` or ``Lovelace, Ada``."""
    lasts = (name.partition(",")[0] if "," in name else (name.split() or [""])[-1] for name in candidate.authors)
    return frozenset(key for last in lasts if (key := title_key(last)))


def _united(group: Sequence[Found]) -> Found:
    """One find with what all of them know; the one with the most to show gives the address and the words."""
    ranked = sorted(group, key=_worth)
    first, rest = ranked[0].candidate, ranked[1:]
    everyone = [item.candidate for item in ranked]
    candidate = first
    for item in rest:
        if item.candidate.id != first.id or item.candidate.copies:
            candidate = with_copies(candidate, with_copies(item.candidate, _own_address(item.candidate)).copies)
    if candidate.blob or not candidate.copies:
        # All of them state the licence of what is at this one address: each binds.
        stated = joined(each.licence for each in everyone if each.id == first.id)
        candidate = candidate.model_copy(update={"licence": stated})
    evidence = [line for each in everyone for line in each.evidence]
    counts = [each.citations for each in everyone if each.citations is not None]
    also = {f"{each.source} {each.url}" for each in everyone} | {line for each in everyone for line in each.also}
    united = candidate.model_copy(
        update={
            "title": first.title or next((each.title for each in everyone if each.title), ""),
            "authors": max((each.authors for each in everyone), key=len),
            "date": first.date or next((each.date for each in everyone if each.date), ""),
            "venue": first.venue or next((each.venue for each in everyone if each.venue), ""),
            "doi": first.doi or next((each.doi for each in everyone if each.doi), ""),
            "language": first.language or next((each.language for each in everyone if each.language), ""),
            "citations": max(counts, default=None),
            "retracted": any(each.retracted for each in everyone),
            "also": tuple(sorted(also - {f"{first.source} {first.url}"})),
            "queries": tuple(sorted({query for each in everyone for query in each.queries})),
            "evidence": _distinct(evidence),
        }
    )
    fullest = max((item.text for item in ranked), key=lambda text: (len(text), text))
    return Found(united, fullest, chosen=any(item.chosen for item in ranked))


def _distinct(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each line once, as it was first read: every query that finds a work brings the same lines again."""
    first: dict[tuple[str, str, str], Evidence] = {}
    for line in evidence:
        known = first.setdefault((line.kind, line.url, line.line), line)
        if line.time < known.time:
            first[line.kind, line.url, line.line] = line
    return tuple(first.values())


def _own_address(candidate: Candidate) -> list[Copy]:
    """Where a find without listed copies is fetched: its own address, unless that only leads on to a publisher."""
    if candidate.copies or is_resolver(candidate.url):
        return []
    return [Copy(url=candidate.url, media_type=candidate.media_type, licence=candidate.licence)]


def _worth(item: Found) -> tuple[object, ...]:
    """Smallest for the find with the most to show; the address and all the rest decide between equals."""
    one = item.candidate
    licence = min((copy.licence for copy in one.copies if copy.licence), key=licence_rank, default=one.licence)
    shown = (
        item.chosen,
        bool(one.blob),
        bool(one.copies),
        bool(one.doi),
        len(one.authors),
        len(item.text),
        len(one.title),
    )
    return (
        not shown[0],
        not shown[1],
        licence_rank(licence),
        *(-int(each) for each in shown[2:]),
        one.url,
        one.source,
        _all(item),
    )


def _all(item: Found) -> str:
    return item.candidate.model_dump_json() + item.text


def _refusal_order(item: Refused) -> tuple[str, str, str]:
    return item.reason, item.detail, item.candidate.model_dump_json()
