"""The line that says what was brought back from the store."""

from __future__ import annotations

from agent.cli.restoring import restored_line
from agent.contract import Stage
from agent.job.machine import StageCounts
from agent.job.restored import Restored
from tests.agent.restore.fake_job import RECORD


def test_the_line_tells_what_is_done_what_remains_and_what_does_not_count() -> None:
    stages = dict.fromkeys(Stage, StageCounts()) | {
        Stage.DISCOVER: StageCounts(done=1),
        Stage.RETRIEVE: StageCounts(done=3, set_aside=1),
        Stage.PARSE: StageCounts(pending=2, done=1),
    }
    ignored = {"a": "incomplete", "b": "incomplete", "c": "unreadable manifest"}
    assert restored_line(Restored(RECORD, stages, ignored)) == (
        "Found in the store: discover 1, retrieve 3 of 4 (1 given up), parse 1 of 3; to be done next: parse 2; "
        "ignored: 2 incomplete, 1 unreadable manifest."
    )


def test_an_empty_store_is_said_to_hold_nothing() -> None:
    assert restored_line(Restored(RECORD, {}, {})) == "Found in the store: nothing finished."
