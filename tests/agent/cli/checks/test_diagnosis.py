"""Everything that can be wrong with a cluster is named, with its value and the next step; nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from agent.cli.checks.diagnosis import diagnose
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, LapsedLease, QueueHealth, ServerFacts, UnitId
from tests.agent.cli.clusters import (
    CONTROL,
    CRAWL,
    FLEET,
    GENERATE,
    NOW_MS,
    PARSE,
    SETTINGS,
    TRAIN,
    VERSION,
    a_worker,
    health_of,
)

CPU = {"backend": "cpu", "devices": 1, "names": ["EPYC"], "memory_gb": 8.0}
LAPSED = (LapsedLease(UnitId("job", "parse", "0003"), 45.0), LapsedLease(UnitId("job", "parse", "0001"), 12.0))


@dataclass(frozen=True)
class Case:
    """A cluster, and the only line that is not fine."""

    name: str
    state: str
    check: str
    found: str
    next_step: str
    health: ClusterHealth = field(default_factory=lambda: health_of(FLEET))
    workers: tuple[WorkerInfo, ...] = FLEET
    own: dict[str, str] = field(default_factory=lambda: SETTINGS)
    clock_ms: int = NOW_MS


def without(*workers: WorkerInfo) -> tuple[WorkerInfo, ...]:
    return tuple(worker for worker in FLEET if worker not in workers)


def instead(worker: WorkerInfo) -> tuple[WorkerInfo, ...]:
    return (*without(PARSE), worker)


def of_server(**facts: object) -> ClusterHealth:
    return health_of(FLEET, server=ServerFacts(**facts))  # type: ignore[arg-type]


STOPPED = instead(a_worker("parse", ago_s=22))
UNPOLLED = instead(a_worker("parse", polled_s_ago=40.0))
TAKES_NONE = instead(a_worker("parse", slots=3, busy=1))
OTHER_STORE = instead(a_worker("parse", settings={**PARSE.settings, "store": "/elsewhere"}))
HOARDS = instead(a_worker("parse", settings={**PARSE.settings, "prefetch": "4"}))
OTHER_VERSION = instead(a_worker("parse", version="finetune-agent 0.0.9"))
FAST_CLOCK = instead(a_worker("parse", clock_ms=NOW_MS + 89_000))

CASES = [
    Case("a queue with units and no worker", "missing", "queue parse",
         "no live worker serves it, and 3 units wait", "`finetune worker parse`",
         health_of(without(PARSE), QueueHealth("parse", queued=2, sent=1)), without(PARSE)),
    Case("a queue whose only unit waits for another try and no worker", "missing", "queue parse",
         "no live worker serves it, and units that failed once wait", "`finetune worker parse`",
         health_of(without(PARSE), QueueHealth("parse")), without(PARSE)),
    Case("a pool without workers and without units", "optional", "pool generate",
         "no live worker; nothing waits for one now", "`finetune worker generate`",
         health_of(without(GENERATE)), without(GENERATE)),
    Case("a training unit that no accelerator holds", "missing", "queue train.cuda.24g",
         "no live worker serves it, and 1 unit waits",
         "`finetune worker train` on a machine with cuda and 24 GB of memory for training; "
         "there is only train@h (cpu: EPYC, 8 GB)",
         health_of(FLEET, QueueHealth("train.cuda.24g", queued=1)),
         (*without(TRAIN), a_worker("train.any.8g", capability=CPU))),
    Case("no control worker", "missing", "control",
         "no control worker: nothing is handed out, and what dies is not taken over", "`finetune worker control`",
         health_of(without(CONTROL)), without(CONTROL)),
    Case("a control worker that hangs", "missing", "control",
         "control@h made no round for 33 s: it hangs", "restart it (process 7 on h); its log tells why",
         health_of(FLEET, reconciled_s_ago=33.0)),
    Case("leases that rounds do not put back", "missing", "leases",
         "2 lapsed and not put back, the longest 45 s ago (job, parse 0003), though rounds are made",
         "look into the log of control@h", health_of(FLEET, lapsed=LAPSED)),
    Case("a worker that is silent", "missing", "worker parse@h",
         "has not announced itself for 22 s: it hangs, died, or is cut off from the server",
         "restart it (process 7 on h); its log tells why", workers=STOPPED),
    Case("a worker that does not ask for work", "missing", "worker parse@h",
         "is alive with 1 free slot but takes nothing: it has not asked for work for 40 s",
         "restart it (process 7 on h); its log tells why", workers=UNPOLLED),
    Case("a worker that takes nothing", "missing", "worker parse@h",
         "is alive with 2 free slots but takes nothing: it leaves a unit on queue parse for 18 s",
         "restart it (process 7 on h); its log tells why",
         health_of(TAKES_NONE, QueueHealth("parse", sent=1, running=1, oldest_sent_s=18.0)), TAKES_NONE),
    Case("a worker of another version", "optional", "versions",
         "parse@h runs finetune-agent 0.0.9, this client finetune-agent 0.1.0", "install one version everywhere",
         workers=OTHER_VERSION),
    Case("a worker with another store", "missing", "setting store",
         "parse@h has /elsewhere, this client /mnt/ft: they do not find each other's artifacts",
         "set FINETUNE_STORE_URL=/mnt/ft on h, then restart parse@h", workers=OTHER_STORE),
    Case("a client with another store", "missing", "setting store",
         "all 5 workers have /mnt/ft, this client /mine: they do not find each other's artifacts",
         "set FINETUNE_STORE_URL=/mnt/ft here", own={**SETTINGS, "store": "/mine"}),
    Case("a worker that hoards", "optional", "setting prefetch",
         "parse@h has 4, control@h, crawl@h, generate@h, train@h 1: a worker may hoard messages that others could take",
         "restart parse@h", workers=HOARDS),
    Case("a server that loads", "missing", "server data", "the server still loads its data",
         "wait; INFO persistence tells how far", of_server(loading=True)),
    Case("a server whose file cannot be written", "missing", "server data",
         "the last write to its append-only file failed: it refuses changes",
         "free space on the server's disk; its log tells more", of_server(aof_last_write_ok=False)),
    Case("a server that keeps nothing", "missing", "server data",
         "no append-only file and no snapshots: a restart loses every job",
         "CONFIG SET appendonly yes, and appendonly yes in its configuration file",
         of_server(aof_enabled=False, rdb_save="")),
    Case("a server with snapshots only", "optional", "server data",
         "no append-only file, snapshots only (3600 1): a crash loses what came since",
         "CONFIG SET appendonly yes, and appendonly yes in its configuration file",
         of_server(aof_enabled=False, rdb_save="3600 1")),
    Case("a server that hides its schedule", "optional", "server data",
         "no append-only file; whether it makes snapshots it does not say",
         "CONFIG SET appendonly yes, and appendonly yes in its configuration file",
         of_server(aof_enabled=False, rdb_save=None)),
    Case("a server that evicts", "missing", "server eviction",
         "maxmemory-policy is allkeys-lru: a full server drops keys",
         "CONFIG SET maxmemory-policy noeviction, and the same in its configuration file",
         of_server(maxmemory_policy="allkeys-lru", maxmemory_bytes=10**9)),
    Case("a server that would evict, had it a limit", "optional", "server eviction",
         "maxmemory-policy is allkeys-lru: a full server drops keys",
         "CONFIG SET maxmemory-policy noeviction, and the same in its configuration file",
         of_server(maxmemory_policy="allkeys-lru")),
    Case("a server that fills", "optional", "server memory", "850 of 1000 MB used (85%)",
         "raise maxmemory, or give the server more memory",
         of_server(maxmemory_bytes=10**9, used_memory_bytes=850 * 10**6)),
    Case("a server that is full", "missing", "server memory", "990 of 1000 MB used (99%)",
         "raise maxmemory, or give the server more memory",
         of_server(maxmemory_bytes=10**9, used_memory_bytes=990 * 10**6)),
    Case("a worker whose clock is ahead", "optional", "clocks", "parse@h is 1 min 30 s ahead of the server",
         "set the clock; only times in logs are wrong, leases are not", workers=FAST_CLOCK),
    Case("a client whose clock is behind", "optional", "clocks", "this machine is 12 s behind the server",
         "set the clock; only times in logs are wrong, leases are not", clock_ms=NOW_MS - 12_000),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_is_named_and_nothing_else(case: Case) -> None:
    checks = diagnose(case.health, case.workers, case.own, VERSION, case.clock_ms)
    wrong = [check for check in checks if check.state != "ok"]
    assert [(each.name, each.state, each.found, each.next_step) for each in wrong] == [
        (case.check, case.state, case.found, case.next_step)
    ]


def test_a_healthy_cluster_is_fine_in_every_respect() -> None:
    checks = diagnose(health_of(FLEET), FLEET, SETTINGS, VERSION, NOW_MS)
    assert {check.state for check in checks} == {"ok"}
    assert {check.name: check.found for check in checks} == {
        "server data": "kept on disk, never evicted",
        "control": "control@h, last round 1.0 s ago",
        "leases": "none lapsed",
        "pools": "crawl 1, parse 1, generate 1, train 1, control 1",
        "workers": "5 announce themselves and ask for work",
        "versions": VERSION,
        "settings": "alike in every process",
        "clocks": "within 5 s of the server's",
    }


def test_lapsed_leases_say_whether_the_control_worker_is_missing_or_hangs() -> None:
    alone = diagnose(health_of(without(CONTROL), lapsed=LAPSED), without(CONTROL), SETTINGS, VERSION, NOW_MS)
    hanging = diagnose(health_of(FLEET, lapsed=LAPSED, reconciled_s_ago=60.0), FLEET, SETTINGS, VERSION, NOW_MS)
    said = [next(check.found for check in checks if check.name == "leases") for checks in (alone, hanging)]
    assert said[0].endswith("(job, parse 0003): no control worker")
    assert said[1].endswith("(job, parse 0003): control@h hangs")


@pytest.mark.parametrize(
    "worker",
    [
        pytest.param(a_worker("parse", busy=1, polled_s_ago=600.0), id="all its slots are busy"),
        pytest.param(a_worker("parse", polled_s_ago=None), id="it has not polled yet"),
        pytest.param(a_worker("parse", ago_s=12), id="its announcement is a little late"),
    ],
)
def test_a_worker_with_an_excuse_is_fine(worker: WorkerInfo) -> None:
    fleet = instead(worker)
    busy = QueueHealth("parse", sent=1, running=1, oldest_sent_s=300.0)
    assert {check.state for check in diagnose(health_of(fleet, busy), fleet, SETTINGS, VERSION, NOW_MS)} == {"ok"}


def test_a_control_worker_that_has_just_started_may_not_have_made_a_round() -> None:
    fleet = (*without(CONTROL), a_worker("control", started_at_ms=NOW_MS - 4000, clock_ms=NOW_MS))
    for reconciled_s_ago in (None, 3600.0):
        health = health_of(fleet, reconciled_s_ago=reconciled_s_ago)
        assert {check.state for check in diagnose(health, fleet, SETTINGS, VERSION, NOW_MS)} == {"ok"}


def test_workers_under_another_prefix_are_named_where_some_are_missing_under_ours() -> None:
    other = {"fts:": ["parse@far"]}
    shared = diagnose(health_of(FLEET), FLEET, SETTINGS, VERSION, NOW_MS, other)
    assert {check.state for check in shared} == {"ok"}, "two deployments may share a server"
    fleet = without(PARSE)
    checks = diagnose(health_of(fleet), fleet, SETTINGS, VERSION, NOW_MS, other)
    stray = next(check for check in checks if check.name == "setting key_prefix")
    assert stray.found.startswith("parse@far on this server has fts:, this client ft:")
    assert stray.next_step == "set FINETUNE_KEY_PREFIX=ft: for those meant to work here"


def test_each_worker_that_differs_is_named() -> None:
    fleet = (CRAWL, *(worker.model_copy(update={"settings": {"store": "/b"}}) for worker in without(CRAWL)))
    found = [
        check.found for check in diagnose(health_of(fleet), fleet, SETTINGS, VERSION, NOW_MS) if check.state != "ok"
    ]
    assert [line.split(" ")[0] for line in found] == ["parse@h", "generate@h", "train@h", "control@h"]
