"""One unit, from claim to whatever end: on the shipped memory ledger and a real store."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.canvas.planner import make_plan
from agent.contract import Stage
from agent.errors import DocumentRejected, JobCancelled, NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Claim, DueUnit, UnitId
from agent.ledger.memory import MemoryLedger
from agent.spec import JobSpec
from agent.store import ArtifactReader, Store, read_failures
from workers.runtime.heartbeat import Heartbeat
from workers.runtime.runner import UnitRunner
from workers.runtime.work import Outcome, StageWork

MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)
FIRST = UnitId("job", "discover", "0")


@pytest.fixture
def ledger() -> MemoryLedger:
    spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."], failure={"work_attempts": 2})
    ledger = MemoryLedger()
    ledger.submit(JobRecord(id="job", spec=spec, model=MODEL, user="someone"), make_plan(spec, MODEL))
    return ledger


@pytest.fixture
def sent() -> list[DueUnit]:
    return []


@pytest.fixture
def runner(ledger: MemoryLedger, sent: list[DueUnit], tmp_path: Path) -> UnitRunner:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return UnitRunner(ledger, Store(str(tmp_path / "store")), sent.extend, worker="w", scratch_root=scratch)


def finds_one_shard(work: StageWork) -> Outcome:
    work.output.receive("documents", 3)
    work.output.keep("documents", 2)
    work.output.reject("documents", "c", "off_topic")
    work.tick(3, 3)
    return Outcome((UnitPlan(stage="retrieve", shard="0000", inputs=(work.output.path,), items=2),))


def raises(error: Exception) -> Callable[[StageWork], Outcome]:
    def stage(work: StageWork) -> Outcome:
        raise error

    return stage


def test_a_finished_unit_leaves_a_complete_artifact_and_creates_its_successors(
    runner: UnitRunner, ledger: MemoryLedger, tmp_path: Path
) -> None:
    assert runner.run(FIRST, finds_one_shard) == "committed"
    (output,) = ledger.outputs("job")[Stage.DISCOVER]
    assert output.startswith("jobs/job/discover/0-e1-")
    manifest = ArtifactReader(Store(str(tmp_path / "store")), output).manifest
    assert [plan.shard for plan in manifest.successors] == ["0000"]
    assert manifest.tallies["documents"].rejected == {"off_topic": 1}
    assert manifest.config_sha256 == ledger.job("job").spec.sha256
    assert isinstance(ledger.claim(UnitId("job", "retrieve", "0000"), "x", 1), Claim)


def test_the_first_unit_of_a_stage_moves_the_job_on(runner: UnitRunner, ledger: MemoryLedger) -> None:
    seen = []

    def looks(work: StageWork) -> Outcome:
        seen.append(ledger.job("job").state)
        return Outcome()

    assert runner.run(FIRST, finds_one_shard) == "committed"
    assert runner.run(UnitId("job", "retrieve", "0000"), looks) == "committed"
    assert seen == [JobState.RETRIEVING]


def test_a_finished_unit_run_again_returns_at_once(runner: UnitRunner) -> None:
    runner.run(FIRST, finds_one_shard)
    assert runner.run(FIRST, raises(AssertionError("must not run"))) == "done"


def test_what_is_due_after_a_unit_is_sent_by_the_worker_that_ended_it(
    runner: UnitRunner, ledger: MemoryLedger, sent: list[DueUnit]
) -> None:
    ledger.register(WorkerInfo(name="c", pool="crawl", host="h", pid=1, queues=("crawl",), slots=1, version=""), 30)
    runner.run(FIRST, finds_one_shard)
    assert sent == [DueUnit(UnitId("job", "retrieve", "0000"), "crawl")]


def test_an_error_is_tried_again_and_then_fails_the_job_with_its_line(runner: UnitRunner, ledger: MemoryLedger) -> None:
    assert runner.run(FIRST, raises(ValueError("a bad\nday"))) == "queued"
    assert runner.run(FIRST, raises(ValueError("a bad\nday"))) == "aside"
    job = ledger.job("job")
    assert (job.state, job.failed_stage, job.reason) == (JobState.FAILED, "discover", "ValueError: a bad day")


def test_an_error_that_another_try_cannot_change_is_final(runner: UnitRunner, ledger: MemoryLedger) -> None:
    error = NotEnoughData("Nothing is left.", next_step="Name more sources.")
    assert runner.run(FIRST, raises(error)) == "aside"
    assert ledger.job("job").reason == "Nothing is left. Name more sources."


def test_only_a_final_failure_leaves_what_was_found_out(
    runner: UnitRunner, ledger: MemoryLedger, tmp_path: Path
) -> None:
    def sets_aside(error: Exception) -> Callable[[StageWork], Outcome]:
        def stage(work: StageWork) -> Outcome:
            work.output.receive("documents")
            work.output.reject("documents", "a", "off_topic", "about roses", url="u")
            raise error

        return stage

    store = Store(str(tmp_path / "store"))
    runner.run(FIRST, sets_aside(OSError("a broken pipe")))
    assert read_failures(store, "job", "discover") == []
    runner.run(FIRST, sets_aside(NotEnoughData("Nothing is left.")))
    (failure,) = read_failures(store, "job", "discover")
    assert [row.detail for row in failure.rejected] == ["about roses"]


def test_items_that_do_not_reconcile_fail_the_unit_and_leave_no_manifest(
    runner: UnitRunner, ledger: MemoryLedger, tmp_path: Path
) -> None:
    def loses_one(work: StageWork) -> Outcome:
        work.output.receive("documents", 2)
        work.output.keep("documents", 1)
        return Outcome()

    assert runner.run(FIRST, loses_one) == "aside"
    assert "do not reconcile" in ledger.job("job").reason
    assert not list((tmp_path / "store").rglob("manifest.json"))


def test_a_cancelled_job_stops_its_unit_and_keeps_it_for_a_resume(runner: UnitRunner, ledger: MemoryLedger) -> None:
    def is_cancelled_meanwhile(work: StageWork) -> Outcome:
        ledger.cancel("job")
        raise JobCancelled("seen at a beat")

    assert runner.run(FIRST, is_cancelled_meanwhile) == "handed_back"
    assert ledger.job("job").state is JobState.CANCELLED
    assert ledger.resume("job") == 1


def test_a_unit_taken_over_by_another_worker_writes_no_manifest(
    runner: UnitRunner, ledger: MemoryLedger, tmp_path: Path
) -> None:
    def is_overtaken(work: StageWork) -> Outcome:
        assert ledger.claim(FIRST, "nobody", 1) == "held"
        # The ledger hands our unit to somebody else, as it does when our lease lapsed.
        assert ledger.report_death(FIRST, "w")
        ledger.reconcile()
        assert isinstance(ledger.claim(FIRST, "other", 30), Claim)
        return finds_one_shard(work)

    assert runner.run(FIRST, is_overtaken) == "superseded"
    assert ledger.claim(FIRST, "third", 30) == "held"


def test_the_scratch_folder_is_gone_whatever_happened(runner: UnitRunner, tmp_path: Path) -> None:
    seen: list[Path] = []

    def leaves_a_file(work: StageWork) -> Outcome:
        seen.append(work.scratch)
        (work.scratch / "file").write_text("left")
        raise DocumentRejected("broken")

    runner.run(FIRST, leaves_a_file)
    assert seen and not seen[0].exists()


def test_a_tick_tells_the_stage_to_stop_within_a_beat_of_the_cancel(ledger: MemoryLedger) -> None:
    claim = ledger.claim(FIRST, "w", 0.3)
    assert isinstance(claim, Claim)
    with Heartbeat(ledger, claim, lease_s=0.3) as heart:
        heart.tick(1, 10)
        ledger.cancel("job")
        with pytest.raises(JobCancelled):
            for _ in range(100):
                heart.tick(2, 10)
                time.sleep(0.02)


def test_a_package_that_is_missing_on_this_worker_is_named(runner: UnitRunner, ledger: MemoryLedger) -> None:
    assert runner.run(FIRST, "workers.no_such_room:work") == "aside"
    assert "package 'workers.no_such_room' is not installed" in ledger.job("job").reason
