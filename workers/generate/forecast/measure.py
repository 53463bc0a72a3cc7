"""Counts the training rows as the trainer will pack them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agent.dataset.forecast import Measured
from agent.job.records import Row, RowFormat, TopicMap
from workers.tokens.counter import TokenCounter
from workers.tokens.packing import best_fit

TURN_TOKENS = 5
"""What a chat template puts around a turn: ChatML's two marks, the role and two line ends."""
PREFACE_TOKENS = 18
"""System prompt that the default model's template adds where a conversation has none; other models have less."""
END_TOKENS = 1
"""The end of the text, of rows without a template."""


def measured(rows: Sequence[Row], topics: TopicMap | None, tokens: TokenCounter, sequence_length: int) -> Measured:
    """The figures of the training rows; of rows longer than a sequence what fits counts."""
    texts = tokens.count([_text(row) for row in rows])
    sizes = [min(sequence_length, text + _around(row)) for row, text in zip(rows, texts, strict=True)]
    of_document: Counter[str] = Counter()
    for row, size in zip(rows, sizes, strict=True):
        of_document[row.document_id] += size
    return Measured(
        rows=len(rows),
        tokens=sum(sizes),
        counted_by=tokens.name,
        sequences=len(best_fit(sorted(sizes, reverse=True), sequence_length)),
        text_tokens=sum(size for row, size in zip(rows, sizes, strict=True) if row.format is RowFormat.TEXT),
        per_document=tuple(count for _, count in sorted(of_document.items())),
        topics={topic.name: topic.weight for topic in topics.topics} if topics else {},
        named=frozenset(row.topic for row in rows if row.topic),
    )


def _text(row: Row) -> str:
    return "\n".join((row.text, row.prompt, row.completion, *(turn["content"] for turn in row.messages))).strip()


def _around(row: Row) -> int:
    if row.format is not RowFormat.CHAT:
        return END_TOKENS
    has_system = bool(row.messages) and row.messages[0]["role"] == "system"
    return TURN_TOKENS * len(row.messages) + (0 if has_system else PREFACE_TOKENS)
