"""The server loses everything while workers work: the job is rebuilt from artifacts and ends with the same dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.errors import UnknownJob
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One worker a pool, as far as the dataset."""
    with Cluster(tmp_path_factory.mktemp("lost") / "cluster") as running:
        running.start_workers("control", "crawl", "parse", "generate")
        yield running


@pytest.mark.parametrize("stage", ["parse", "generate"])
def test_a_job_whose_server_lost_everything_redoes_only_what_is_missing(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, stage: str
) -> None:
    expected = undisturbed.dataset(cluster, documents, model)
    cluster.order(f"{stage}/0001/before_commit=sleep:1*1")
    job = cluster.submit(documents, model)
    cluster.wait_for(job, "started", stage, "0001")
    finished = {moment.unit for moment in cluster.story(job).of("committed")}
    cluster.raw.flushall()
    with pytest.raises(UnknownJob, match=f"finetune resume {job.id} --from-store"):
        cluster.client.job(job.id)

    restored = cluster.client.restore(job.id)
    assert sum(counts.done for counts in restored.stages.values()) >= len(finished)
    cluster.wait_for(job, "committed", "clear", timeout_s=90)
    assert cluster.dataset(job) == expected
    story = cluster.story(job)
    assert story.doubled() == 0
    worked = {moment.unit for moment in story.of("started") if not moment.text.startswith("restore@")}
    assert not finished & worked, "a unit that was finished before the loss was done again"
    cluster.assert_counts_reconcile(job)
    assert cluster.client.ledger.outputs(job.id)[Stage.CLEAR]
    job.cancel()
