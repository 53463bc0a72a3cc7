"""Base against tuned as rows of text. Pure; the report and the command line show the same rows."""

from __future__ import annotations

from dataclasses import dataclass

from agent.job.evaluation import Evaluation, Interval
from agent.report.words import count, percent


@dataclass(frozen=True)
class Row:
    """One measure of both models; ``better`` is None where the change is not judged."""

    name: str
    base: str
    tuned: str
    change: str
    interval: str
    basis: str
    better: bool | None = None


def comparison(evaluation: Evaluation) -> list[Row]:
    """The measures that were taken, perplexity first; a fall of perplexity is shown as a negative change."""
    rows = []
    if perplexity := evaluation.perplexity:
        basis = f"{count(perplexity.tokens)} tokens of {count(perplexity.documents)} documents"
        fall = Interval(low=-perplexity.gain_interval.high, high=-perplexity.gain_interval.low)
        rows.append(
            Row(
                name="perplexity (lower is better)",
                base=f"{perplexity.base:.2f}",
                tuned=f"{perplexity.tuned:.2f}",
                change=percent(-perplexity.gain, signed=True),
                interval=_span(fall),
                basis=basis,
                better=_better(perplexity.gain_interval),
            )
        )
        rows.append(
            Row(
                name="bits per byte (lower is better)",
                base=f"{perplexity.base_bits_per_byte:.3f}",
                tuned=f"{perplexity.tuned_bits_per_byte:.3f}",
                change=f"{perplexity.tuned_bits_per_byte - perplexity.base_bits_per_byte:+.3f}",
                interval="",
                basis=basis,
            )
        )
    if accuracy := evaluation.accuracy:
        rows.append(
            Row(
                name="right answers (higher is better)",
                base=percent(accuracy.base),
                tuned=percent(accuracy.tuned),
                change=f"{accuracy.gain * 100:+.1f} points",
                interval=_span(accuracy.gain_interval),
                basis=f"{count(accuracy.questions)} questions, guessing gets {percent(accuracy.chance)}",
                better=_better(accuracy.gain_interval),
            )
        )
    return rows


def _span(interval: Interval) -> str:
    return f"{interval.low * 100:+.1f} to {interval.high * 100:+.1f}"


def _better(gain: Interval) -> bool | None:
    """Whether the whole interval lies on one side of no change."""
    if gain.low > 0:
        return True
    return False if gain.high < 0 else None
