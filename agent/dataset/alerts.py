"""Watches batches of examples as they are made: what is out of the ordinary becomes an alert with advice. Pure.

Small batches are put together to windows; a window is held against fixed limits and against all earlier ones together.
So each batch is looked at once, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from agent.dataset.batch import Batch, together
from agent.dataset.drift import distance, divergence

WINDOW_PROPOSALS = 60
"""Proposals in a window: from here on the figures below settle; a window of 30 has twice the spread."""
WINDOW_CHUNKS = 400
"""Chunks after which a window ends although hardly anything was proposed."""
LEAST_EXAMPLES = 20
"""Examples without which shares and means of a window say nothing."""

LEAST_DOCUMENTS = 3
"""Documents in a window that is held against those before: one document's nature, such as a glossary's, is no drift."""


@dataclass(frozen=True)
class Alert:
    """Something about the examples that a person should look at."""

    name: str
    value: float
    limit: float
    text: str
    """What was seen, with its figure."""
    advice: str
    """What to do about it."""
    shards: tuple[str, ...] = ()
    """The units in whose examples it was seen."""
    windows: int = 1
    """In how many windows it was seen; value and text are those of the worst."""

    def advice_for(self, job_id: str) -> str:
        """The advice with the job's id in its commands."""
        return self.advice.replace("JOB", job_id)


@dataclass(frozen=True)
class _Limit:
    """A figure of a window with its limit."""

    name: str
    figure: Callable[[Batch], float]
    limit: float
    text: str
    advice: str
    below: bool = False
    """Whether it alerts below the limit instead of above."""

    def exceeded(self, value: float) -> bool:
        return value < self.limit if self.below else value > self.limit

    def badness(self, value: float) -> float:
        return -value if self.below else value


_LOOK = "look at them: finetune data JOB --sample 10"
_ABSOLUTE = (
    _Limit(
        "repeated_questions", lambda batch: batch.repeated_questions, 0.25,
        "{0:.0%} of the questions are nearly the same as one before", f"raise generate.temperature; {_LOOK}",
    ),
    _Limit(
        "repeated_answers", lambda batch: batch.repeated_answers, 0.2,
        "{0:.0%} of the answers are nearly the same as one before",
        f"the model may be refusing or stuck; {_LOOK}",
    ),
    _Limit(
        "same_opening", lambda batch: batch.same_opening, 0.4,
        "{0:.0%} of the answers begin with the same three words", f"the model may be refusing or stuck; {_LOOK}",
    ),
    _Limit(
        "low_diversity", lambda batch: batch.diversity, 20.0,
        "the answers use few words again and again (MTLD {0:.0f})",
        f"raise generate.temperature or take a larger generate.model; {_LOOK}", below=True,
    ),
    _Limit(
        "not_from_source", lambda batch: batch.from_source, 0.4,
        "only {0:.0%} of the words of an answer stand in its chunk",
        f"the model may answer in another language, or not from the text; {_LOOK}", below=True,
    ),
)  # fmt: skip
"""Of windows with examples. Measured on 13 windows of real documents by rules: at most 0.06 of the questions, 0.03 of
the answers and 0.14 of the openings are alike, MTLD is 45 and more; a model's own words leave 0.6 and more from the
source."""

_REFUSED = _Limit(
    "refused", lambda batch: sum(batch.refused.values()) / (batch.proposed or 1), 0.5,
    "{0:.0%} of the proposals were refused", "see why: finetune data JOB --rejected",
)  # fmt: skip
_BARREN = _Limit(
    "no_examples", lambda batch: batch.barren / (batch.chunks or 1), 0.98,
    "{0:.0%} of the chunks that were asked gave no example",
    "see why: finetune data JOB --rejected; check generate.backend and model",
)  # fmt: skip

_DRIFTS = (
    ("kinds", 0.35, "other kinds of example than before"),
    ("topics", 0.4, "other topics than before"),
    ("difficulties", 0.3, "another difficulty than before"),
    ("lengths", 0.25, "answers of another length than before"),
    ("qualities", 0.35, "another quality than before"),
)
"""What is compared with all windows before, and the divergence from which it counts. Between windows of one real
corpus: kinds 0.02 and once 0.22 (a glossary), topics 0.28, lengths 0.07, quality 0.02 and once 0.22, at most."""

_DRIFT_ADVICE = f"the model or its endpoint may have changed, or the documents; {_LOOK}"
FALL = 0.5
"""Of the diversity before: less than this share of it is another way to write."""
RISE = 0.3
"""More refused than before, as a difference of shares."""
OFF_TARGET = 0.4
"""Share of the examples that would have to be of another kind to meet the target."""


class Monitor:
    """Takes in batches one by one and remembers the alerts."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}
        self._open: list[Batch] = []
        self._before = Batch()

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All so far, each name once, in the order in which they were raised."""
        return tuple(self._alerts.values())

    def take(self, batch: Batch) -> list[Alert]:
        """Look at a batch; the alerts of a name that was not raised before."""
        self._open.append(batch)
        window = together(self._open)
        if window.proposed < WINDOW_PROPOSALS and window.chunks < WINDOW_CHUNKS:
            return []
        return self._close(window)

    def end(self) -> list[Alert]:
        """Look at what is left when no more batches come, and at the whole."""
        found = self._close(together(self._open)) if self._open else []
        return found + self._raise(_of_the_whole(self._before))

    def _close(self, window: Batch) -> list[Alert]:
        self._open = []
        found = self._raise(_of_a_window(window, self._before))
        self._before = together((self._before, window))
        return found

    def _raise(self, alerts: Iterable[Alert]) -> list[Alert]:
        new = []
        for alert in alerts:
            known = self._alerts.get(alert.name)
            if known is None:
                new.append(alert)
                self._alerts[alert.name] = alert
            else:
                worse = abs(alert.value - alert.limit) > abs(known.value - known.limit)
                shown = alert if worse else known
                self._alerts[alert.name] = replace(shown, shards=known.shards + alert.shards, windows=known.windows + 1)
        return new


def _of_a_window(window: Batch, before: Batch) -> Iterator[Alert]:
    if window.proposed >= LEAST_EXAMPLES:
        yield from _held(window, _REFUSED, why=_most(window.refused))
        if before.proposed >= WINDOW_PROPOSALS:
            rise = _REFUSED.figure(window) - _REFUSED.figure(before)
            if rise > RISE:
                text = f"{rise:.0%} more of the proposals were refused than before{_most(window.refused)}"
                yield Alert("refused_more", rise, RISE, text, _REFUSED.advice, window.shards)
    if window.chunks >= WINDOW_CHUNKS:
        yield from _held(window, _BARREN)
    if window.examples < LEAST_EXAMPLES:
        return
    for limit in _ABSOLUTE:
        yield from _held(window, limit)
    if before.examples >= WINDOW_PROPOSALS <= window.proposed and window.documents >= LEAST_DOCUMENTS:
        yield from _drifted(window, before)


def _held(window: Batch, limit: _Limit, why: str = "") -> Iterator[Alert]:
    value = limit.figure(window)
    if limit.exceeded(value):
        yield Alert(limit.name, value, limit.limit, limit.text.format(value) + why, limit.advice, window.shards)


def _drifted(window: Batch, before: Batch) -> Iterator[Alert]:
    for name, limit, what in _DRIFTS:
        value = divergence(_counts(window, name), _counts(before, name))
        if value > limit:
            text = f"{what} (divergence {value:.2f}){_now(window, name)}"
            yield Alert(f"{name}_drift", value, limit, text, _DRIFT_ADVICE, window.shards)
    fallen = window.diversity / before.diversity if before.diversity else 1.0
    if fallen < FALL:
        text = f"the answers are less varied than before (MTLD {window.diversity:.0f}, was {before.diversity:.0f})"
        yield Alert("diversity_fell", fallen, FALL, text, _DRIFT_ADVICE, window.shards)


def _of_the_whole(every: Batch) -> Iterator[Alert]:
    if every.examples < WINDOW_PROPOSALS or not every.target:
        return
    shares = {kind: count / every.examples for kind, count in every.kinds.items()}
    away = distance(shares, every.target)
    if away > OFF_TARGET:
        most = max(every.target, key=lambda kind: shares.get(kind, 0.0) - every.target[kind])
        least = min(every.target, key=lambda kind: shares.get(kind, 0.0) - every.target[kind])
        text = (
            f"the kinds are far from the target: {most} is {shares.get(most, 0.0):.0%} (aimed at "
            f"{every.target[most]:.0%}), {least} {shares.get(least, 0.0):.0%} (aimed at {every.target[least]:.0%})"
        )
        advice = (
            "set generate.mix to what the documents carry, or raise train.sequence_length if kinds that bring their "
            "passage are missing"
        )
        yield Alert("kinds_off_target", away, OFF_TARGET, text, advice)


def _counts(batch: Batch, name: str) -> Mapping[str, int]:
    found = getattr(batch, name)
    return found if isinstance(found, Mapping) else {str(place): count for place, count in enumerate(found)}


def _now(window: Batch, name: str) -> str:
    """``; mostly grover (80 %)`` where the classes have names."""
    found = getattr(window, name)
    if not isinstance(found, Mapping) or not found:
        return ""
    most = max(found, key=lambda key: (found[key], key))
    return f"; mostly {most or 'none of the map'} ({found[most] / window.examples:.0%})"


def _most(reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    most = max(reasons, key=lambda reason: (reasons[reason], reason))
    return f", most as {most} ({reasons[most]})"
