"""Which batches raise an alert, and which do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from agent.dataset.alerts import WINDOW_PROPOSALS, Alert, Monitor
from agent.dataset.batch import Batch, together
from tests.agent.dataset.batches import SIZE, batch

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "one question again and again": ({"repeated_questions": 0.9}, "repeated_questions"),
    "one answer again and again": ({"repeated_answers": 0.9}, "repeated_answers"),
    "answers that begin alike": ({"same_opening": 0.7}, "same_opening"),
    "another language": ({"from_source": 0.1}, "not_from_source"),
    "few words": ({"diversity": 8.0}, "low_diversity"),
    "half as varied": ({"diversity": 25.0}, "diversity_fell"),
    "refusals": ({"examples": 5, "refused": {"refusal": 40}}, "refused"),
    "one topic": ({"topics": {"noise": SIZE}}, "topics_drift"),
    "one kind": ({"kinds": {"summary_short": SIZE}}, "kinds_drift"),
    "one difficulty": ({"difficulties": {"hard": SIZE}}, "difficulties_drift"),
    "short answers": ({"lengths": (SIZE, 0, 0, 0, 0, 0, 0, 0)}, "lengths_drift"),
    "poor quality": ({"qualities": (0, 0, 0, 0, 0, 0, SIZE, 0, 0, 0)}, "qualities_drift"),
}


def alerts_of(batches: Iterable[Batch]) -> tuple[Alert, ...]:
    """What a finished generation gives cause to say."""
    monitor = Monitor()
    for each in batches:
        monitor.take(each)
    monitor.end()
    return monitor.alerts


def test_ordinary_batches_raise_nothing() -> None:
    assert alerts_of(batch(number) for number in range(400)) == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_begins_within_a_job_is_told_with_its_figure_and_what_to_do(fault: str) -> None:
    fields, name = FAULTS[fault]
    monitor = Monitor()
    for number in range(10):
        assert monitor.take(batch(number)) == []
    told = [alert for number in range(10, 14) for alert in monitor.take(batch(number, **fields))]
    (alert,) = [each for each in told if each.name == name]
    assert any(sign.isdigit() for sign in alert.text) and "finetune data JOB" in alert.advice
    assert set(alert.shards) <= {f"{number:04d}" for number in range(10, 14)}


def test_the_nature_of_a_single_document_is_no_drift() -> None:
    glossary = {"kinds": {"factual": SIZE}, "lengths": (0, SIZE, 0, 0, 0, 0, 0, 0), "documents": 1}
    assert alerts_of([*(batch(number) for number in range(10)), batch(10, **glossary), batch(11, **glossary)]) == ()


def test_an_alert_is_told_once_and_counted_after() -> None:
    monitor = Monitor()
    told = [alert.name for number in range(8) for alert in monitor.take(batch(number, repeated_questions=0.5))]
    assert told == ["repeated_questions"]
    assert monitor.alerts[0].windows == 4 and len(monitor.alerts[0].shards) == 8


def test_the_worst_window_is_shown() -> None:
    first, second = ([batch(number, from_source=value) for number in range(2)] for value in (0.3, 0.1))
    (alert,) = alerts_of([*first, *second])
    assert alert.value == pytest.approx(0.1) and "10%" in alert.text and alert.windows == 2


def test_small_batches_are_judged_together() -> None:
    small = batch(0, examples=1, refused={}, chunks=1, barren=0, same_opening=1.0)
    monitor = Monitor()
    told = [monitor.take(small) for _ in range(WINDOW_PROPOSALS)]
    assert not any(told[:-1]) and [alert.name for alert in told[-1]] == ["same_opening"]


def test_a_generator_that_gives_nothing_at_all_is_told_although_no_window_fills() -> None:
    silent = Batch(chunks=50, barren=50)
    assert [alert.name for alert in alerts_of([silent] * 8)] == ["no_examples"]


def test_kinds_far_from_the_target_are_told_at_the_end() -> None:
    target = {"factual": 0.1, "summary_short": 0.9}
    (alert,) = alerts_of(batch(number, kinds={"factual": SIZE}, target=target) for number in range(6))
    assert alert.name == "kinds_off_target"
    assert "factual is 100% (aimed at 10%), summary_short 0% (aimed at 90%)" in alert.text


def test_batches_together_are_weighted_by_their_examples() -> None:
    both = together([batch(1, examples=10, quality=1.0), batch(2, examples=30, quality=0.6)])
    assert both.examples == 40 and both.quality == pytest.approx(0.7) and both.shards == ("0001", "0002")
