"""Units that fail or kill their process each time, and a large job beside a small one: nobody is held up for ever."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from agent import JobState
from agent.contract import Stage
from agent.errors import JobFailed
from agent.spec import FailurePolicy
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.documents import write_documents
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

BAD = ("parse", "0002")
POLICY = FailurePolicy()
LARGE_DOCUMENTS = 240
QUEUED = 100
"""Units of the large job that wait for the same two workers when the small one comes."""
STARTS_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers where the bad units are."""
    with Cluster(tmp_path_factory.mktemp("failing") / "cluster") as running:
        running.start_workers("control", "crawl", "parse", "parse", "generate")
        yield running


def test_one_bad_unit_is_set_aside_and_more_than_allowed_fail_the_job_until_it_is_resumed(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    cluster.heal()
    dataset = undisturbed.dataset(cluster, documents, model)
    cluster.order("parse/0002/started=raise:these bytes make no sense")
    patient = cluster.submit(documents, model)
    strict = cluster.submit(documents, model, failure={"max_failed_share": 0.1})

    cluster.wait_for(patient, "committed", "clear")
    story = cluster.story(patient)
    assert story.starts()[BAD] == POLICY.work_attempts
    assert patient.view().stages[Stage.PARSE].faults == {"0002": "RuntimeError: these bytes make no sense"}
    assert (story.redone({BAD: POLICY.work_attempts - 1}), story.doubled()) == (0, 0)
    assert story.lost() == 1, "the bad unit alone is missing, and named"
    table.add("one bad unit of six", "parse", redone=0, doubled=story.doubled(), lost=story.lost() - 1)

    with pytest.raises(JobFailed) as failed:
        strict.wait(timeout_s=30)
    assert failed.value.stage == "parse"
    assert "1 of 6 units were set aside" in str(failed.value)
    assert "these bytes make no sense" in str(failed.value)
    assert "resume" in failed.value.next_step

    cluster.cancel_orders()
    before = cluster.story(strict).starts()
    strict.resume()
    cluster.wait_until(lambda: cluster.story(strict).of("committed", "clear"), 60, "the resumed dataset")
    again = cluster.story(strict)
    assert {unit for unit in before if again.starts()[unit] > before[unit]} == {BAD}, "only what was missing"
    assert cluster.dataset(strict) == dataset
    for job in (patient, strict):
        job.cancel()
    cluster.assert_drained()


@pytest.mark.parametrize(
    "attempts", [3, pytest.param(POLICY.machine_attempts, marks=pytest.mark.slow_fault, id="default")]
)
def test_a_unit_that_kills_its_process_each_time_is_set_aside_and_the_stage_goes_on(
    attempts: int, cluster: Cluster, documents: Path, model: str, table: FaultTable
) -> None:
    cluster.heal()
    cluster.order("parse/0002/started=kill")
    job = cluster.submit(documents, model, failure={"machine_attempts": attempts})
    cluster.wait_for(job, "committed", "clear", timeout_s=200)
    story = cluster.story(job)
    starts = story.of("started", *BAD)
    between = [(later.ms - earlier.ms) / 1000 for earlier, later in pairwise(starts)]
    table.add(
        "poison unit kills its process", "parse", recoveries_s=between,
        redone=story.redone({BAD: attempts - 1}), doubled=story.doubled(), lost=story.lost() - 1,
    )  # fmt: skip
    assert len(starts) == attempts
    assert job.view().stages[Stage.PARSE].faults == {"0002": f"its worker died {attempts} times"}
    assert (story.redone({BAD: attempts - 1}), story.doubled()) == (0, 0)
    job.cancel()
    cluster.assert_drained()
    assert job.record.state is JobState.CANCELLED


def test_a_small_job_behind_a_large_one_starts_within_the_limit(
    cluster: Cluster, documents: Path, model: str, tmp_path: Path, table: FaultTable
) -> None:
    cluster.heal()
    cluster.order("parse/*/started=sleep:0.3")  # a warm reader is as fast as what feeds it, and nothing would queue
    many = write_documents(tmp_path / "many", LARGE_DOCUMENTS, "photon")
    large = cluster.submit(many, model, discover={"max_documents": LARGE_DOCUMENTS}, retrieve={"shard_size": 1})

    def queued() -> int:
        parsing = large.view().stages[Stage.PARSE]
        return parsing.units - parsing.done

    cluster.wait_until(lambda: queued() > QUEUED, 60, f"{QUEUED} units before the small job")
    small = cluster.submit(documents, model)
    cluster.wait_for(small, "committed", "parse", timeout_s=90)
    assert queued() > QUEUED / 2, "the large job must still wait for the same workers"
    story = cluster.story(small)
    first = {stage: story.of("started", stage)[0].ms for stage in ("discover", "retrieve", "parse")}
    due = {
        "discover": story.of("submitted")[0].ms,
        "retrieve": story.of("committed", "discover")[0].ms,
        "parse": story.of("committed", "retrieve")[0].ms,
    }
    for stage in first:
        waited_s = (first[stage] - due[stage]) / 1000
        table.add("small job behind a large one", stage, recoveries_s=[waited_s], redone=0, doubled=0, lost=0)
        assert waited_s <= STARTS_WITHIN_S, stage
    cluster.cancel_orders()
    for job in (large, small):
        job.cancel()
    cluster.assert_drained()
