"""Hints come when nothing moves, and only then."""

from __future__ import annotations

import time
from typing import Self

from agent.cli.hinting import Hinting
from agent.job.events import JobEvent, StateChanged
from agent.job.states import JobState

STILL_S = 0.2
AGAIN_S = 0.05
MOVED = StateChanged(JobState.PARSING)


class Screen:
    """A display that remembers."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, event: JobEvent) -> None:
        self.shown.append("moved")

    def hint(self, sentence: str) -> None:
        self.shown.append(sentence)


def test_a_job_that_moves_gets_no_hint() -> None:
    screen = Screen()
    with Hinting(screen, lambda: "it waits", still_s=STILL_S, again_s=AGAIN_S) as hinting:
        for _ in range(8):
            hinting.show(MOVED)
            time.sleep(STILL_S / 4)
    assert set(screen.shown) == {"moved"}


def test_a_job_that_stands_gets_fresh_hints_until_it_moves() -> None:
    screen, asked = Screen(), iter(range(1000))
    with Hinting(screen, lambda: f"it waits, {next(asked)}", still_s=STILL_S, again_s=AGAIN_S) as hinting:
        hinting.show(MOVED)
        time.sleep(3 * STILL_S)
        hinting.show(MOVED)
        stood = len(screen.shown)
        time.sleep(STILL_S / 4)
    assert screen.shown[:3] == ["moved", "it waits, 0", "it waits, 1"]
    assert screen.shown[-1] == "moved" and len(screen.shown) == stood


def test_an_answer_that_movement_has_overtaken_is_not_shown() -> None:
    screen = Screen()

    def slow_hint() -> str:
        hinting.show(MOVED)
        return "it waits"

    with Hinting(screen, slow_hint, still_s=60, again_s=60) as hinting:
        hinting.ask()
    assert screen.shown == ["moved"]


def test_nothing_is_shown_after_the_end() -> None:
    screen = Screen()
    with Hinting(screen, lambda: "it waits", still_s=STILL_S, again_s=AGAIN_S):
        pass
    time.sleep(2 * STILL_S)
    assert screen.shown == []
