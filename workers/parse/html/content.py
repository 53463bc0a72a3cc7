"""Decides which runs of a page are its content: a weighted sum of what is seen of each, as a logistic regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.job.records import Decision
from workers.parse.html.features import Features, features, role_names
from workers.parse.html.segments import Role, Segments
from workers.parse.html.structure import Structure
from workers.parse.html.votes import Votes
from workers.parse.html.weights import BIAS, WEIGHTS

_AGREED = 0.9
"""Word F1 between our choice and trafilatura's from which on they are called the same."""

_FRAME = Role.NAV | Role.HEADER | Role.FOOTER | Role.ASIDE | Role.FORM | Role.CONTROL | Role.DIALOG | Role.NAMED_NOTICE

_SURELY = 1.0
"""Log-odds, any above zero."""


class Choice(NamedTuple):
    """Which runs are content, and the decision in words."""

    kept: tuple[bool, ...]
    decision: Decision


def choose(page: Segments, structure: Structure, found: Votes) -> Choice:
    """The runs whose weighted sum is above zero; tables and code are judged as a whole, so that no cell is lost."""
    sums = pooled(scores(page, features(page, found), WEIGHTS, BIAS), page, structure, found)
    kept = tuple(score > 0 for score in sums)
    if not any(kept):
        kept = _at_least(page, found)
    return Choice(kept, _decision(page, found, kept))


def scores(page: Segments, rows: Sequence[Features], weights: Mapping[str, float], bias: float) -> list[float]:
    """The log-odds of each run to be content."""
    of_roles: dict[int, float] = {}
    found = []
    weight_of = weights.get
    for run, row in zip(page.runs, rows, strict=True):
        if run.roles not in of_roles:
            of_roles[run.roles] = bias + sum(weights.get(name, 0.0) for name in role_names(run.roles))
        found.append(of_roles[run.roles] + sum([weight_of(name, 0.0) * value for name, value in row.items()]))
    return found


def pooled(sums: Sequence[float], page: Segments, structure: Structure, found: Votes) -> list[float]:
    """The sums, with one mean by words for all runs of what is only whole together, a table or code.

    What trafilatura keeps of them stays: pages have few, so the weights know prose better (held out 0.851, else 0.849).
    """
    pooled_sums = list(sums)
    for start, end in structure.wholes:
        words = [1 + run.words for run in page.runs[start:end]]
        kept = sum(count for at, count in enumerate(words, start) if at in found.trafilatura)
        if 2 * kept > sum(words):
            mean = _SURELY
        else:
            mean = sum(score * count for score, count in zip(sums[start:end], words, strict=True)) / sum(words)
        pooled_sums[start:end] = [mean] * (end - start)
    return pooled_sums


def _at_least(page: Segments, found: Votes) -> tuple[bool, ...]:
    """What a page of nothing but unlikely text has: what an extractor kept, else all that is no part of its frame."""
    named = found.trafilatura or found.resiliparse
    if named:
        return tuple(at in named for at in range(len(page.runs)))
    return tuple(not run.roles & _FRAME for run in page.runs)


def _decision(page: Segments, found: Votes, kept: Sequence[bool]) -> Decision:
    words = [run.words for run in page.runs]
    total = max(1, sum(words))
    ours = sum(count for count, keep in zip(words, kept, strict=True) if keep)
    theirs = sum(words[at] for at in found.trafilatura)
    others = sum(words[at] for at in found.resiliparse)
    both = sum(words[at] for at in found.trafilatura if kept[at])
    agreed = 2 * both / max(1, ours + theirs)
    if agreed >= _AGREED:
        choice, reason = "trafilatura", "its content stands, but for some blocks"
    elif ours > theirs:
        choice, reason = "more than trafilatura", "what it left out looks like content by its form and place"
    else:
        choice, reason = "less than trafilatura", "what it took in besides looks like the site's furniture"
    return Decision(
        step="html.content",
        choice=choice,
        reason=reason,
        measured={
            "page_words": float(total),
            "kept_words": float(ours),
            "trafilatura_words": float(theirs),
            "resiliparse_words": float(others),
            "agreement_with_trafilatura": round(agreed, 3),
        },
    )
