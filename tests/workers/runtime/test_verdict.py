"""What an error means for its unit."""

from __future__ import annotations

import errno

import pytest

from agent.errors import (
    EndpointAway,
    GenerationFailed,
    InvalidSpec,
    NotEnoughData,
    ProcessKilled,
    SourceFailed,
    StoreFull,
    StoreUnavailable,
    TrainingFailed,
)
from workers.runtime.verdict import FIRST_BACKOFF_S, LONGEST_BACKOFF_S, judge


@pytest.mark.parametrize("error", [InvalidSpec("no"), NotEnoughData("no")])
def test_misuse_and_missing_data_are_not_tried_again(error: Exception) -> None:
    assert judge(error, 0).final


def test_the_wait_doubles_with_each_try_up_to_a_minute() -> None:
    waits = [judge(SourceFailed("down"), tries).backoff_s for tries in range(8)]
    assert waits[:4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_BACKOFF_S


def test_a_full_store_is_given_time_at_once() -> None:
    assert judge(StoreFull("full"), 0).backoff_s == LONGEST_BACKOFF_S


def test_the_reason_is_one_line_with_the_next_step() -> None:
    assert judge(SourceFailed("It is\ndown.", next_step="Wait."), 0).reason == "It is down. Wait."


@pytest.mark.parametrize(
    "error",
    [
        StoreUnavailable("away"),
        StoreFull("full"),
        ProcessKilled("SIGKILL"),
        OSError(errno.ENOSPC, "full"),
        EndpointAway("down"),
    ],
)
def test_what_the_machine_did_is_not_counted_against_the_work(error: Exception) -> None:
    assert judge(error, 0).machine


@pytest.mark.parametrize(
    "error",
    [TrainingFailed("diverged"), GenerationFailed("no"), ValueError("bad"), OSError(errno.ENOENT, "gone")],
)
def test_what_the_work_did_is_counted_against_it(error: Exception) -> None:
    assert not judge(error, 0).machine


def test_a_full_disk_of_this_machine_is_given_time_as_a_full_store_is() -> None:
    assert judge(OSError(errno.ENOSPC, "full"), 0).backoff_s == LONGEST_BACKOFF_S


def test_a_killed_process_is_followed_by_the_next_one_at_once_however_often() -> None:
    assert judge(ProcessKilled("SIGKILL"), 15).backoff_s == FIRST_BACKOFF_S
