"""What training on a dataset will likely come to, foretold from its size: the figures, the sentences, what to do. Pure.

A rule of thumb. It rests on runs of the 135M model with the default adapters (rank 16, rate 5e-4, 8 sequences of 256
tokens a step) on several small corpora: on held-out documents perplexity fell by 3 % after 3 steps, 8 % after 6, 22 %
after 10 and 30 % after 20 of one corpus, 13 % after 12 of another, and 32 % after 24; and on what others report: facts
of a small corpus with few steps do not stick. The steps themselves are no estimate: where they could be compared, they
were those that the trainer took.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FORECAST = "forecast"
"""Where the manifest of assembling has it, among its facts."""

MOVING_STEPS = 10
"""Optimizer steps under which adapters hardly move: 6 gave 8 %, where 12 gave 13 % and 10, of another corpus, 22 %."""
STICKING_STEPS = 60
"""Steps from which more than the way of writing is likely to stay; between 20, where it does not yet, and 120, which
others needed for a small model."""
MOST_PASSES = 4.0
"""Passes over the same rows that are worth nearly as much as new rows (Muennighoff et al. 2023, "Scaling
Data-Constrained Language Models")."""
TOO_MANY_PASSES = 8.0
"""Passes from which small data is learnt by heart."""
SMALL_MODEL = 500_000_000
"""Weights under which a model tuned on running text alone answers worse while its perplexity falls (seen at 135M)."""
MOSTLY_TEXT = 0.85
"""Share of the trained tokens that are running text, from which on that is to be feared."""
THIN_COVERAGE = 0.7
"""Share of the subject, by the weights of its topics, that rows should speak of."""

Outlook = Literal["too_little", "style_only", "enough", "by_heart"]


class Forecast(BaseModel):
    """The figures before training, and what they mean."""

    model_config = ConfigDict(frozen=True)

    rows: int
    documents: int
    """Documents that gave training rows."""
    tokens: int
    """Of the training rows, each cut at the sequence length, once through."""
    counted_by: str
    """The tokenizer's file, or 'estimate'."""
    sequences: int
    steps: int
    passes: float
    """How often each row is seen: epochs, or fewer where train.max_steps ends it."""
    parameters: int
    text_share: float
    """Share of the tokens in rows that ask nothing."""
    topics: int
    missing: tuple[str, ...]
    """Topics of the subject's map without a training row, heaviest first."""
    covered: float
    """Weight of the other topics, 0 to 1; 1 where there is no map."""
    more_documents: tuple[int, int] | None
    """How many are missing for `STICKING_STEPS`: from, to; None when none are."""
    outlook: Outlook
    sentences: tuple[str, ...]
    """What will likely happen, the main thing first, each with its figure and what to do."""


class Measured(BaseModel):
    """What is counted of a dataset before anything is foretold."""

    model_config = ConfigDict(frozen=True)

    rows: int
    tokens: int
    counted_by: str
    sequences: int
    text_tokens: int
    per_document: tuple[int, ...]
    """Training tokens of each document that gave any."""
    topics: Mapping[str, float]
    """Topic -> its weight in the map."""
    named: frozenset[str]
    """Topics that training rows have."""


def forecast(
    found: Measured, *, parameters: int, epochs: float, max_steps: int, batch_sequences: int, train_share: float
) -> Forecast:
    """What training will likely come to; ``train_share`` of further documents would be trained on."""
    per_pass = max(1, math.ceil(found.sequences / batch_sequences))
    steps = max_steps or max(1, round(per_pass * epochs))
    passes = steps / per_pass
    missing = tuple(sorted(set(found.topics) - found.named, key=lambda name: (-found.topics[name], name)))
    covered = sum(weight for name, weight in found.topics.items() if name in found.named) if found.topics else 1.0
    more = None
    if steps < STICKING_STEPS and not max_steps:
        more = _more_documents(found, steps, train_share)
    outlook = _outlook(steps, passes)
    forecast = Forecast(
        rows=found.rows, documents=len(found.per_document), tokens=found.tokens, counted_by=found.counted_by,
        sequences=found.sequences, steps=steps, passes=round(passes, 2), parameters=parameters,
        text_share=round(found.text_tokens / max(1, found.tokens), 3), topics=len(found.topics), missing=missing,
        covered=round(min(1.0, covered), 3), more_documents=more, outlook=outlook, sentences=(),
    )  # fmt: skip
    return forecast.model_copy(update={"sentences": tuple(_sentences(forecast, per_pass, epochs, max_steps))})


def forecast_of(facts: Mapping[str, Any]) -> Forecast | None:
    """What the manifest of assembling says; None from one that says nothing.

    Raises:
        ValidationError: the figures have another shape.
    """
    told = facts.get(FORECAST)
    return None if told is None else Forecast.model_validate(told)


def _outlook(steps: int, passes: float) -> Outlook:
    if steps < MOVING_STEPS:
        return "too_little"
    if passes > TOO_MANY_PASSES:
        return "by_heart"
    return "enough" if steps >= STICKING_STEPS else "style_only"


def _more_documents(found: Measured, steps: int, train_share: float) -> tuple[int, int]:
    """From the tokens a document has given so far: their mean within two standard errors."""
    count = len(found.per_document)
    mean = sum(found.per_document) / max(1, count)
    variance = sum((tokens - mean) ** 2 for tokens in found.per_document) / max(1, count - 1)
    error = 2 * math.sqrt(variance / max(1, count))
    tokens = found.tokens * (STICKING_STEPS / steps - 1)

    def documents(each: float) -> int:
        return max(1, math.ceil(tokens / max(each, mean / 4, 1.0) / train_share))

    return documents(mean + error), documents(mean - error)


def _sentences(seen: Forecast, per_pass: int, epochs: float, max_steps: int) -> list[str]:
    found = [_main(seen, per_pass, epochs, max_steps)]
    if seen.text_share >= MOSTLY_TEXT and seen.parameters < SMALL_MODEL:
        found.append(
            f"{seen.text_share:.0%} of the training tokens are running text: a model this small may answer worse while "
            "its perplexity falls; set target to question_answering, or use the openai backend for more questions."
        )
    if seen.missing and seen.covered < THIN_COVERAGE:
        named = ", ".join(seen.missing[:5]) + (" …" if len(seen.missing) > 5 else "")
        found.append(
            f"{len(seen.missing)} of {seen.topics} topics of the subject have no training row ({named}); the model "
            "will not learn them: add sources that speak of them."
        )
    return found


def _main(seen: Forecast, per_pass: int, epochs: float, max_steps: int) -> str:
    steps = f"{seen.steps} optimizer step{'' if seen.steps == 1 else 's'}"
    match seen.outlook:
        case "too_little":
            return f"Too few steps ({steps}): the adapters hardly move; {_remedy(seen, per_pass, epochs, max_steps)}."
        case "style_only":
            return (
                f"Few steps ({steps}): the model will likely read the subject better (10 to 20 steps lowered "
                "perplexity by 13 to 30 % at 135M), but facts will hardly stick; "
                f"{_remedy(seen, per_pass, epochs, max_steps)}."
            )
        case "by_heart":
            return (
                f"Many passes ({seen.passes:g}) over few rows ({seen.rows}): the model will likely learn them by "
                f"heart; lower train.epochs to {MOST_PASSES:g}, or get more documents."
            )
        case "enough":
            return f"Enough steps ({steps}, {seen.passes:.2g} passes over {seen.rows} rows): a clear gain is likely."


def _remedy(seen: Forecast, per_pass: int, epochs: float, max_steps: int) -> str:
    if max_steps:
        return f"train.max_steps ends training after {seen.passes:.2g} passes, so raise it or set it to 0"
    ways = []
    if seen.more_documents:
        low, high = seen.more_documents
        ways.append(f"get about {_between(low, high)} more document{'' if high == 1 else 's'}")
    passes = math.ceil(STICKING_STEPS / per_pass)
    if epochs < passes <= MOST_PASSES:
        ways.append(f"raise train.epochs to {passes}")
    elif epochs < MOST_PASSES:
        ways.append(f"raise train.epochs to {MOST_PASSES:g} as well")
    return ", or ".join(ways) if len(ways) < 2 or passes <= MOST_PASSES else " and ".join(ways)


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
