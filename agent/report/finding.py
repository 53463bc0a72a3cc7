"""What the report says of the search: the documents found, the queries, the sources, what permission kept out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.job.licences import PROFILES, Profile
from agent.job.records import Candidate, Query
from agent.report.corpus import Tone
from agent.report.facts import NotAsked, PermissionFacts, SourceFacts
from agent.report.licence_advice import licence_advice
from agent.report.words import figure, printable, spoken
from agent.spec import PermissionConfig

_ORIGINS = {
    "subject": "the subject itself",
    "llm": "language model",
    "feedback": "first results",
    "wikipedia": "Wikipedia",
}
_VERDICTS: dict[str, tuple[str, Tone]] = {
    "allowed": ("may be used", "good"),
    "licence_fits": ("licence fits", "good"),
    "open": ("open until fetched", "warn"),
}


@dataclass(frozen=True)
class FoundLine:
    """One document of the list, at its place."""

    candidate: Candidate
    licence: str
    verdict: str
    tone: Tone
    score: float
    """Relevance in per cent."""
    parts: tuple[tuple[str, float], ...]
    """What the score is made of, the largest first."""


@dataclass(frozen=True)
class QueryLine:
    """One query, who proposed it, and how many documents of the list it found."""

    text: str
    weight: float
    origin: str
    documents: int


@dataclass(frozen=True)
class SourceLine:
    """How one source did."""

    asked: SourceFacts
    further: tuple[str, ...]
    """What it counted beyond: ``licences asked 12``."""


@dataclass(frozen=True)
class Finding:
    """How the documents were found."""

    queries: tuple[QueryLine, ...]
    sources: tuple[SourceLine, ...]
    not_asked: tuple[NotAsked, ...]


@dataclass(frozen=True)
class KeptOut:
    """What permission kept out, over all stages."""

    profile: str
    intended_use: str
    refused: int
    quarantined: int
    more: tuple[tuple[Profile, int], ...]
    """Profile -> documents that it would let go on, narrowest first."""
    advice: str


def found_lines(candidates: Sequence[Candidate]) -> tuple[FoundLine, ...]:
    """Each document with its verdict as far as it is known before it is fetched."""
    return tuple(_found_line(candidate) for candidate in candidates)


def _found_line(candidate: Candidate) -> FoundLine:
    verdict, tone = _VERDICTS[candidate.foreseen.verdict]
    parts = sorted(candidate.parts.items(), key=lambda part: (-part[1], part[0]))
    return FoundLine(
        candidate=candidate,
        licence=candidate.foreseen.licence or candidate.licence,
        verdict=verdict,
        tone=tone,
        score=100 * min(max(candidate.score, 0.0), 1.0),
        parts=tuple((spoken(name), value) for name, value in parts),
    )


def finding_of(
    queries: Sequence[Query],
    sources: Sequence[SourceFacts],
    not_asked: Sequence[NotAsked],
    candidates: Sequence[Candidate],
) -> Finding | None:
    """Queries heaviest first, sources in the order in which they were named; None before anything was asked.

    A source that several units asked has the line of the last.
    """
    if not (queries or sources or not_asked):
        return None
    documents = Counter(text for candidate in candidates for text in set(candidate.queries))
    return Finding(
        queries=tuple(
            QueryLine(each.text, each.weight, _ORIGINS.get(each.origin, each.origin), documents[each.text])
            for each in sorted(queries, key=lambda query: -query.weight)
        ),
        sources=tuple(SourceLine(each, _further(each)) for each in {each.source: each for each in sources}.values()),
        not_asked=tuple({each.service: each for each in not_asked}.values()),
    )


def _further(asked: SourceFacts) -> tuple[str, ...]:
    """What is neither nothing nor a structure."""
    told = ((name, value) for name, value in (asked.model_extra or {}).items() if value and value is not True)
    return tuple(
        f"{spoken(printable(name))} {figure(value)}" for name, value in told if isinstance(value, int | float | str)
    )


def kept_out(told: Sequence[PermissionFacts], config: PermissionConfig) -> KeptOut | None:
    """The figures of all units summed, with the one next step they lead to; None before any unit decided."""
    if not told:
        return None
    unknown: Counter[str] = Counter()
    more: Counter[Profile] = Counter()
    for each in told:
        unknown.update(each.quarantined_of)
        more.update(each.more_under)
    advice = licence_advice(unknown, more, config) or " ".join(dict.fromkeys(each.advice for each in told))
    return KeptOut(
        profile=told[0].profile,
        intended_use=told[0].intended_use,
        refused=sum(each.refused for each in told),
        quarantined=sum(each.quarantined for each in told),
        more=tuple((profile, more[profile]) for profile in PROFILES if more[profile]),
        advice=printable(advice).strip(),
    )
