"""What is wrong with a cluster, read off the ledger's health and the workers' announcements. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agent.canvas.agreement import VARIABLES
from agent.cli.checks.check import Check, State
from agent.cli.liveness import (
    LATE_ROUND_S,
    deafness,
    names,
    pool_of_queue,
    round_overdue,
    serving,
    silent_for_s,
    train_machine,
)
from agent.contract import Pool
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, QueueHealth
from agent.report.words import accelerator, duration

SKEW_S = 5.0
"""Clocks that differ less do not confuse a reader of logs."""
MEMORY_FILLING = 0.80
MEMORY_FULL = 0.95
"""Shares of maxmemory: from the first on it is time to act; beyond the second a single large job may not fit."""
_CONCERNS = {
    "key_prefix": "they do not see each other's jobs",
    "store": "they do not find each other's artifacts",
    "serializer": "they refuse each other's messages",
    "visibility_timeout_s": "the shortest counts for all, and long units are delivered twice",
    "prefetch": "a worker may hoard messages that others could take",
    "acks_late": "a worker that dies may lose messages",
}
_BREAKING = {"key_prefix", "store", "serializer"}
"""Settings without which work fails; the ledger makes up for differences in the others."""
_MB = 1e6


def diagnose(
    health: ClusterHealth,
    workers: Sequence[WorkerInfo],
    own_settings: Mapping[str, str],
    own_version: str,
    own_clock_ms: int,
    elsewhere: Mapping[str, Sequence[str]] | None = None,
) -> list[Check]:
    """One check for each thing that is wrong, and one for each group in which nothing is.

    ``own_clock_ms``: this machine's clock when ``health`` was read. ``elsewhere``: key prefix -> workers that serve
    another deployment on the same server.
    """
    groups = [
        ("server data", "kept on disk, never evicted", _server(health)),
        ("control", _last_round(health, workers), _control(health, workers)),
        ("leases", "none lapsed", _leases(health, workers)),
        ("pools", _pools_found(workers), _pools(health, workers)),
        ("workers", f"{len(workers)} announce themselves and ask for work", _workers(health, workers)),
        ("versions", own_version, _versions(workers, own_version)),
        (
            "settings",
            "alike in every process",
            [*_settings(workers, own_settings), *_strays(workers, own_settings, elsewhere or {})],
        ),
        ("clocks", f"within {SKEW_S:g} s of the server's", _clocks(health, workers, own_clock_ms)),
    ]
    checks: list[Check] = []
    for name, fine, found in groups:
        checks += list(found) or [Check(name, "ok", fine)]
    return checks


def _server(health: ClusterHealth) -> Iterator[Check]:
    facts = health.server
    if facts.loading:
        yield Check("server data", "missing", "the server still loads its data", "wait; INFO persistence tells how far")
    if not facts.aof_last_write_ok:
        yield Check(
            "server data",
            "missing",
            "the last write to its append-only file failed: it refuses changes",
            "free space on the server's disk; its log tells more",
        )
    if not facts.aof_enabled:
        keep = "CONFIG SET appendonly yes, and appendonly yes in its configuration file"
        if facts.rdb_save:
            found = f"no append-only file, snapshots only ({facts.rdb_save}): a crash loses what came since"
            yield Check("server data", "optional", found, keep)
        elif facts.rdb_save is None:
            yield Check(
                "server data", "optional", "no append-only file; whether it makes snapshots it does not say", keep
            )
        else:
            found = "no append-only file and no snapshots: a restart loses every job"
            yield Check("server data", "missing", found, keep)
    policy = facts.maxmemory_policy
    if policy != "noeviction":
        found = f"maxmemory-policy is {policy}: a full server drops keys"
        # Only keys that expire go under volatile-…, and without a limit none does.
        severity: State = "optional" if policy.startswith("volatile") or not facts.maxmemory_bytes else "missing"
        step = "CONFIG SET maxmemory-policy noeviction, and the same in its configuration file"
        yield Check("server eviction", severity, found, step)
    if facts.maxmemory_bytes:
        share = facts.used_memory_bytes / facts.maxmemory_bytes
        found = f"{facts.used_memory_bytes / _MB:.0f} of {facts.maxmemory_bytes / _MB:.0f} MB used ({share:.0%})"
        if share >= MEMORY_FILLING:
            state: State = "missing" if share >= MEMORY_FULL else "optional"
            yield Check("server memory", state, found, "raise maxmemory, or give the server more memory")


def _last_round(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> str:
    who = names(serving(workers, Pool.CONTROL))
    if health.reconciled_s_ago is None:
        return f"{who} has just started"
    return f"{who}, last round {duration(max(0.0, health.reconciled_s_ago))} ago"


def _control(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> Iterator[Check]:
    control = serving(workers, Pool.CONTROL)
    if not control:
        found = "no control worker: nothing is handed out, and what dies is not taken over"
        yield Check("control", "missing", found, "`finetune worker control`")
    elif overdue := round_overdue(health, workers):
        yield Check("control", "missing", f"{names(control)} {overdue}: it hangs", _restart(control[0]))


def _leases(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> Iterator[Check]:
    lapsed = [lease for lease in health.lapsed if lease.overdue_s > LATE_ROUND_S]
    if not lapsed:
        return
    first, control = lapsed[0], serving(workers, Pool.CONTROL)
    unit = f"{first.unit.job_id}, {first.unit.stage} {first.unit.shard}"
    found = f"{len(lapsed)} lapsed and not put back, the longest {duration(first.overdue_s)} ago ({unit})"
    if not control:
        yield Check("leases", "missing", f"{found}: no control worker", "`finetune worker control`")
    elif round_overdue(health, workers):
        yield Check("leases", "missing", f"{found}: {names(control)} hangs", _restart(control[0]))
    else:
        yield Check("leases", "missing", f"{found}, though rounds are made", f"look into the log of {names(control)}")


def _pools_found(workers: Sequence[WorkerInfo]) -> str:
    return ", ".join(f"{pool} {sum(_of_pool(worker, pool) for worker in workers)}" for pool in Pool)


def _pools(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> Iterator[Check]:
    unserved = [queue for queue in health.queues if not serving(workers, queue.queue)]
    for queue in unserved:
        yield Check(f"queue {queue.queue}", "missing", _unserved(queue), _worker_for(queue.queue, workers))
    told = {pool_of_queue(queue.queue) for queue in unserved} | {Pool.CONTROL}
    for pool in Pool:
        if pool not in told and not any(_of_pool(worker, pool) for worker in workers):
            found = "no live worker; nothing waits for one now"
            yield Check(f"pool {pool}", "optional", found, f"`finetune worker {pool}`")


def _of_pool(worker: WorkerInfo, pool: Pool) -> bool:
    return any(pool_of_queue(queue) == pool for queue in worker.queues)


def _unserved(queue: QueueHealth) -> str:
    units = queue.queued + queue.sent + queue.running
    what = f"{units} unit{'s' if units > 1 else ''}" if units else "units that failed once"
    return f"no live worker serves it, and {what} wait{'s' if units == 1 else ''}"


def _worker_for(queue: str, workers: Sequence[WorkerInfo]) -> str:
    if pool_of_queue(queue) != Pool.TRAIN:
        return f"`finetune worker {queue}`"
    there = [f"{worker.name} ({accelerator(worker.capability)})" for worker in workers if worker.capability]
    only = f"; there is only {', '.join(there)}" if there else ""
    return f"`finetune worker train` on {train_machine(queue)}{only}"


def _workers(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> Iterator[Check]:
    for worker in workers:
        if silent_s := silent_for_s(worker, health):
            found = f"has not announced itself for {duration(silent_s)}: it hangs, died, or is cut off from the server"
            yield Check(f"worker {worker.name}", "missing", found, _restart(worker))
        elif deaf := deafness(worker, health):
            free = worker.slots - worker.busy
            found = f"is alive with {free} free slot{'s' if free > 1 else ''} but takes nothing: it {deaf}"
            yield Check(f"worker {worker.name}", "missing", found, _restart(worker))


def _restart(worker: WorkerInfo) -> str:
    return f"restart it (process {worker.pid} on {worker.host}); its log tells why"


def _versions(workers: Sequence[WorkerInfo], own_version: str) -> Iterator[Check]:
    for worker in workers:
        if worker.version != own_version:
            found = f"{worker.name} runs {worker.version}, this client {own_version}"
            yield Check("versions", "optional", found, "install one version everywhere")


def _settings(workers: Sequence[WorkerInfo], own: Mapping[str, str]) -> Iterator[Check]:
    for name in sorted({name for worker in workers for name in worker.settings}):
        holders: defaultdict[str, list[WorkerInfo]] = defaultdict(list)
        for worker in workers:
            if name in worker.settings:
                holders[worker.settings[name]].append(worker)
        usual = Counter({value: len(each) for value, each in holders.items()}).most_common(1)[0][0]
        wanted = own.get(name, usual)
        if wanted not in holders and len(holders) == 1 and len(workers) > 1:
            # Everybody else agrees: it is this client that differs.
            found = f"all {len(workers)} workers have {usual}, this client {wanted}"
            yield _differs(name, found, f"set {VARIABLES[name]}={usual} here" if name in VARIABLES else "")
            continue
        others = "this client" if name in own else names(holders[usual])
        for value, workers_with_it in holders.items():
            if value != wanted:
                for worker in workers_with_it:
                    found = f"{worker.name} has {value}, {others} {wanted}"
                    how = f"set {VARIABLES[name]}={wanted} on {worker.host}" if name in VARIABLES else ""
                    yield _differs(name, found, f"{how}, then restart {worker.name}".removeprefix(", then "))


def _strays(
    workers: Sequence[WorkerInfo], own: Mapping[str, str], elsewhere: Mapping[str, Sequence[str]]
) -> Iterator[Check]:
    """Workers under another prefix, where some are missing under ours; otherwise deployments share a server."""
    if all(any(_of_pool(worker, pool) for worker in workers) for pool in Pool):
        return
    for prefix, who in sorted(elsewhere.items()):
        found = f"{', '.join(who)} on this server has {prefix}, this client {own['key_prefix']}"
        yield _differs("key_prefix", found, f"set FINETUNE_KEY_PREFIX={own['key_prefix']} for those meant to work here")


def _differs(name: str, found: str, next_step: str) -> Check:
    concern = _CONCERNS.get(name, "they work differently")
    state: State = "missing" if name in _BREAKING else "optional"
    return Check(f"setting {name}", state, f"{found}: {concern}", next_step or "install one version everywhere")


def _clocks(health: ClusterHealth, workers: Sequence[WorkerInfo], own_clock_ms: int) -> Iterator[Check]:
    skews = {"this machine": own_clock_ms - health.now_ms}
    skews |= {worker.name: worker.clock_ms - worker.announced_ms for worker in workers if worker.clock_ms}
    for who, skew_ms in skews.items():
        skew_s = skew_ms / 1000.0
        if abs(skew_s) > SKEW_S:
            found = f"{who} is {duration(abs(skew_s))} {'ahead of' if skew_s > 0 else 'behind'} the server"
            yield Check("clocks", "optional", found, "set the clock; only times in logs are wrong, leases are not")
