"""Messages that get lost, come twice or are no messages, and links and servers that break: the ledger decides, once."""

from __future__ import annotations

import base64
import json
import os
import pickle
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from agent.canvas.planner import LEASE_S
from agent.client import Job
from agent.ledger.contract import REARM_S
from tests.faults.cluster import RECOVERY_LIMIT_S, Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.fault, pytest.mark.timeout(180)]

COPIES = 7
REFUSED_WITHIN_S = 0.010
HOLD_S = 6
"""So long an ordered sleep holds a unit: longer than a link needs to come back, far shorter than a lease."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers a pool, and two control workers at once."""
    with Cluster(tmp_path_factory.mktemp("messages") / "cluster") as running:
        running.start_workers(*["control", "crawl", "parse", "generate"] * 2)
        yield running


@pytest.fixture
def dataset(cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed) -> dict[str, str]:
    """What every job here must make; the cluster is whole when it is known."""
    cluster.heal()
    return undisturbed.dataset(cluster, documents, model)


def finish(cluster: Cluster, job: Job, dataset: dict[str, str], timeout_s: float = 90) -> None:
    """The job goes on to the same dataset as undisturbed, its counts reconcile and nothing is left over."""
    cluster.wait_for(job, "committed", "clear", timeout_s=timeout_s)
    assert cluster.dataset(job) == dataset
    cluster.assert_counts_reconcile(job)
    job.cancel()
    cluster.assert_drained()


def test_two_control_workers_at_once_start_every_unit_once(
    repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    job = cluster.submit(documents, model)
    finish(cluster, job, dataset)
    story = cluster.story(job)
    table.add("two control workers", "all", redone=story.redone(), doubled=story.doubled(), lost=story.lost())
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)


def test_messages_deleted_from_their_queue_are_sent_again(
    repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    cluster.order("retrieve/*/started=stop*2")
    job = cluster.submit(documents, model)
    cluster.wait_until(lambda: len(cluster.standing_still(job)) == 2, 60, "both crawl workers at a stand")
    held = cluster.standing_still(job)
    queue = f"{cluster.settings.key_prefix}crawl"
    cluster.wait_until(lambda: cluster.raw.llen(queue), 10, "messages waiting behind them")
    before = set(cluster.story(job).starts())
    cluster.raw.delete(queue)
    fault_ms = cluster.now_ms()
    for start in held:
        os.kill(start.process_id, signal.SIGCONT)
    finish(cluster, job, dataset)
    story = cluster.story(job)
    recovered = {unit: story.recovery_s(unit, fault_ms) for unit in story.starts() if unit not in before}
    slowest_s = max(seconds for (stage, _), seconds in recovered.items() if seconds and stage == "retrieve")
    table.add(
        "messages deleted", "retrieve", recoveries_s=[slowest_s],
        redone=story.redone(), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert slowest_s <= RECOVERY_LIMIT_S
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)


def test_a_message_that_dies_with_its_receiver_is_sent_again(
    repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    """The gap of the transport: popped from the list, not yet noted as unacknowledged, and the receiver is gone."""
    crawlers = [worker for worker in cluster.workers.values() if worker.pool == "crawl"]
    for worker in crawlers:
        worker.signal(signal.SIGSTOP)
    job = cluster.submit(documents, model)
    sent = f"{cluster.settings.key_prefix}sent:crawl"
    queue = f"{cluster.settings.key_prefix}crawl"
    cluster.wait_until(lambda: cluster.raw.zcard(sent) and not cluster.raw.llen(queue), 10, "a popped message")
    for worker in crawlers:
        worker.kill()
    fault_ms = cluster.now_ms()
    for worker in crawlers:
        worker.start()
    finish(cluster, job, dataset)
    story = cluster.story(job)
    recovery_s = story.recovery_s(("discover", "0"), fault_ms)
    assert recovery_s is not None
    table.add(
        "message dies with receiver", "discover", recoveries_s=[recovery_s],
        redone=story.redone(), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert REARM_S / 2 <= recovery_s <= RECOVERY_LIMIT_S, "it was lost, and came back in time"
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)


def test_copies_of_a_message_are_refused_at_once_and_acknowledged(
    cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    cluster.order(f"retrieve/*/started=sleep:{HOLD_S}*1")
    job = cluster.submit(documents, model)
    held = cluster.wait_for(job, "started", "retrieve")
    raw = unacknowledged(cluster, held.unit)
    task_id = json.loads(raw)["headers"]["id"]
    waiting = cluster.raw.hlen(f"{cluster.settings.key_prefix}unacked")
    for _ in range(COPIES):
        cluster.raw.lpush(f"{cluster.settings.key_prefix}crawl", raw)
    pattern = re.compile(rf"{task_id}\] succeeded in ([0-9.e-]+)s")

    def taken_s() -> list[float]:
        logs = "\n".join(worker.logs() for worker in cluster.workers.values() if worker.pool == "crawl")
        return [float(seconds) for seconds in pattern.findall(logs)]

    cluster.wait_until(lambda: len(taken_s()) >= COPIES, 20, "an end of every copy")
    refused = sorted(taken_s())[:COPIES]
    assert median(refused) <= REFUSED_WITHIN_S, refused
    finish(cluster, job, dataset)
    assert cluster.raw.hlen(f"{cluster.settings.key_prefix}unacked") < waiting, "the copies were acknowledged"
    story = cluster.story(job)
    table.add("duplicate delivery", "retrieve", redone=story.redone(), doubled=story.doubled(), lost=story.lost())
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)


def unacknowledged(cluster: Cluster, unit: tuple[str, str]) -> bytes:
    """The message that a worker took for this unit, as it lay in the queue."""
    for entry in cluster.raw.hvals(f"{cluster.settings.key_prefix}unacked"):
        message, _exchange, _key = json.loads(entry)
        _args, kwargs, _embed = json.loads(base64.b64decode(message["body"]))
        if (kwargs.get("stage"), kwargs.get("shard")) == unit:
            return json.dumps(message).encode()
    raise AssertionError(f"no message of {unit} is being worked on")


def test_what_is_no_message_of_ours_is_refused_and_the_workers_live(
    cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], tmp_path: Path
) -> None:
    cluster.order(f"retrieve/*/started=sleep:{HOLD_S}*1")
    job = cluster.submit(documents, model)
    held = cluster.wait_for(job, "started", "retrieve")
    good = json.loads(unacknowledged(cluster, held.unit))
    trace = tmp_path / "executed"
    stranger = {"job_id": "nobody", "stage": "retrieve", "shard": "9"}
    bad: dict[str, bytes | dict[str, Any]] = {
        "Refusing to deserialize untrusted content of type pickle": {
            **good, "body": encoded(pickle.dumps(_Bomb(str(trace)))), "content-type": "application/x-python-serialize",
        },
        "Can't decode message body": {**good, "body": encoded(b"{nonsense")},
        "unregistered task of type 'crawl.nothing'": {**good, "headers": {**good["headers"], "task": "crawl.nothing"}},
        "unexpected keyword argument": {**good, "body": encoded(b'[[1], {"x": 2}, {}]')},
        "is unknown; nothing to do": {**good, "body": encoded(json.dumps([[], stranger, {}]).encode())},
        "Refused what is no message on queues crawl": b"\xff\x00 no JSON",
        "'int' object is not subscriptable": b"5",
        "KeyError: 'properties'": {},
        "KeyError: 'delivery_tag'": {"properties": {}},
        "a bytes-like object is required": {**good, "body": "%%%"},
        "'list' object has no attribute": {**good, "headers": ["no", "headers"]},
    }  # fmt: skip
    workers = {worker.name: worker.pid for worker in cluster.workers.values()}
    crawlers = [worker for worker in cluster.workers.values() if worker.pool == "crawl"]
    before = {worker.name: len(worker.logs()) for worker in crawlers}
    for entry in bad.values():
        raw = json.dumps(entry).encode() if isinstance(entry, dict) else entry
        # One more than there are workers: who dies of it must not be hidden by a sibling that lives.
        cluster.raw.lpush(f"{cluster.settings.key_prefix}crawl", *[raw] * (len(crawlers) + 1))

    def unsaid() -> list[str]:
        logs = "".join(worker.logs()[before[worker.name] :] for worker in crawlers)
        return [words for words in bad if logs.count(words) < len(crawlers) + 1]

    try:
        cluster.wait_until(lambda: not unsaid(), 15, "a refusal in the logs of everything")
    except AssertionError:
        raise AssertionError(unsaid()) from None
    finish(cluster, job, dataset)
    assert not trace.exists(), "a pickle was executed"
    assert {worker.name: worker.pid for worker in cluster.workers.values() if worker.alive} == workers


def encoded(body: bytes) -> str:
    """As the transport carries it."""
    return base64.b64encode(body).decode()


class _Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (self.path, "w"))


@pytest.mark.parametrize("kind", ["normal", pytest.param("pubsub", marks=pytest.mark.slow_fault)])
def test_a_reset_of_all_connections_starts_no_unit_a_second_time(
    kind: str, repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    for stage in ("retrieve", "parse", "generate"):
        cluster.order(f"{stage}/*/started=sleep:{HOLD_S}*1")
    job = cluster.submit(documents, model)
    for stage in ("retrieve", "parse", "generate"):
        cluster.wait_for(job, "started", stage)
        # Those that were cut last time may be on their way back still.
        cluster.wait_until(lambda: cluster.cut_connections(kind), 10, f"connections of type {kind}")
    finish(cluster, job, dataset)
    story = cluster.story(job)
    table.add(
        f"CLIENT KILL TYPE {kind}", "retrieve, parse, generate",
        redone=story.redone(), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)


@pytest.mark.parametrize("down_s", [2, pytest.param(60, marks=pytest.mark.slow_fault)])
def test_a_killed_server_costs_no_more_than_the_units_whose_leases_lapsed(
    down_s: int, repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    cluster.order(f"retrieve/*/started=sleep:{HOLD_S}*2")
    cluster.order(f"generate/*/started=sleep:{HOLD_S}*1")
    job = cluster.submit(documents, model)
    for stage in ("retrieve", "generate") if down_s < LEASE_S else ("retrieve",):
        cluster.wait_for(job, "started", stage)
        cluster.server_down(down_s)
    back_ms = cluster.now_ms()
    finish(cluster, job, dataset)
    story = cluster.story(job)
    hits = {lapse.unit: 1 for lapse in story.of("lapsed")}
    if down_s < LEASE_S:
        assert not hits, "the server was back before any lease ended"
    after_s = [start.ms for start in story.of("started") if start.ms > back_ms]
    recovery_s = (after_s[0] - back_ms) / 1000
    table.add(
        f"server kill -9 for {down_s} s", "retrieve, generate", recoveries_s=[recovery_s],
        redone=story.redone(hits), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert recovery_s <= RECOVERY_LIMIT_S
    assert (story.redone(hits), story.doubled(), story.lost()) == (0, 0, 0)


def test_a_killed_control_worker_is_replaced_by_the_other(
    repeat: int, cluster: Cluster, documents: Path, model: str, dataset: dict[str, str], table: FaultTable
) -> None:
    cluster.workers["control-0"].kill()
    cluster.order("parse/*/started=stop*1")
    job = cluster.submit(documents, model)
    held = cluster.held(job, "parse")
    cluster.worker_of(held).kill()
    fault_ms = cluster.now_ms()
    finish(cluster, job, dataset)
    story = cluster.story(job)
    recovery_s = story.recovery_s(held.unit, fault_ms)
    assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S
    table.add(
        "control and holder killed", "parse", recoveries_s=[recovery_s],
        redone=story.redone({held.unit: 1}), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert (story.redone({held.unit: 1}), story.doubled(), story.lost()) == (0, 0, 0)


@pytest.mark.slow_fault
def test_without_any_control_worker_jobs_go_on_and_the_dead_wait_for_the_next_one(
    cluster: Cluster, documents: Path, model: str, dataset: dict[str, str]
) -> None:
    cluster.order("parse/*/started=stop*1")
    job = cluster.submit(documents, model)
    held = cluster.held(job, "parse")
    controls = [worker for worker in cluster.workers.values() if worker.pool == "control"]
    for worker in controls:
        worker.kill()
    cluster.worker_of(held).kill()
    time.sleep(LEASE_S + REARM_S)
    story = cluster.story(job)
    assert len(story.of("committed", "parse")) == len(story.of("committed", "retrieve")) - 1
    controls[0].start()
    controls[0].ready()
    fault_ms = cluster.now_ms()
    finish(cluster, job, dataset)
    recovery_s = cluster.story(job).recovery_s(held.unit, fault_ms)
    assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S - LEASE_S
