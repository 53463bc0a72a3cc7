"""What one generate unit says of its batch of examples, and how batches are put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

BATCH = "batch"
"""Where a generate unit's manifest has it, among its facts."""
LENGTH_EDGES = (5, 10, 20, 40, 80, 160, 320)
"""Words from which the next bin of answer lengths begins: each about twice as long as the one before."""
QUALITY_BINS = 10


class Batch(BaseModel):
    """Examples that ask something, in figures; text that is learnt as it stands is not among them.

    Shares and means are weighted by ``examples`` when batches are put together.
    """

    model_config = ConfigDict(frozen=True)

    shards: tuple[str, ...] = ()
    chunks: int = 0
    """Those that were asked: none too thin to carry an example is among them."""
    barren: int = 0
    """Chunks without an example that asks something."""
    documents: int = 0
    """Documents that the examples are of; together, one on both sides of a border counts twice."""
    examples: int = 0
    refused: dict[str, int] = {}
    """Reason -> proposals that were refused, or failed."""
    kinds: dict[str, int] = {}
    topics: dict[str, int] = {}
    """'' counts examples of no topic."""
    difficulties: dict[str, int] = {}
    lengths: tuple[int, ...] = (0,) * (len(LENGTH_EDGES) + 1)
    """Answers by their words, in the bins of `LENGTH_EDGES`."""
    qualities: tuple[int, ...] = (0,) * QUALITY_BINS
    """Examples by quality, in bins of equal width from 0 to 1."""
    quality: float = 0.0
    diversity: float = 0.0
    """MTLD of the answers: how many words it takes until few new ones come."""
    repeated_questions: float = 0.0
    """Share with nearly the same question before them in the batch."""
    repeated_answers: float = 0.0
    same_opening: float = 0.0
    """Share of answers that begin with the most frequent three words."""
    from_source: float = 0.0
    """Share of an answer's words that stand in its chunk, mean."""
    target: dict[str, float] = {}
    """Kind -> share aimed at."""

    @property
    def proposed(self) -> int:
        """Examples and refused proposals."""
        return self.examples + sum(self.refused.values())


_MEANS = ("quality", "diversity", "repeated_questions", "repeated_answers", "same_opening", "from_source")
_COUNTS = ("refused", "kinds", "topics", "difficulties")
_BINS = ("lengths", "qualities")


def together(batches: Iterable[Batch]) -> Batch:
    """All batches as one; an empty one for none."""
    given = list(batches)
    weights = [batch.examples for batch in given]
    total = sum(weights)
    fields: dict[str, Any] = {
        "shards": tuple(shard for batch in given for shard in batch.shards),
        "chunks": sum(batch.chunks for batch in given),
        "barren": sum(batch.barren for batch in given),
        "documents": sum(batch.documents for batch in given),
        "examples": total,
        "target": next((batch.target for batch in reversed(given) if batch.target), {}),
    }
    for name in _COUNTS:
        fields[name] = dict(sum((Counter(getattr(batch, name)) for batch in given), Counter[str]()))
    for name in _BINS if given else ():
        fields[name] = tuple(map(sum, zip(*(getattr(batch, name) for batch in given), strict=True)))
    for name in _MEANS:
        summed = sum(weight * getattr(batch, name) for weight, batch in zip(weights, given, strict=True))
        fields[name] = summed / total if total else 0.0
    return Batch(**fields)


def batch_of(facts: Mapping[str, Any], shard: str) -> Batch | None:
    """What the manifest of a generate unit says; None from one that said nothing.

    Raises:
        ValidationError: the figures have another shape.
    """
    told = facts.get(BATCH)
    return None if told is None else Batch.model_validate(told).model_copy(update={"shards": (shard,)})
