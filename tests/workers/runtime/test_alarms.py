"""Calls that are due later, called off or not."""

from __future__ import annotations

import threading
import time
from functools import partial

from workers.runtime.alarms import Alarms

SLOW_MACHINE_S = 2.0


def _threads() -> int:
    return sum(thread.name == "alarms" for thread in threading.enumerate())


def _note(called: list[tuple[float, float]], seconds: float, before_s: float) -> None:
    called.append((seconds, time.monotonic() - before_s))


def test_each_is_called_in_its_time_whatever_the_order_they_were_set_in() -> None:
    alarms, last = Alarms(), threading.Event()
    called: list[tuple[float, float]] = []
    before_s = time.monotonic()
    for seconds in (0.2, 0.05, 0.1):
        alarms.after(seconds, partial(_note, called, seconds, before_s))
    alarms.after(0.3, last.set)

    assert last.wait(SLOW_MACHINE_S)
    assert [seconds for seconds, _ in called] == [0.05, 0.1, 0.2]
    assert all(after_s >= seconds for seconds, after_s in called)


def test_a_sooner_one_does_not_wait_for_a_later_one() -> None:
    alarms, soon = Alarms(), threading.Event()
    late = alarms.after(60.0, lambda: None)
    alarms.after(0.01, soon.set)
    assert soon.wait(SLOW_MACHINE_S)
    assert alarms.call_off(late)


def test_one_called_off_is_not_called_and_one_called_cannot_be_called_off() -> None:
    alarms, last = Alarms(), threading.Event()
    called: list[str] = []
    off = alarms.after(0.05, lambda: called.append("off"))
    assert alarms.call_off(off)
    assert not alarms.call_off(off)
    made = alarms.after(0.1, last.set)
    assert last.wait(SLOW_MACHINE_S)
    assert not alarms.call_off(made)
    assert not called


def test_a_thousand_called_off_in_a_row_take_one_thread_which_then_ends() -> None:
    alarms, before = Alarms(), _threads()
    for _ in range(1000):
        alarms.call_off(alarms.after(0.05, lambda: None))
    assert _threads() <= before + 1
    deadline_s = time.monotonic() + 3 * SLOW_MACHINE_S
    while _threads() > before and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert _threads() <= before
    again = threading.Event()
    alarms.after(0.01, again.set)
    assert again.wait(SLOW_MACHINE_S)
