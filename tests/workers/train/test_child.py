"""A child process is listened to, ended with all it started, and its death is explained."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.errors import FinetuneError, JobCancelled, NotEnoughData, ProcessKilled, TrainingFailed, WorkerLeaving
from tests.workers.train.stubborn import Behaviour, Done
from tests.workers.train.units import Ticks
from workers.train.child import log_tail, run_child

MODULE = "tests.workers.train.stubborn"
GONE_WITHIN_S = 2.0
"""What the design promises of children whose worker was killed."""


def _run(act: str, scratch: Path, tick: Any = None, stall_timeout_s: float = 60, **more: Any) -> Done:
    return run_child(
        MODULE,
        Behaviour(act=act, folder=scratch),
        Done,
        tick=tick or Ticks(),
        scratch=scratch,
        stall_timeout_s=stall_timeout_s,
        **more,
    )


def _mine() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_progress_reaches_the_tick_and_the_result_comes_back(tmp_path: Path) -> None:
    tick = Ticks()
    assert _run("work", tmp_path, tick) == Done(answer=42)
    told = [call for call in tick.calls if call[2]]
    assert told == [(1, 3, {"loss": 1.0}), (2, 3, {"loss": 0.5}), (3, 3, {"loss": 1 / 3})]


def test_what_libraries_print_goes_to_the_log_and_not_among_the_events(tmp_path: Path) -> None:
    _run("work", tmp_path)
    assert "a library prints" in log_tail(tmp_path, "stubborn")


def test_an_error_of_our_tree_is_raised_again_in_the_parent(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData) as caught:
        _run("fail", tmp_path)
    assert str(caught.value) == "No row is left. Add rows."


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("crash", "ended with exit code 1: ValueError: the tensor is upside down"),
        ("exhaust", "ran out of memory"),
        ("exhausted and killed", "ran out of memory"),
        ("SIGSEGV", "crashed with SIGSEGV"),
    ],
)
def test_a_death_is_explained_in_one_line(act: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match=words) as caught:
        _run(act, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("act", "words"),
    [("SIGKILL", r"SIGKILL; often the system was out of memory"), ("SIGHUP", "SIGHUP"), ("cut short", "SIGKILL")],
)
def test_a_death_by_somebody_elses_hand_is_no_fault_of_the_work(act: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ProcessKilled, match=f"stubborn process was killed by {words}") as caught:
        _run(act, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_child_that_handed_over_its_result_need_not_be_waited_for(tmp_path: Path) -> None:
    assert _run("lingering", tmp_path) == Done(answer=42)


def test_a_worker_that_leaves_gets_a_last_checkpoint_of_a_child_that_can_save(tmp_path: Path) -> None:
    stored = []
    with pytest.raises(WorkerLeaving):
        _run("save", tmp_path, leaving=lambda: True, on_checkpoint=lambda step, *_: stored.append(step))
    assert stored == [7]


def test_a_tick_that_says_so_is_as_good_a_reason_to_leave(tmp_path: Path) -> None:
    stored = []
    with pytest.raises(WorkerLeaving):
        _run("save", tmp_path, Ticks(WorkerLeaving("go")), on_checkpoint=lambda step, *_: stored.append(step))
    assert stored == [7]


@pytest.mark.parametrize("saves", [True, False])
def test_a_child_that_does_not_save_in_time_is_ended_and_so_is_one_that_never_saves(
    saves: bool, tmp_path: Path
) -> None:
    before = _mine()
    tick = Ticks()
    asked: list[float] = []

    def leaving() -> bool:
        if tick.calls and tick.calls[-1][0] == 1:
            asked.append(time.monotonic())
        return bool(asked)

    on_checkpoint = (lambda *_: None) if saves else None
    with pytest.raises(WorkerLeaving):
        _run("deaf", tmp_path, tick, leaving=leaving, on_checkpoint=on_checkpoint, leave_within_s=0.5)
    took_s = time.monotonic() - asked[0]
    assert (0.5 if saves else 0) <= took_s < (0.5 if saves else 0) + 1.5
    assert _mine() <= before


def test_sigterm_from_outside_lets_a_child_save_before_it_ends(tmp_path: Path) -> None:
    stored = []
    terminated: list[int] = []

    def terminate(*_: Any, **__: Any) -> None:
        for child in psutil.Process().children():
            # Once it listens to SIGTERM, it says so in its log.
            if MODULE in child.cmdline() and "a library prints" in log_tail(tmp_path, "stubborn") and not terminated:
                terminated.append(child.pid)
                child.terminate()

    with pytest.raises(ProcessKilled, match="saved"):
        _run("save", tmp_path, terminate, on_checkpoint=lambda step, *_: stored.append(step))
    assert stored == [7]


def test_a_cancelled_job_ends_the_child_and_what_it_started(tmp_path: Path) -> None:
    before = _mine()
    with pytest.raises(JobCancelled):
        _run("hang", tmp_path, Ticks(error=JobCancelled("cancelled")))
    assert _mine() <= before


@pytest.mark.parametrize("act", ["hang", "SIGSTOP"])
def test_a_child_that_makes_no_step_is_ended(act: str, tmp_path: Path) -> None:
    before = _mine()
    with pytest.raises(TrainingFailed, match="made no step"):
        _run(act, tmp_path, stall_timeout_s=1.5)
    assert _mine() <= before


@pytest.mark.parametrize("act", ["hang", "SIGSTOP"])
def test_a_child_ends_when_its_parent_is_killed(act: str, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.workers.train.test_child import _run;"
        "_run(sys.argv[1], Path(sys.argv[2]))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, act, str(tmp_path)])
    try:
        child = _child_at_work(psutil.Process(parent.pid), tmp_path)
        parent.kill()
        assert _ended_within(child, GONE_WITHIN_S)
    finally:
        parent.kill()
        parent.wait()


def _child_at_work(parent: psutil.Process, scratch: Path) -> psutil.Process:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if "a library prints" in log_tail(scratch, "stubborn"):
            return next(child for child in parent.children() if MODULE in child.cmdline())
        time.sleep(0.05)
    raise AssertionError("the child never began")


def _ended_within(process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_errors_of_ticks_pass_through_unchanged(tmp_path: Path) -> None:
    error = FinetuneError("gone")
    started = time.monotonic()
    with pytest.raises(FinetuneError) as caught:
        _run("work", tmp_path, Ticks(error=error))
    assert caught.value is error
    assert time.monotonic() - started < 30
