"""Part ``reputation``: who stands behind a document, by the kind of its source and its venue."""

from __future__ import annotations

from typing import NamedTuple

from agent.job.records import Candidate


class Standing(NamedTuple):
    """What a kind of source vouches for."""

    value: float
    reason: str


SOURCES: dict[str, Standing] = {
    "pubmed": Standing(0.9, "indexed journals, reviewed by peers"),
    "ieee": Standing(0.9, "journals and conferences reviewed by peers"),
    "ocw": Standing(0.9, "teaching material of a university, by its staff"),
    "khan": Standing(0.8, "lessons written and edited for learners"),
    "coursera": Standing(0.7, "courses of universities and companies"),
    "wikipedia": Standing(0.7, "edited in public, with references; anyone may write"),
    "arxiv": Standing(0.7, "authors stand for it by name; moderated, not reviewed"),
}
"""What the other kinds (folders, lists, any web site, citation indexes) hold can be anything: not known."""

REVIEWED = Standing(0.85, "a venue and a DOI: a journal or proceedings that took it")

_PREPRINTS = ("arxiv", "biorxiv", "medrxiv", "chemrxiv", "ssrn", "preprint", "zenodo", "research square", "techrxiv")
"""Venues that take what they are given, by a part of their name."""

_BY_NAME = 0.05
"""What named authors add: someone answers for it."""


def reputation(candidate: Candidate) -> float | None:
    """0 to 1; None where neither source nor venue says anything."""
    kinds = {found.partition(" ")[0].partition(":")[0] for found in (candidate.source, *candidate.also)}
    known = [SOURCES[kind].value for kind in kinds if kind in SOURCES]
    venue = candidate.venue.lower()
    if venue and candidate.doi and not any(name in venue for name in _PREPRINTS):
        known.append(REVIEWED.value)
    if not known:
        return None
    return min(1.0, max(known) + (_BY_NAME if candidate.authors else 0.0))
