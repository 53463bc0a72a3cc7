"""Rows -> token ids with labels -> packed sequences. Pure: the tokenizer is the only thing it asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.job.records import Row
from workers.tokens.packing import best_fit
from workers.train.layout import Layout, lay_out

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
"""Label of a position the loss does not read: the default of torch.nn.CrossEntropyLoss."""


@dataclass(frozen=True)
class Encoded:
    """One row as tokens; ``labels`` repeats the ids where the loss reads them and is IGNORED elsewhere."""

    id: str
    ids: tuple[int, ...]
    labels: tuple[int, ...]
    cut: bool = False
    """Whether the row was longer than the sequence length."""

    @property
    def targets(self) -> int:
        """How many tokens the loss reads."""
        return sum(label != IGNORED for label in self.labels)


@dataclass(frozen=True)
class Pack:
    """Several rows in one sequence; position ids start again at 0 with each row, which keeps them apart."""

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]
    position_ids: tuple[int, ...]


def encode_row(row: Row, tokenizer: PreTrainedTokenizerBase, limit: int) -> Encoded:
    """The row's tokens, cut after ``limit``.

    The first token is never a target: in a pack it would be predicted from the row before it.

    Raises:
        UnknownModel: as `lay_out`.
    """
    return encode(row.id, lay_out(row, tokenizer), tokenizer, limit)


def encode(id: str, layout: Layout, tokenizer: PreTrainedTokenizerBase, limit: int) -> Encoded:
    """The tokens of laid-out text, cut after ``limit``; see `encode_row`."""
    ids, trained = _tokens(layout, tokenizer)
    if layout.closed and tokenizer.eos_token_id is not None and ids[-1:] != [tokenizer.eos_token_id]:
        ids.append(int(tokenizer.eos_token_id))
        trained.append(True)
    trained[:1] = [False] * len(trained[:1])
    labels = [token if wanted else IGNORED for token, wanted in zip(ids, trained, strict=True)]
    return Encoded(id, tuple(ids[:limit]), tuple(labels[:limit]), cut=len(ids) > limit)


def pack_rows(rows: Sequence[Encoded], length: int, *, together: bool = True) -> list[Pack]:
    """Sequences of at most ``length`` tokens, by best-fit decreasing, the same for the same rows.

    ``together=False`` gives each row a sequence of its own, for attention that cannot keep rows apart.
    """
    ordered = sorted(rows, key=lambda row: (-len(row.ids), row.id))
    if not together:
        return [_joined([row]) for row in ordered]
    bins = best_fit([len(row.ids) for row in ordered], length)
    return [_joined([ordered[place] for place in content]) for content in bins]


def _joined(rows: Sequence[Encoded]) -> Pack:
    return Pack(
        input_ids=tuple(token for row in rows for token in row.ids),
        labels=tuple(label for row in rows for label in row.labels),
        position_ids=tuple(position for row in rows for position in range(len(row.ids))),
    )


def _tokens(layout: Layout, tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[bool]]:
    """Ids of the whole text, and for each whether its last character lies in a trained segment."""
    if not tokenizer.is_fast:
        return _tokens_by_segment(layout, tokenizer)
    text = "".join(segment.text for segment in layout.segments)
    encoding = tokenizer(text, add_special_tokens=layout.bare, return_offsets_mapping=True)
    ends: list[int] = []
    at = 0
    for segment in layout.segments:
        at += len(segment.text)
        ends.append(at)
    trained = [
        end > start and layout.segments[bisect_left(ends, end)].trained for start, end in encoding["offset_mapping"]
    ]
    return list(encoding["input_ids"]), trained


def _tokens_by_segment(layout: Layout, tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[bool]]:
    """The same for tokenizers that do not tell offsets."""
    ids: list[int] = []
    trained: list[bool] = []
    for number, segment in enumerate(layout.segments):
        tokens = tokenizer(segment.text, add_special_tokens=layout.bare and number == 0)["input_ids"]
        ids += tokens
        trained += [segment.trained] * len(tokens)
    return ids, trained
