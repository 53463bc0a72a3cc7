"""A child process is listened to, ended with all it started, and its death is explained."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.errors import FinetuneError, JobCancelled, NotEnoughData, TrainingFailed
from tests.workers.train.stubborn import Behaviour, Done
from tests.workers.train.units import Ticks
from workers.train.child import log_tail, run_child

MODULE = "tests.workers.train.stubborn"


def _run(act: str, scratch: Path, tick: Any = None, stall_timeout_s: float = 60) -> Done:
    return run_child(
        MODULE,
        Behaviour(act=act),
        Done,
        tick=tick or Ticks(),
        scratch=scratch,
        stall_timeout_s=stall_timeout_s,
    )


def _mine() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_progress_reaches_the_tick_and_the_result_comes_back(tmp_path: Path) -> None:
    tick = Ticks()
    assert _run("work", tmp_path, tick) == Done(answer=42)
    assert tick.calls == [(1, 3, {"loss": 1.0}), (2, 3, {"loss": 0.5}), (3, 3, {"loss": 1 / 3})]


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
        ("killed", "ran out of memory"),
    ],
)
def test_a_death_is_explained_in_one_line(act: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match=words) as caught:
        _run(act, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_cancelled_job_ends_the_child_and_what_it_started(tmp_path: Path) -> None:
    before = _mine()
    with pytest.raises(JobCancelled):
        _run("hang", tmp_path, Ticks(error=JobCancelled("cancelled")))
    assert _mine() <= before


def test_a_child_that_makes_no_step_is_ended(tmp_path: Path) -> None:
    before = _mine()
    with pytest.raises(TrainingFailed, match="made no step"):
        _run("hang", tmp_path, stall_timeout_s=1.5)
    assert _mine() <= before


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(Behaviour(act="hang").model_dump_json())
    child = subprocess.Popen(
        [sys.executable, "-m", MODULE, str(tmp_path / "c.json")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None and child.stdin is not None
    child.stdout.readline()
    child.stdin.close()  # as the kernel does when the parent dies
    try:
        assert child.wait(10) != 0
    finally:
        os.killpg(child.pid, 9)


def test_errors_of_ticks_pass_through_unchanged(tmp_path: Path) -> None:
    error = FinetuneError("gone")
    started = time.monotonic()
    with pytest.raises(FinetuneError) as caught:
        _run("work", tmp_path, Ticks(error=error))
    assert caught.value is error
    assert time.monotonic() - started < 30
