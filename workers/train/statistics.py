"""Scores of base and tuned model -> figures with paired bootstrap intervals. Pure, seeded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from agent.job.evaluation import Accuracy, Interval, Perplexity
from workers.train.reports import ChunkScore, QuestionScore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_RESAMPLES = 2000
"""The 2.5 % ends of so many resamples rest on 50 values each."""
_ENOUGH_DOCUMENTS = 5
"""Text of one document goes together, so documents are drawn; with fewer than this the interval would mean
nothing."""


def perplexity_of(scores: Sequence[ChunkScore], *, confidence: float, seed: int) -> Perplexity | None:
    """Perplexity of both models on the same tokens, and the interval of its relative fall; None without
    tokens.
    """
    import numpy as np

    documents = sorted({score.document_id for score in scores})
    by_document = len(documents) >= _ENOUGH_DOCUMENTS
    keys = documents if by_document else sorted({score.chunk_id for score in scores})
    place = {key: index for index, key in enumerate(keys)}
    table = np.zeros((len(keys), 3))
    for score in scores:
        key = score.document_id if by_document else score.chunk_id
        table[place[key]] += (score.base_nll, score.tuned_nll, score.tokens)
    base_nll, tuned_nll, tokens = table.sum(axis=0)
    if not tokens:
        return None

    def fall(draws: Floats) -> Floats:
        sums = draws.sum(axis=1)
        gains: Floats = 1.0 - np.exp((sums[:, 1] - sums[:, 0]) / sums[:, 2])
        return gains

    bits = math.log(2) * sum(score.bytes for score in scores)
    base, tuned = math.exp(base_nll / tokens), math.exp(tuned_nll / tokens)
    resampled: Literal["document", "chunk"] = "document" if by_document else "chunk"
    return Perplexity(
        base=base,
        tuned=tuned,
        base_bits_per_byte=base_nll / bits,
        tuned_bits_per_byte=tuned_nll / bits,
        gain=1.0 - tuned / base,
        gain_interval=_interval(table, fall, confidence, seed),
        tokens=int(tokens),
        documents=len(documents),
        resampled=resampled,
    )


def accuracy_of(scores: Sequence[QuestionScore], *, confidence: float, seed: int) -> Accuracy | None:
    """Share of questions each model gets right, and the interval of the difference; None without
    questions.
    """
    import numpy as np

    if not scores:
        return None
    table = np.array([[score.base_right, score.tuned_right] for score in scores], dtype=np.float64)
    base, tuned = (float(share) for share in table.mean(axis=0))
    chance = sum(1 / score.options for score in scores) / len(scores)

    def difference(draws: Floats) -> Floats:
        means = draws.mean(axis=1)
        gains: Floats = means[:, 1] - means[:, 0]
        return gains

    return Accuracy(
        base=base,
        tuned=tuned,
        base_above_chance=(base - chance) / (1 - chance),
        tuned_above_chance=(tuned - chance) / (1 - chance),
        chance=chance,
        gain=tuned - base,
        gain_interval=_interval(table, difference, confidence, seed),
        questions=len(scores),
    )


def _interval(table: Floats, statistic: Callable[[Floats], Floats], confidence: float, seed: int) -> Interval:
    """Percentile bootstrap over the table's lines; both models are drawn together, which makes it paired."""
    import numpy as np

    lines = len(table)
    draws = np.random.default_rng(seed).integers(0, lines, (_RESAMPLES, lines))
    tail = (1 - confidence) / 2
    low, high = np.quantile(statistic(table[draws]), [tail, 1 - tail])
    return Interval(low=float(low), high=float(high))
