"""Figures that describe a dataset in the manifest and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from agent.job.records import Example, RowFormat, Split
from workers.generate.dataset.balance import shares
from workers.generate.reading.sentences import word_count


def dataset_figures(
    by_split: Mapping[Split, Sequence[Example]], layout: RowFormat, reasons: Counter[str]
) -> dict[str, Any]:
    """Rows by split and kind, shares, licences, mean lengths in words, and what was set aside by reason."""
    train = by_split[Split.TRAIN]
    everything = [example for examples in by_split.values() for example in examples]
    prompted = [example for example in everything if example.prompt]
    return {
        "format": layout.value,
        "rows": {
            split.value: dict(sorted(Counter(example.kind.value for example in examples).items()))
            for split, examples in by_split.items()
        },
        "train_kind_shares": shares(train),
        "licences": dict(Counter(example.licence or "none stated" for example in everything).most_common()),
        "mean_prompt_words": _mean(word_count(example.prompt) for example in prompted),
        "mean_response_words": _mean(word_count(example.response) for example in prompted),
        "mean_plain_words": _mean(word_count(example.response) for example in everything if not example.prompt),
        "train_words": sum(word_count(f"{example.prompt} {example.response}") for example in train),
        "set_aside": dict(reasons.most_common()),
    }


def _mean(lengths: Iterator[int]) -> float:
    values = list(lengths)
    return round(fmean(values), 1) if values else 0.0
