"""Which of several copies of a text is kept: by licence, then quality, then completeness."""

from __future__ import annotations

from typing import NamedTuple

from agent.job.licences import DECLARED, demands
from agent.job.records import Document

_QUALITY_STEPS = 20
"""Qualities that differ by less than a twentieth say nothing about which copy is better."""


class Rank(NamedTuple):
    """How good a copy is; the smallest is the best, and no two documents have the same."""

    licence: int
    """See `agent.job.licences.demands`."""
    flaws: int
    missing: int
    """Words, negative: the longer text is the more complete one."""
    strangeness: float
    """Score, negative."""
    url: str
    id: str

    def why(self, other: Rank) -> str:
        """What makes this copy better than the other, for people."""
        return next(
            (
                reason
                for mine, theirs, reason in zip(self, other, _REASONS, strict=True)
                if mine != theirs  # the first difference decides, as in comparing the tuples
            ),
            "the same",
        )


_REASONS = (
    "freer licence",
    "better quality",
    "more complete",
    "nearer to the subject",
    "first by address",
    "first by id",
)


def rank(document: Document, words: int) -> Rank:
    """The rank of a document of so many words."""
    declared = any(evidence.kind == "operator" for evidence in document.evidence)  # nothing was stated, or not enough
    return Rank(
        licence=max(demands(document.licence), DECLARED if declared else 0),
        flaws=-round(document.quality * _QUALITY_STEPS),
        missing=-words,
        strangeness=-document.score,
        url=document.url,
        id=document.id,
    )
