"""Describes the batch of one unit in figures small enough for its manifest."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from agent.dataset.batch import LENGTH_EDGES, QUALITY_BINS, Batch
from agent.job.artifacts import Tally
from agent.job.records import Chunk, Example, ExampleKind
from workers.generate.monitor.diversity import mtld, repeated, same_opening, words

_NO_EXAMPLE = "no_example"
"""Why a chunk that was asked goes; under other reasons it was not asked."""
_NO_FAULT = frozenset({"more_than_ordered", "not_ordered"})
"""Reasons that say nothing against what was written."""


def describe(
    examples: Sequence[Example],
    chunks: Sequence[Chunk],
    tallies: Mapping[str, Tally],
    target: Mapping[ExampleKind, float],
) -> Batch:
    """The figures of these examples of these chunks; ``tallies`` are the unit's, by noun."""
    asking = [example for example in examples if example.prompt]
    texts = {chunk.id: frozenset(words(chunk.text)) for chunk in chunks}
    answers = [words(example.response) for example in asking]
    # An answer that says no says it in much the same words each time, and not in the chunk's.
    told = [example for example in asking if example.kind is not ExampleKind.UNANSWERABLE]
    tally = tallies.get("examples", Tally())
    refused = Counter(tally.rejected) + Counter(tally.failed)
    thin = sum(count for reason, count in tallies.get("chunks", Tally()).rejected.items() if reason != _NO_EXAMPLE)
    asked = len(chunks) - thin
    return Batch(
        chunks=asked,
        barren=asked - len({example.chunk_id for example in asking}),
        documents=len({example.document_id for example in asking}),
        examples=len(asking),
        refused={reason: count for reason, count in sorted(refused.items()) if reason not in _NO_FAULT},
        kinds=dict(Counter(example.kind.value for example in asking)),
        topics=dict(Counter(example.topic for example in asking)),
        difficulties=dict(Counter(example.difficulty.value for example in asking)),
        lengths=_binned([bisect_right(LENGTH_EDGES, len(answer)) for answer in answers], len(LENGTH_EDGES) + 1),
        qualities=_binned([min(int(each.score * QUALITY_BINS), QUALITY_BINS - 1) for each in asking], QUALITY_BINS),
        quality=_mean([example.score for example in asking]),
        diversity=round(mtld(list(chain.from_iterable(answers))), 1),
        repeated_questions=round(repeated([f"{each.prompt} {each.context}" for each in asking]), 4),
        repeated_answers=round(repeated([example.response for example in told]), 4),
        same_opening=round(same_opening([example.response for example in told]), 4),
        from_source=_mean([_from(words(each.response), texts[each.chunk_id]) for each in told if each.response]),
        target=_asking(target),
    )


def _from(answer: Sequence[str], source: frozenset[str]) -> float:
    """Share of the answer's words that stand in the source; 1 for an answer without words, which adds none."""
    return sum(word in source for word in answer) / len(answer) if answer else 1.0


def _asking(target: Mapping[ExampleKind, float]) -> dict[str, float]:
    """The shares of the kinds that ask something, together 1."""
    shares = {kind.value: share for kind, share in target.items() if kind is not ExampleKind.PLAIN}
    whole = sum(shares.values())
    return {kind: round(share / whole, 4) for kind, share in shares.items()}


def _binned(places: Sequence[int], bins: int) -> tuple[int, ...]:
    counts = Counter(places)
    return tuple(counts[place] for place in range(bins))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
