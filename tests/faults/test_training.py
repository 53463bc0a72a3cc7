"""A training is broken in every way: it goes on from its newest checkpoint to the very weights of an undisturbed one.

Also what follows it on the train pool, evaluate and publish: one published model in the end.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent import JobState
from agent.canvas.planner import TRAIN_LEASE_S
from agent.client import Job
from agent.contract import Stage
from agent.errors import IllegalTransition
from agent.store import ArtifactReader
from agent.store.artifact import MANIFEST_FILE
from tests.faults.cluster import TRAINING_RECOVERY_LIMIT_S, Cluster
from tests.faults.documents import write_documents
from tests.faults.story import Moment, Story
from tests.faults.table import FaultTable
from workers.runtime.verdict import FIRST_BACKOFF_S

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

INTERVAL = 5
"""Steps between checkpoints."""
TRAIN: dict[str, Any] = {
    "max_steps": 60, "checkpoint_steps": INTERVAL, "eval_steps": 15, "early_stopping_patience": 0, "method": "full"
}  # fmt: skip
DEEP = 2 * INTERVAL + 2
"""Steps after which a training is broken: two checkpoints are stored, and a part of the next interval is done."""
SLOWLY = "train/*/step=sleep:0.1"
"""The steps of a tiny model take 20 ms; with this a training lasts long enough to be broken in its middle."""
UNIT = ("train", "0")
STALL_S = 20.0
"""More than a training process needs to load torch, which counts as standing still."""
ROUND_S = 2.0
"""Between two rounds of the control worker."""
SLACK_S = 3.0
"""For two busy cores."""
ENDS_WITHIN_S = 10.0
"""A training process without its worker notices, and is gone."""
COMPLETE = "complete.json"
"""A checkpoint's last file."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("training") / "cluster") as running:
        running.start_workers("control", "crawl", "parse", "generate", *["train"] * 3)
        yield running


@pytest.fixture(scope="module")
def few_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough for a training, quickly read: what comes before it is not the matter here."""
    return write_documents(tmp_path_factory.mktemp("source") / "documents", 10)


@dataclass(frozen=True)
class Trained:
    """What a training made, by the hashes in its manifest, and what it told of itself."""

    weights: str
    metrics: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, cluster: Cluster, job: Job) -> Trained:
        manifest = ArtifactReader(cluster.client.store, job.outputs()[Stage.TRAIN][0]).manifest
        files = manifest.files
        return cls(files["model/model.safetensors"].sha256, files["metrics.jsonl"].sha256, manifest.facts)


class Calm:
    """A training that nothing disturbs; it may run beside the first one that is broken, on a worker of its own."""

    def __init__(self, cluster: Cluster, documents: Path, model: str) -> None:
        self._cluster = cluster
        self._job = cluster.submit(documents, model, train=TRAIN)

    @cached_property
    def trained(self) -> Trained:
        """What it made; waits for it."""
        self._cluster.wait_for(self._job, "committed", "train", timeout_s=90)
        with suppress(IllegalTransition):
            self._job.cancel()
        assert self._cluster.story(self._job).starts()[UNIT] == 1
        trained = Trained.of(self._cluster, self._job)
        assert trained.facts["resumed_at"] == 0 and trained.facts["steps"] == TRAIN["max_steps"]
        return trained


@pytest.fixture(scope="module")
def calm(cluster: Cluster, few_documents: Path, model: str) -> Calm:
    """See `Calm`; tests that order faults on any training ask for its result first."""
    return Calm(cluster, few_documents, model)


@dataclass(frozen=True)
class Deep:
    """A training in its middle."""

    start: Moment
    child: psutil.Process
    seen: int
    """The last step that was seen before it was broken."""


def training_in(cluster: Cluster, job: Job) -> Deep | None:
    """The job's training once it is deep in its steps."""
    running = [start for start in cluster.story(job).running() if start.unit == UNIT]
    if not running or (seen := steps(job)) < DEEP:
        return None
    return Deep(running[0], child_of(running[0]), seen)


def deep(cluster: Cluster, job: Job) -> Deep:
    """Wait for the middle of the job's training."""
    return cluster.wait_until(lambda: training_in(cluster, job), 90, "a training in its middle")


def steps(job: Job) -> int:
    live = job.view().stages[Stage.TRAIN].live
    return live[0].done if live else 0


def child_of(start: Moment) -> psutil.Process:
    """The training process itself, below the pool child that holds the unit."""
    children = psutil.Process(start.process_id).children(recursive=True)
    return next(child for child in children if "workers.train.loop" in child.cmdline())


def trainings(cluster: Cluster) -> list[psutil.Process]:
    """Every living process of this deployment that trains, measures or packages."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FINETUNE_HOME") != str(cluster.settings.home):
                continue
            if process.status() != psutil.STATUS_ZOMBIE and "workers.train." in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def lost_until_training(story: Story) -> int:
    """Units up to the training that were started and never committed; evaluate is cancelled in most tests."""
    wanted = {unit for unit in story.starts() if unit[0] not in (Stage.EVALUATE, Stage.PUBLISH)}
    return len(wanted - {moment.unit for moment in story.of("committed")})


def check(
    cluster: Cluster, table: FaultTable, fault: str, job: Job, hit: Deep, fault_ms: int, calm: Calm,
    limit_s: float = TRAINING_RECOVERY_LIMIT_S,
) -> Trained:  # fmt: skip
    """All that must hold of a training that was broken once, when it has ended; the job is cancelled then."""
    cluster.wait_for(job, "committed", "train", timeout_s=120)
    with suppress(IllegalTransition):  # its last stages may be over already: a tiny model is quickly published
        job.cancel()
    story, trained = cluster.story(job), Trained.of(cluster, job)
    recovery_s = story.recovery_s(UNIT, fault_ms)
    lost = lost_until_training(story)
    table.add(fault, Stage.TRAIN, recoveries_s=[recovery_s] if recovery_s else [], redone=story.redone({UNIT: 1}),
              doubled=story.doubled(), lost=lost)  # fmt: skip
    assert recovery_s is not None and recovery_s <= limit_s, (fault, recovery_s)
    assert (story.starts()[UNIT], len(story.of("committed", *UNIT))) == (2, 1), fault
    assert (story.redone({UNIT: 1}), story.doubled(), lost) == (0, 0, 0), fault
    assert trained.facts["resumed_at"] >= hit.seen - INTERVAL, f"{fault}: more than one interval of steps was lost"
    assert (trained.weights, trained.metrics) == (calm.trained.weights, calm.trained.metrics), fault
    return trained


def all_ended(cluster: Cluster, *children: psutil.Process) -> None:
    """No training process is left behind, neither these nor any other, and no message either."""
    _, alive = psutil.wait_procs(children, ENDS_WITHIN_S)
    assert not alive
    cluster.wait_until(lambda: not trainings(cluster), ENDS_WITHIN_S, "the end of every training process")
    cluster.assert_drained()


def kill_training(cluster: Cluster, hit: Deep) -> None:
    hit.child.kill()


def kill_pool_child(cluster: Cluster, hit: Deep) -> None:
    os.kill(hit.start.process_id, signal.SIGKILL)


@pytest.mark.slow_fault
def test_a_killed_training_or_its_parent_goes_on_from_the_checkpoint_to_the_same_weights(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    cluster.heal()
    cluster.order(SLOWLY)
    faults: dict[str, Callable[[Cluster, Deep], None]] = {
        "kill -9 of training": kill_training,
        "kill -9 of pool child": kill_pool_child,
    }
    jobs = {fault: cluster.submit(few_documents, model, train=TRAIN) for fault in faults}
    hits: dict[str, tuple[Deep, int]] = {}

    def all_hit() -> bool:
        for fault, break_it in faults.items():
            if fault not in hits and (hit := training_in(cluster, jobs[fault])):
                break_it(cluster, hit)
                hits[fault] = (hit, cluster.now_ms())
        return len(hits) == len(faults)

    cluster.wait_until(all_hit, 90, "both trainings in their middle")
    cluster.cancel_orders()
    for fault, (hit, fault_ms) in hits.items():
        check(cluster, table, fault, jobs[fault], hit, fault_ms, calm)
    all_ended(cluster, *(hit.child for hit, _ in hits.values()))


@pytest.mark.slow_fault
def test_a_reset_link_does_not_start_a_training_again(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    assert calm.trained
    cluster.heal()
    cluster.order(SLOWLY)
    job = cluster.submit(few_documents, model, train=TRAIN)
    hit = deep(cluster, job)
    for kind in ("normal", "pubsub"):
        cluster.cut_connections(kind)
    cluster.wait_until(lambda: steps(job) > hit.seen + INTERVAL, 20, "further steps")
    assert hit.child.is_running() and trainings(cluster) == [hit.child], "the same training goes on, and no other"
    cluster.cancel_orders()
    cluster.wait_for(job, "committed", "train", timeout_s=60)
    job.cancel()
    story, trained = cluster.story(job), Trained.of(cluster, job)
    lost = lost_until_training(story)
    table.add("CLIENT KILL", Stage.TRAIN, redone=story.redone(), doubled=story.doubled(), lost=lost)
    assert len(story.of("started", *UNIT)) == len(story.of("committed", *UNIT)) == 1
    assert (story.redone(), story.doubled(), lost) == (0, 0, 0)
    assert trained.facts["resumed_at"] == 0
    assert (trained.weights, trained.metrics) == (calm.trained.weights, calm.trained.metrics)
    all_ended(cluster, hit.child)


@pytest.mark.slow_fault
def test_a_crash_within_a_checkpoint_leaves_one_that_is_never_chosen(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    """First half of its files is there, then all of them; what is missing both times is the marker."""
    assert calm.trained
    cluster.heal()
    cluster.order(SLOWLY)
    job = cluster.submit(few_documents, model, train=TRAIN)
    deep(cluster, job)
    for deaths, place in enumerate(("checkpoint_half", "checkpoint_files"), start=1):
        cluster.order(f"train/*/{place}=kill*1")
        cluster.wait_until(lambda: len(cluster.story(job).of("lapsed", *UNIT)) == deaths, 90, place)  # noqa: B023
        complete, partial = stored_checkpoints(cluster, job)
        assert partial and max(partial) > max(complete), "the crash was in the middle of writing the newest"
    cluster.cancel_orders()
    cluster.wait_for(job, "committed", "train", timeout_s=90)
    job.cancel()
    story, trained = cluster.story(job), Trained.of(cluster, job)
    recoveries_s = []
    for lapse in story.of("lapsed", *UNIT):
        recovery_s = story.recovery_s(UNIT, lapse.ms - 1)
        assert recovery_s is not None and recovery_s <= TRAINING_RECOVERY_LIMIT_S
        recoveries_s.append(recovery_s)
    lost = lost_until_training(story)
    table.add("crash within a checkpoint", Stage.TRAIN, recoveries_s=recoveries_s, redone=story.redone({UNIT: 2}),
              doubled=story.doubled(), lost=lost)  # fmt: skip
    assert (story.starts()[UNIT], story.redone({UNIT: 2}), story.doubled(), lost) == (3, 0, 0, 0)
    assert trained.facts["resumed_at"] == max(complete), "the furthest complete one was chosen"
    assert (trained.weights, trained.metrics) == (calm.trained.weights, calm.trained.metrics)
    all_ended(cluster)


def stored_checkpoints(cluster: Cluster, job: Job) -> tuple[set[int], set[int]]:
    """Steps of the job's checkpoints in the store: complete ones, and ones without their last file."""
    store, root = cluster.client.store, f"jobs/{job.id}/train/0-checkpoints"
    complete, partial = set(), set()
    for attempt in store.list(root):
        for name in store.list(f"{root}/{attempt}"):
            whole = store.exists(f"{root}/{attempt}/{name}/{COMPLETE}")
            (complete if whole else partial).add(int(name.removeprefix("step-")))
    return complete, partial


@pytest.mark.slow_fault
def test_a_training_that_hangs_is_ended_and_goes_on_from_the_checkpoint(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    assert calm.trained
    cluster.heal()
    cluster.order(SLOWLY)
    job = cluster.submit(few_documents, model, train={**TRAIN, "stall_timeout_s": STALL_S})
    hit = deep(cluster, job)
    hit.child.suspend()
    fault_ms = cluster.now_ms()
    retry = cluster.wait_for(job, "retry", "train", timeout_s=STALL_S + SLACK_S)
    assert f"made no step for {STALL_S:.0f} s" in retry.text
    cluster.cancel_orders()
    limit_s = STALL_S + FIRST_BACKOFF_S + ROUND_S + SLACK_S
    check(cluster, table, f"SIGSTOP of training, {STALL_S:.0f} s", job, hit, fault_ms, calm, limit_s)
    all_ended(cluster, hit.child)


@pytest.mark.slow_fault
def test_a_train_worker_that_stood_still_beyond_its_lease_is_fenced_in_the_middle_of_its_training(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    assert calm.trained
    cluster.heal()
    cluster.order(SLOWLY)
    job = cluster.submit(few_documents, model, train=TRAIN)
    hit = deep(cluster, job)
    worker = cluster.worker_of(hit.start)
    # As a suspended machine: the training process leads a session of its own.
    worker.signal(signal.SIGSTOP)
    hit.child.suspend()
    fault_ms = cluster.now_ms()
    again = cluster.wait_until(
        lambda: cluster.story(job).of("started", *UNIT)[1:], TRAINING_RECOVERY_LIMIT_S + SLACK_S, "another worker"
    )[0]
    assert not worker.owns(again.process_id)
    # Both go on at once now.
    cluster.wait_until(lambda: steps(job) > hit.seen, 60, "steps of the second")
    stale = checkpoints_of(cluster, job, hit.start)
    hit.child.resume()
    worker.signal(signal.SIGCONT)
    cluster.wait_until(lambda: "epoch 1: superseded" in worker.logs(), ENDS_WITHIN_S, "the fenced training")
    _, alive = psutil.wait_procs([hit.child], ENDS_WITHIN_S)
    assert not alive
    assert checkpoints_of(cluster, job, hit.start) <= stale, "the fenced training stores no checkpoint more"
    cluster.cancel_orders()
    check(cluster, table, f"SIGSTOP beyond {TRAIN_LEASE_S:.0f} s, CONT", job, hit, fault_ms, calm)
    all_ended(cluster)


def attempt_of(start: Moment, epoch: int = 1) -> str:
    """The name of the attempt that a `started` event tells of."""
    return f"e{epoch}-{start.text.rsplit('/', 1)[1]}"


def checkpoints_of(cluster: Cluster, job: Job, start: Moment) -> set[str]:
    return set(cluster.client.store.list(f"jobs/{job.id}/train/0-checkpoints/{attempt_of(start)}"))


@pytest.mark.slow_fault
def test_a_train_worker_that_stood_still_before_its_commit_writes_nothing_that_counts(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable
) -> None:
    assert calm.trained
    cluster.heal()
    cluster.order("train/*/before_commit=stop*1")
    job = cluster.submit(few_documents, model, train=TRAIN)
    held = cluster.held(job, Stage.TRAIN, 90)
    worker = cluster.worker_of(held)
    worker.signal(signal.SIGSTOP)
    fault_ms = cluster.now_ms()
    cluster.wait_for(job, "committed", "train", timeout_s=90)
    worker.signal(signal.SIGCONT)
    cluster.wait_until(lambda: "epoch 1: superseded" in worker.logs(), ENDS_WITHIN_S, "the refused commit")
    job.cancel()
    story, trained = cluster.story(job), Trained.of(cluster, job)
    recovery_s, lost = story.recovery_s(UNIT, fault_ms), lost_until_training(story)
    table.add("SIGSTOP before commit, CONT", Stage.TRAIN, recoveries_s=[recovery_s] if recovery_s else [],
              redone=story.redone({UNIT: 1}), doubled=story.doubled(), lost=lost)  # fmt: skip
    assert recovery_s is not None and recovery_s <= TRAINING_RECOVERY_LIMIT_S
    assert (story.starts()[UNIT], story.redone({UNIT: 1}), story.doubled(), lost) == (2, 0, 0, 0)
    zombie = f"jobs/{job.id}/train/0-{attempt_of(held)}"
    assert cluster.client.store.exists(f"{zombie}/{MANIFEST_FILE}"), "its artifact is whole"
    assert job.outputs()[Stage.TRAIN] != [zombie]
    assert trained.facts["resumed_at"] == TRAIN["max_steps"], "no step was made again"
    assert (trained.weights, trained.metrics) == (calm.trained.weights, calm.trained.metrics)
    all_ended(cluster)


@pytest.mark.slow_fault
@pytest.mark.timeout(420)
def test_the_loss_of_the_machine_in_each_stage_of_the_train_pool_ends_with_one_published_model(
    repeat: int, cluster: Cluster, few_documents: Path, model: str, calm: Calm, table: FaultTable, tmp_path: Path
) -> None:
    """One job loses its worker in train, evaluate and publish; then processes die in the delivery and after it."""
    assert calm.trained
    cluster.heal()
    cluster.order(SLOWLY)
    for stage in (Stage.EVALUATE, Stage.PUBLISH):
        cluster.order(f"{stage}/*/started=stop*1")
    cluster.order("publish/copied=kill*1")
    cluster.order("publish/*/before_commit=kill*1")
    destination = tmp_path / "delivered" / "model"
    job = cluster.submit(
        few_documents, model, train=TRAIN, publish={"destination": str(destination), "publish_rejected": True}
    )
    hit = deep(cluster, job)
    cluster.worker_of(hit.start).kill()
    if hit.child.is_running():
        hit.child.kill()
    faults = {UNIT: cluster.now_ms()}
    for stage in (Stage.EVALUATE, Stage.PUBLISH):
        cluster.wait_until(lambda: cluster.story(job).of("started", stage), 150, stage)  # noqa: B023
        for worker in cluster.workers.values():
            if not worker.alive:
                worker.start()
                worker.ready()
        held = cluster.held(job, stage, 20)
        cluster.worker_of(held).kill()
        faults[held.unit] = cluster.now_ms()
    assert job.wait(timeout_s=150).state is JobState.COMPLETED
    story, trained = cluster.story(job), Trained.of(cluster, job)
    explained = {UNIT: 1, ("evaluate", "0"): 1, ("publish", "0"): 3}
    for unit, fault_ms in faults.items():
        recovery_s = story.recovery_s(unit, fault_ms)
        table.add("kill -9 of worker", unit[0], recoveries_s=[recovery_s] if recovery_s else [],
                  redone=story.redone(explained), doubled=story.doubled(), lost=story.lost())  # fmt: skip
        assert recovery_s is not None and recovery_s <= TRAINING_RECOVERY_LIMIT_S, (unit, recovery_s)
    assert {unit: story.starts()[unit] - 1 for unit in explained} == explained
    assert (story.redone(explained), story.doubled(), story.lost()) == (0, 0, 0)
    assert trained.facts["resumed_at"] >= hit.seen - INTERVAL
    assert (trained.weights, trained.metrics) == (calm.trained.weights, calm.trained.metrics)
    assert job.result().model_uri == str(destination)
    assert [item.name for item in destination.parent.iterdir()] == [destination.name], "delivered once, nothing beside"
    assert len(list(destination.rglob("model.safetensors"))) == 1
    cluster.heal()
    all_ended(cluster, hit.child)
