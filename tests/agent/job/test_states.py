"""The table of moves, read as a whole: every pair of states is either allowed or refused."""

from __future__ import annotations

import pytest

from agent.job.states import ENDS, JobState, successors

ALLOWED = {
    "queued": "discovering retrieving parsing curating generating assembling clearing waiting_for_accelerator "
    "training evaluating publishing completed rejected failed cancelled",
    "discovering": "retrieving parsing curating generating assembling clearing waiting_for_accelerator training "
    "evaluating publishing completed rejected failed cancelled",
    "retrieving": "parsing curating generating assembling clearing waiting_for_accelerator training evaluating "
    "publishing completed rejected failed cancelled",
    "parsing": "curating generating assembling clearing waiting_for_accelerator training evaluating publishing "
    "completed rejected failed cancelled",
    "curating": "generating assembling clearing waiting_for_accelerator training evaluating publishing completed "
    "rejected failed cancelled",
    "generating": "assembling clearing waiting_for_accelerator training evaluating publishing completed rejected "
    "failed cancelled",
    "assembling": "clearing waiting_for_accelerator training evaluating publishing completed rejected failed cancelled",
    "clearing": "waiting_for_accelerator training evaluating publishing completed rejected failed cancelled",
    "waiting_for_accelerator": "training evaluating publishing completed rejected failed cancelled",
    "training": "waiting_for_accelerator evaluating publishing completed rejected failed cancelled",
    "evaluating": "waiting_for_accelerator publishing completed rejected failed cancelled",
    "publishing": "waiting_for_accelerator completed rejected failed cancelled",
    "completed": "",
    "rejected": "",
    "failed": "queued",
    "cancelled": "queued",
}


@pytest.mark.parametrize("state", JobState)
def test_each_state_is_followed_by_just_these(state: JobState) -> None:
    assert successors(state) == {JobState(name) for name in ALLOWED[state].split()}


def test_no_state_follows_itself_and_every_running_one_can_end_each_way() -> None:
    for state in JobState:
        assert state not in successors(state)
        if state not in ENDS:
            assert successors(state) >= ENDS
