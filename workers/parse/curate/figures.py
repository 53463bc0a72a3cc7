"""What curating made, in figures for the report: documents, chunks and tokens a split, and what training takes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agent.job.records import Chunk, Document, Split
from agent.spec import JobSpec


@dataclass
class Figures:
    """Counts as documents and chunks go by."""

    documents: Counter[Split] = field(default_factory=Counter)
    chunks: Counter[Split] = field(default_factory=Counter)
    tokens: Counter[Split] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    longer_than_sequence: int = 0

    def count_document(self, document: Document, split: Split) -> None:
        """Count a document that stays."""
        self.documents[split] += 1
        self.languages[document.language or "undecided"] += 1
        self.licences[document.licence or "not stated"] += 1

    def count_chunk(self, chunk: Chunk, spec: JobSpec) -> None:
        """Count a chunk that goes on."""
        self.chunks[chunk.split] += 1
        self.tokens[chunk.split] += chunk.tokens
        self.longer_than_sequence += chunk.tokens > spec.train.sequence_length

    def facts(self, spec: JobSpec) -> dict[str, Any]:
        """The figures, and the forecast of what training on the chunks' own tokens takes."""
        train_tokens = self.tokens[Split.TRAIN]
        return {
            "documents_per_split": _per_split(self.documents),
            "chunks_per_split": _per_split(self.chunks),
            "tokens_per_split": _per_split(self.tokens),
            "languages": dict(sorted(self.languages.items())),
            "licences": dict(sorted(self.licences.items())),
            "train_tokens": train_tokens,
            "chunks_longer_than_sequence": self.longer_than_sequence,
            "forecast_steps": forecast_steps(train_tokens, spec),
        }


def forecast_steps(train_tokens: int, spec: JobSpec) -> int:
    """Optimizer steps for this many tokens of packed sequences, at least one."""
    train = spec.train
    steps = max(1, math.ceil(train_tokens * train.epochs / (train.sequence_length * train.batch_sequences)))
    return min(steps, train.max_steps) if train.max_steps else steps


def largest(reasons: Iterable[tuple[str, int]], shown: int = 3) -> str:
    """The most frequent reasons with their counts, for people."""
    counts = Counter(dict(reasons)).most_common(shown)
    return ", ".join(f"{reason} ({count})" for reason, count in counts) or "nothing"


def _per_split(counts: Counter[Split]) -> dict[str, int]:
    return {split.value: counts[split] for split in Split}
