"""Figures that describe a dataset in the manifest, the report and the data card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agent.dataset.distributions import Distributions, shares
from agent.job.records import Difficulty, ExampleKind, RowFormat, Split
from workers.generate.dataset.pool import Entry
from workers.generate.dataset.unique import CONTAMINATED, DUPLICATE, IN_BENCHMARK, NEAR_DUPLICATE, Verdict

PAIRS_SHOWN = 5
"""Nearest pairs of each reason that the figures show: enough to judge the rule by."""


def dataset_figures(found: Distributions, layout: RowFormat, reasons: Counter[str]) -> dict[str, Any]:
    """Rows by split and kind, difficulty and topic, shares, licences, lengths in words, and what was set aside."""
    return {
        "format": layout.value,
        "rows": {split.value: dict(sorted(found.kinds[split.value].items())) for split in Split},
        "choices": dict(sorted(found.rows["choices"].items())),
        "train_kind_shares": shares(found.kinds["train"]),
        "difficulties": {split.value: dict(sorted(found.difficulties[split.value].items())) for split in Split},
        "topics": {split.value: dict(found.topics[split.value].most_common()) for split in Split},
        "documents": len(found.documents),
        "licences": dict(found.licences.most_common()),
        "mean_prompt_words": found.prompts.mean,
        "mean_response_words": found.responses.mean,
        "mean_plain_words": found.plain.mean,
        "train_words": found.train_words,
        "set_aside": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    }


def repetition_figures(verdicts: Sequence[Verdict], prompts: Mapping[str, str]) -> dict[str, Any]:
    """What was found said again: counts by reason, and the nearest pairs in other words, ``prompts`` by id."""
    counts = Counter(verdict.reason for verdict in verdicts)
    return {
        "duplicates": {reason: counts[reason] for reason in (DUPLICATE, NEAR_DUPLICATE)}
        | {"nearest": _nearest(verdicts, (NEAR_DUPLICATE,), prompts)},
        "contamination": {reason: counts[reason] for reason in (CONTAMINATED, IN_BENCHMARK)}
        | {"nearest": _nearest(verdicts, (CONTAMINATED, IN_BENCHMARK), prompts)},
    }


def balance_figures(
    before: Sequence[Entry],
    after: Sequence[Entry],
    kinds: Mapping[ExampleKind, float],
    difficulties: Mapping[Difficulty, float],
) -> dict[str, Any]:
    """Shares of kinds and of difficulties among prompted training rows before and after, beside those aimed at."""
    return {
        "kinds": {
            "target": {kind.value: round(share, 3) for kind, share in kinds.items()},
            "before": shares(Counter(entry.kind.value for entry in before)),
            "after": shares(Counter(entry.kind.value for entry in after)),
        },
        "difficulties": {
            "target": {level.value: share for level, share in difficulties.items()},
            "before": shares(Counter(entry.difficulty.value for entry in before)),
            "after": shares(Counter(entry.difficulty.value for entry in after)),
        },
    }


def _nearest(verdicts: Sequence[Verdict], reasons: Sequence[str], prompts: Mapping[str, str]) -> list[dict[str, Any]]:
    near = [verdict for verdict in verdicts if verdict.reason in reasons and 0 < verdict.similarity < 1]
    near.sort(key=lambda verdict: (-verdict.similarity, verdict.entry.id))
    return [
        {"left_out": each.entry.prompt, "for": prompts.get(each.of, each.of), "similarity": each.similarity}
        for each in near[:PAIRS_SHOWN]
    ]
