"""SIGTERM, as a spot machine's notice: the worker takes nothing more, and what it held goes on elsewhere at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import JobState
from agent.contract import Stage
from agent.store import ArtifactReader
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.table import FaultTable
from workers.start import STOP_WITHIN_S

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

ELSEWHERE_WITHIN_S = 2.0
"""After the worker's own time to stop: a round of the control worker."""
SLACK_S = 1.5
"""For two busy cores."""
SURELY_ASLEEP_MS = 3000
STAGES = (Stage.RETRIEVE, Stage.PARSE, Stage.GENERATE)
"""One of each pool."""
STEPS = 150


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("leave") / "cluster") as running:
        running.start_workers("control", *["crawl", "parse", "generate", "train"] * 2)
        yield running


def test_even_work_that_does_not_listen_goes_on_elsewhere_within_the_time_to_stop(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    cluster.heal()
    dataset = undisturbed.dataset(cluster, documents, model)
    limit_s = cluster.settings.stop_within_s + ELSEWHERE_WITHIN_S + SLACK_S
    for stage in STAGES:
        cluster.order(f"{stage}/*/started=sleep:120*1")
    job = cluster.submit(documents, model)
    hit = {}
    for stage in STAGES:

        def asleep(stage: Stage = stage) -> object:
            long_ago_ms = cluster.now_ms() - SURELY_ASLEEP_MS
            held = [each for each in cluster.story(job).running() if each.unit[0] == stage and each.ms < long_ago_ms]
            return held[0] if held else None

        held = cluster.wait_until(asleep, 60, f"a sleeping {stage} unit")
        worker = cluster.worker_of(held)
        fault_ms = cluster.now_ms()
        worker.signal(signal.SIGTERM)
        cluster.wait_until(lambda: not worker.alive, limit_s, "the worker's end")  # noqa: B023
        hit[stage] = (held, fault_ms)
    cluster.wait_for(job, "committed", "clear", timeout_s=60)
    story = cluster.story(job)
    units = {held.unit: 1 for held, _ in hit.values()}
    for stage, (held, fault_ms) in hit.items():
        recovery_s = story.recovery_s(held.unit, fault_ms)
        assert recovery_s is not None and recovery_s <= limit_s, (stage, recovery_s)
        done = [unit for unit in story.starts() if unit[0] not in ("train", "evaluate", "publish")]
        lost = set(done) - {moment.unit for moment in story.of("committed")}
        table.add("SIGTERM, deaf work", stage, recoveries_s=[recovery_s], redone=story.redone(units),
                  doubled=story.doubled(), lost=len(lost))  # fmt: skip
        assert (story.redone(units), story.doubled(), len(lost)) == (0, 0, 0)
    assert not story.of("lapsed"), "handed back, no fault is counted"
    assert cluster.dataset(job) == dataset
    job.cancel()
    cluster.assert_drained()


def test_a_training_is_stored_at_the_notice_and_goes_on_on_another_machine_without_losing_a_step(
    repeat: int, cluster: Cluster, documents: Path, model: str, table: FaultTable
) -> None:
    cluster.heal()
    # No regular checkpoint within the run: what is found later was stored on request.
    train = {"max_steps": STEPS, "checkpoint_steps": STEPS, "early_stopping_patience": 0}
    job = cluster.submit(documents, model, train=train)
    start = cluster.wait_for(job, "started", "train", timeout_s=90)

    def steps() -> int:
        live = job.view().stages[Stage.TRAIN].live
        return live[0].done if live else 0

    cluster.wait_until(lambda: steps() >= 20, 90, "twenty steps")
    seen = steps()
    worker = cluster.worker_of(start)
    fault_ms = cluster.now_ms()
    worker.signal(signal.SIGTERM)
    limit_s = STOP_WITHIN_S["train"] + SLACK_S
    cluster.wait_until(lambda: not worker.alive, limit_s, "the worker's end")
    assert job.wait(timeout_s=150).state in (JobState.COMPLETED, JobState.REJECTED)
    story = cluster.story(job)
    recovery_s = story.recovery_s(start.unit, fault_ms)
    assert recovery_s is not None and recovery_s <= limit_s + ELSEWHERE_WITHIN_S
    table.add("SIGTERM", Stage.TRAIN, recoveries_s=[recovery_s], redone=story.redone({start.unit: 1}),
              doubled=story.doubled(), lost=story.lost())  # fmt: skip
    assert (story.redone({start.unit: 1}), story.doubled(), story.lost()) == (0, 0, 0)
    facts = ArtifactReader(cluster.client.store, job.outputs()[Stage.TRAIN][0]).manifest.facts
    assert facts["resumed_at"] >= seen
    assert not story.of("lapsed")
