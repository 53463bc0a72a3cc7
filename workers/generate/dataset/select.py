"""Chooses the examples that become rows: what is said once, within the limits of documents, kinds and difficulties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from agent.dataset.benchmarks import BenchmarkItem
from agent.job.model import ModelFacts
from agent.job.records import ExampleKind, Split
from agent.spec import JobSpec
from workers.generate.dataset.balance import (
    LEAST_LEFT,
    floor_of,
    least_of_documents,
    within_difficulty_shares,
    within_document_limit,
    within_document_share,
    within_kind_shares,
)
from workers.generate.dataset.figures import balance_figures, repetition_figures
from workers.generate.dataset.pool import Entry, Pool, choices_of
from workers.generate.dataset.unique import Verdict, settle
from workers.generate.plan.mix import target_mix

OVER_DOCUMENT_LIMIT = "over_document_limit"
OVER_DOCUMENT_SHARE = "over_document_share"
OVER_KIND_SHARE = "over_kind_share"
OVER_DIFFICULTY_SHARE = "over_difficulty_share"


@dataclass(frozen=True, slots=True)
class Selection:
    """What becomes of all examples of a job."""

    kept: list[Entry]
    gone: list[Verdict]
    figures: dict[str, Any]
    """``duplicates``, ``contamination`` and ``balance``, see figures.py."""


def select(
    pool: Pool,
    entries: Sequence[Entry],
    benchmarks: Sequence[BenchmarkItem],
    spec: JobSpec,
    model: ModelFacts,
    tick: Callable[[], object] = lambda: None,
) -> Selection:
    """The examples that become rows or choices; which they are depends on the examples alone, not on their order.

    Shares are cut in training only, those of kinds and difficulties only among prompted rows: plain text teaches the
    subject's language, as much of it as there is. The mix leaves at least `SMALL_DATASET` rows
    and `LEAST_LEFT` of them; the share of a document at least `least_of_documents`.
    """
    config, floor = spec.assemble, floor_of(spec.assemble.min_examples)
    unique, gone = settle(
        pool, entries, benchmarks, near=config.near_duplicate_similarity,
        contamination=config.contamination_similarity, tick=tick,
    )  # fmt: skip
    figures = repetition_figures(gone, {entry.id: entry.prompt for entry in entries})
    rows, over = within_document_limit(
        (entry for entry in unique if entry.kind is not ExampleKind.CHOICE), config.max_rows_per_document
    )
    gone += _over(over, OVER_DOCUMENT_LIMIT)
    held_out = [entry for entry in rows if entry.split is not Split.TRAIN]
    plain = [entry for entry in rows if entry.split is Split.TRAIN and not entry.prompt]
    prompted = before = [entry for entry in rows if entry.split is Split.TRAIN and entry.prompt]
    target = target_mix(spec, model, {entry.kind for entry in prompted})
    if config.balance:
        least = max(floor, ceil(LEAST_LEFT * len(prompted)))
        prompted, over = within_kind_shares(prompted, target, least)
        gone += _over(over, OVER_KIND_SHARE)
        prompted, over = within_difficulty_shares(prompted, config.difficulty, least)
        gone += _over(over, OVER_DIFFICULTY_SHARE)
    least = least_of_documents(len(plain) + len(prompted), config.min_examples)
    train, over = within_document_share([*plain, *prompted], config.max_document_share, least)
    gone += _over(over, OVER_DOCUMENT_SHARE)
    after = [entry for entry in train if entry.prompt]
    figures["balance"] = balance_figures(before, after, target, config.difficulty)
    return Selection([*train, *held_out, *choices_of(unique)], gone, figures)


def _over(entries: Iterable[Entry], reason: str) -> list[Verdict]:
    return [Verdict(entry, reason) for entry in entries]
