"""Counts of what a dataset holds, taken in one pass: for the data card, and for the figures of the assemble stage."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from agent.job.records import Example


@dataclass
class Lengths:
    """Words of many texts."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        """Count the words, divided by white space."""
        self.counts[len(text.split())] += 1

    @property
    def total(self) -> int:
        """Words of all texts."""
        return sum(words * texts for words, texts in self.counts.items())

    @property
    def mean(self) -> float:
        """Words of a text, 0 without any."""
        texts = self.counts.total()
        return round(self.total / texts, 1) if texts else 0.0

    def quantile(self, share: float) -> int:
        """The length that this share of the texts does not exceed, 0 without any."""
        wanted = share * self.counts.total()
        seen = 0
        for words, texts in sorted(self.counts.items()):
            seen += texts
            if seen >= wanted:
                return words
        return 0


@dataclass
class Distributions:
    """Grows with each example; holds counts and no text."""

    rows: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Configuration -> split -> rows."""
    kinds: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Split -> kind -> rows."""
    difficulties: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Split -> difficulty -> rows with a prompt."""
    topics: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Split -> topic -> rows; '' for rows of none."""
    licences: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    generators: Counter[str] = field(default_factory=Counter)
    prompts: Lengths = field(default_factory=Lengths)
    responses: Lengths = field(default_factory=Lengths)
    """Of rows with a prompt."""
    plain: Lengths = field(default_factory=Lengths)
    train_words: int = 0
    """Words of the training rows, passages and prompts included."""

    def add(self, example: Example, config: str = "data") -> None:
        """Count one row of the dataset."""
        split = example.split.value
        self.rows[config][split] += 1
        self.kinds[split][example.kind.value] += 1
        self.topics[split][example.topic] += 1
        self.licences[example.licence or "none stated"] += 1
        self.generators[example.generator] += 1
        for document in example.documents:
            self.documents[document] += 1
        if example.prompt:
            self.difficulties[split][example.difficulty.value] += 1
            self.prompts.add(f"{example.context} {example.prompt}")
            self.responses.add(example.response)
        else:
            self.plain.add(example.response)
        if split == "train":
            self.train_words += len(f"{example.context} {example.prompt} {example.response}".split())


def shares(counts: Counter[str]) -> dict[str, float]:
    """Each count as a share of all, to three digits, by name."""
    total = counts.total()
    return {name: round(count / total, 3) for name, count in sorted(counts.items())}
