"""The ledger in one process: the rules of the contract in plain Python, for tests and for reading.

Where `agent.ledger.redis` needs a script for each change, this one needs a lock. It keeps no counters: every figure
is worked out from the units, so that nothing can disagree.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Literal

from agent.canvas.plan import Plan
from agent.contract import Stage
from agent.errors import UnknownJob
from agent.job.artifacts import Tally, UnitPlan
from agent.job.job import JobRecord
from agent.job.machine import StageCounts, Standing
from agent.job.states import ON_ACCELERATOR
from agent.job.usage import Amount
from agent.job.workers import WorkerInfo
from agent.ledger.asking import Group
from agent.ledger.contract import (
    MOST_FAULTS_SHOWN,
    REARM_S,
    SENDS_PER_FREE_SLOT,
    BeatAnswer,
    Claim,
    ClusterHealth,
    DueUnit,
    JobView,
    LapsedLease,
    LedgerEvent,
    Limit,
    Outputs,
    Progress,
    QueueHealth,
    Refusal,
    ReserveAnswer,
    StageView,
    UnitId,
    Wait,
    Waiting,
    spacing_ms,
)
from agent.ledger.spending import Account

_MOST_EVENTS = 5000
_MOST_DOUBLINGS = 6
"""A unit that nobody claims is sent at last every 2^6 x REARM_S, about twenty minutes."""


@dataclass
class _Unit:
    """A unit and all that has happened to it."""

    id: UnitId
    queue: str
    inputs: tuple[str, ...]
    params_json: str
    items: int
    created_ms: int
    state: Literal["queued", "running", "done", "aside"] = "queued"
    epoch: int = 0
    owner: str = ""
    lease_ends_ms: int = 0
    beaten_ms: int = 0
    """When its owner last spoke: its claim, or a beat."""
    due_ms: int | None = None
    """When it may be handed out; None when it was sent, or refused because its job stands still."""
    sent_until_ms: int | None = None
    """Until when its message counts as under way; None when there is none."""
    sends: int = 0
    first_sent_ms: int = 0
    """When its first message since the last claim went out."""
    work_faults: int = 0
    machine_faults: int = 0
    error: str = ""
    progress: Progress | None = None
    output: str = ""
    tallies: dict[str, Tally] = field(default_factory=dict)
    settled_ms: int = 0

    @property
    def pending(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def name(self) -> str:
        return f"{self.id.job_id}:{self.id.stage}:{self.id.shard}"


@dataclass
class _Job:
    """A job, its units by stage and shard, and the flags that stop it."""

    record: JobRecord
    plan: Plan
    submitted_ms: int
    units: dict[tuple[str, str], _Unit] = field(default_factory=dict)
    events: deque[LedgerEvent] = field(default_factory=lambda: deque(maxlen=_MOST_EVENTS))
    said: int = 0
    cancelled: bool = False
    halted: tuple[str, str] | None = None
    """Stage and reason."""
    verdict: str = ""

    @property
    def stopped(self) -> bool:
        return self.cancelled or self.halted is not None

    def of(self, stage: str, *states: str) -> list[_Unit]:
        """The stage's units in these states (all, when none is named), in lexicographic order of their shards."""
        found = [unit for unit in self.units.values() if unit.id.stage == stage and unit.state in (states or _STATES)]
        return sorted(found, key=lambda unit: unit.id.shard)


_STATES = ("queued", "running", "done", "aside")


class MemoryLedger:
    """See `agent.ledger.contract.Ledger`. Safe to share between threads, lost with the process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives seconds since 1970; tests pass their own, to let leases lapse without waiting."""
        self._clock = clock
        self._began_ms = _ms(clock())
        self._changed = threading.Condition()
        self._jobs: dict[str, _Job] = {}
        self._active: set[str] = set()
        self._turns: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._workers: dict[str, tuple[WorkerInfo, int]] = {}
        self._groups: defaultdict[str, Group] = defaultdict(Group)
        self._accounts: defaultdict[str, Account] = defaultdict(Account)
        self._reconciled_ms: int | None = None

    # -- jobs ---------------------------------------------------------------------------------------------------

    def submit(self, job: JobRecord, plan: Plan) -> JobRecord:
        with self._changed:
            if job.id in self._jobs:
                return self._jobs[job.id].record
            now = self._now_ms()
            stamped = job.model_copy(update={"submitted_at_ms": job.submitted_at_ms or now})
            entry = self._jobs[job.id] = _Job(stamped, plan, now)
            self._active.add(job.id)
            first = plan.stages[0].stage
            self._create(entry, UnitPlan(stage=first, shard="0"))
            self._say(entry, "submitted", first)
            return stamped

    def job(self, job_id: str) -> JobRecord:
        with self._changed:
            return self._known(job_id).record

    def jobs(self) -> list[JobRecord]:
        with self._changed:
            entries = sorted(self._jobs.values(), key=lambda entry: (entry.submitted_ms, entry.record.id))
            return [entry.record for entry in entries]

    def active(self) -> list[str]:
        with self._changed:
            return sorted(self._active)

    def cancel(self, job_id: str) -> None:
        with self._changed:
            job = self._known(job_id)
            job.cancelled = True
            self._say(job, "cancel")

    def resume(self, job_id: str) -> int:
        with self._changed:
            job = self._known(job_id)
            job.cancelled, job.halted = False, None
            self._active.add(job_id)
            for unit in job.units.values():
                if unit.state == "aside":
                    unit.state = "queued"
                    unit.work_faults = unit.machine_faults = 0
                    unit.error = ""
            queued = [unit for unit in job.units.values() if unit.state == "queued"]
            for unit in queued:
                self._enqueue(unit, self._now_ms())
            self._create_due_joins(job)
            self._say(job, "resumed")
            return len(queued)

    def save(self, job: JobRecord, read_version: int) -> bool:
        with self._changed:
            entry = self._jobs.get(job.id)
            if entry is None or entry.record.version != read_version:
                return False
            entry.record = job
            (self._active.discard if job.ended else self._active.add)(job.id)
            self._say(entry, "state", job.state, text=job.reason)
            return True

    # -- units --------------------------------------------------------------------------------------------------

    def claim(self, unit: UnitId, owner: str, lease_s: float) -> Claim | Refusal:
        with self._changed:
            job, found = self._find(unit)
            if job is None or found is None:
                return "unknown"
            if not found.pending:
                return "done"
            if found.state == "running" and found.lease_ends_ms > self._now_ms():
                # The same owner asks again when the answer to its first call was lost on the way.
                return _claim_of(found) if found.owner == owner else "held"
            found.sent_until_ms = None
            if job.stopped:
                return "stopped"
            if found.state == "running":
                # Lapsed, and reconcile has not come by yet: let it count the fault.
                return "lapsed"
            found.state = "running"
            found.epoch += 1
            found.owner = owner
            found.beaten_ms = self._now_ms()
            found.lease_ends_ms = found.beaten_ms + _ms(lease_s)
            found.due_ms = None
            found.sends = 0
            self._say(job, "started", unit.stage, unit.shard, owner)
            return _claim_of(found)

    def beat(self, claim: Claim, lease_s: float, progress: Progress) -> BeatAnswer:
        with self._changed:
            held = self._held(claim)
            if held is None:
                return "superseded"
            job, unit = held
            unit.beaten_ms = self._now_ms()
            unit.lease_ends_ms = unit.beaten_ms + _ms(lease_s)
            unit.progress = progress
            return "stopped" if job.stopped else "ok"

    def commit(
        self,
        claim: Claim,
        output: str,
        tallies: Mapping[str, Tally],
        successors: Sequence[UnitPlan] = (),
        items_done: int = 0,
        verdict: str = "",
    ) -> bool:
        with self._changed:
            held = self._held(claim)
            if held is None:
                return self._is_replay(claim)
            job, unit = held
            unit.output = output
            unit.tallies = dict(tallies)
            unit.items = unit.items or items_done
            for plan in successors:
                self._create(job, plan)
            job.verdict = verdict or job.verdict
            self._say(job, "committed", claim.unit.stage, claim.unit.shard)
            self._settle(job, unit, "done")
            return True

    def fail(
        self, claim: Claim, reason: str, *, backoff_s: float = 0.0, final: bool = False, machine: bool = False
    ) -> str:
        with self._changed:
            held = self._held(claim)
            if held is None:
                return "superseded"
            job, unit = held
            unit.machine_faults += machine
            unit.work_faults += not machine
            unit.error = reason
            spent = unit.work_faults >= job.plan.work_attempts or unit.machine_faults >= job.plan.machine_attempts
            if final or spent:
                self._set_aside(job, unit, reason)
                return "aside"
            self._requeue(unit, self._now_ms() + _ms(backoff_s))
            self._say(job, "retry", claim.unit.stage, claim.unit.shard, reason)
            return "queued"

    def hand_back(self, claim: Claim) -> bool:
        with self._changed:
            held = self._held(claim)
            if held is None:
                return False
            self._requeue(held[1], self._now_ms())
            return True

    def report_death(self, unit: UnitId, process: str) -> bool:
        with self._changed:
            _, found = self._find(unit)
            if found is None or found.state != "running" or not found.owner.startswith(f"{process}/"):
                return False
            self._lapse(found)
            return True

    def reconcile(self, most: int = 500, *, grace_s: float = 0.0) -> list[str]:
        with self._changed:
            now = self._reconciled_ms = self._now_ms()
            waits = grace_s > 0 and now - self._began_ms < _ms(grace_s)
            held = [] if waits else [unit for unit in self._all_units() if unit.state == "running"]
            lapsed = [unit for unit in held if unit.lease_ends_ms <= now]
            lapsed = sorted(lapsed, key=lambda unit: (unit.lease_ends_ms, unit.name))[:most]
            for unit in lapsed:
                self._lapse(unit)
            lost = [unit for unit in self._all_units() if unit.sent_until_ms is not None and unit.sent_until_ms <= now]
            lost = sorted(lost, key=lambda unit: (unit.queue, unit.sent_until_ms, unit.name))[:most]
            for unit in lost:
                self._enqueue(unit, now)
            return [unit.name for unit in (*lapsed, *lost)]

    def hand_out(self) -> list[DueUnit]:
        with self._changed:
            return [DueUnit(unit.id, queue) for queue in sorted(self._turns) for unit in self._hand_out_of(queue)]

    # -- views --------------------------------------------------------------------------------------------------

    def standing(self, job_id: str) -> Standing:
        return self.look(job_id)[1]

    def look(self, job_id: str) -> tuple[JobRecord, Standing]:
        with self._changed:
            job = self._known(job_id)
            stages = {
                stage: StageCounts(
                    pending=len(job.of(stage, "queued", "running")),
                    running=len(job.of(stage, "running")),
                    done=len(job.of(stage, "done")),
                    set_aside=len(job.of(stage, "aside")),
                )
                for stage in Stage
            }
            needed = {job.plan.stage(stage).queue for stage in ON_ACCELERATOR if stages[stage].pending}
            halted_stage, halted_reason = job.halted or ("", "")
            return job.record, Standing(
                stages=stages,
                cancelled=job.cancelled,
                halted_stage=halted_stage,
                halted_reason=halted_reason,
                verdict=job.verdict,
                accelerator_free=all(self._slots_of(queue) for queue in needed),
                accelerator_need=", ".join(f"no live worker serves {queue}" for queue in sorted(needed)),
            )

    def view(self, job_id: str) -> JobView:
        with self._changed:
            job = self._known(job_id)
            return JobView(
                job=job.record,
                stages={stage: _stage_view(job, stage, self._now_ms()) for stage in Stage},
                now_ms=self._now_ms(),
                spent=self._accounts[job_id].view(),
            )

    def outputs(self, job_id: str) -> Outputs:
        with self._changed:
            job = self._known(job_id)
            return {stage: tuple(unit.output for unit in job.of(stage, "done")) for stage in Stage}

    def health(self) -> ClusterHealth:
        with self._changed:
            now = self._now_ms()
            served = {queue for worker in self._live_workers() for queue in worker.queues}
            queues = sorted({unit.queue for unit in self._all_units() if unit.pending} | served)
            lapsed = [unit for unit in self._all_units() if unit.state == "running" and unit.lease_ends_ms <= now]
            lapsed = sorted(lapsed, key=lambda unit: (unit.lease_ends_ms, unit.name))
            return ClusterHealth(
                now_ms=now,
                queues=tuple(self._health_of(queue, now) for queue in queues),
                lapsed=tuple(LapsedLease(unit.id, (now - unit.lease_ends_ms) / 1000.0) for unit in lapsed),
                reconciled_s_ago=None if self._reconciled_ms is None else (now - self._reconciled_ms) / 1000.0,
            )

    def events(self, job_id: str, after: str = "0", block_s: float = 0.0) -> list[LedgerEvent]:
        def newer() -> list[LedgerEvent]:
            job = self._jobs.get(job_id)
            return [event for event in job.events if _order(event.id) > _order(after)] if job else []

        with self._changed:
            if block_s > 0:
                self._changed.wait_for(newer, timeout=block_s)
            return newer()

    # -- workers ------------------------------------------------------------------------------------------------

    def register(self, worker: WorkerInfo, ttl_s: float) -> None:
        with self._changed:
            stamped = worker.model_copy(update={"announced_ms": self._now_ms()})
            self._workers[worker.name] = (stamped, self._now_ms() + _ms(ttl_s))

    def unregister(self, name: str) -> None:
        with self._changed:
            self._workers.pop(name, None)

    def workers(self) -> list[WorkerInfo]:
        with self._changed:
            return self._live_workers()

    def take_turn(self, limit: Limit, ticket: str, lease_s: float) -> Wait | None:
        with self._changed:
            spacing = spacing_ms(limit.interval_s)
            return self._groups[limit.group].take(ticket, self._now_ms(), spacing, limit.connections, _ms(lease_s))

    def turn_started(self, group: str, ticket: str, late_s: float) -> None:
        with self._changed:
            self._groups[group].start(ticket, math.ceil(late_s * 1000))

    def end_turn(self, group: str, ticket: str) -> bool:
        with self._changed:
            return self._groups[group].end(ticket)

    def rest(self, group: str, seconds: float) -> None:
        with self._changed:
            found = self._groups[group]
            found.rest_ms = max(found.rest_ms, self._now_ms() + _ms(seconds))

    def reserve(self, job_id: str, ticket: str, most: Amount, budget: Amount, lease_s: float) -> ReserveAnswer:
        with self._changed:
            if job_id not in self._jobs:
                return "unknown"
            account = self._accounts[job_id]
            refused_before = account.refused
            answer = account.reserve(ticket, most, budget, self._now_ms(), _ms(lease_s))
            if account.refused and not refused_before:
                self._say(self._jobs[job_id], "budget_spent")
            return answer

    def charge(self, job_id: str, ticket: str, amount: Amount) -> bool:
        with self._changed:
            return self._accounts[job_id].charge(ticket, amount, self._now_ms())

    def spent_at_least(self, job_id: str, amount: Amount) -> None:
        with self._changed:
            self._accounts[job_id].at_least(amount)

    # -- the rules behind, always called with the lock held -----------------------------------------------------

    def _now_ms(self) -> int:
        return _ms(self._clock())

    def _known(self, job_id: str) -> _Job:
        if job_id not in self._jobs:
            raise UnknownJob(f"No job {job_id!r} here.", next_step="`finetune jobs` lists what there is.")
        return self._jobs[job_id]

    def _all_units(self) -> Iterator[_Unit]:
        for job in self._jobs.values():
            yield from job.units.values()

    def _find(self, unit: UnitId) -> tuple[_Job | None, _Unit | None]:
        job = self._jobs.get(unit.job_id)
        return job, job.units.get((unit.stage, unit.shard)) if job else None

    def _held(self, claim: Claim) -> tuple[_Job, _Unit] | None:
        """The unit while this claim still holds it; another ledger may never have heard of it."""
        job, unit = self._find(claim.unit)
        return (job, unit) if job and unit and unit.state == "running" and unit.owner == claim.owner else None

    def _is_replay(self, claim: Claim) -> bool:
        """Whether this very claim finished the unit, and only the answer was lost."""
        _, unit = self._find(claim.unit)
        return unit is not None and unit.state == "done" and unit.owner == claim.owner

    def _say(self, job: _Job, kind: str, stage: str = "", shard: str = "", text: str = "") -> None:
        job.said += 1
        job.events.append(LedgerEvent(f"{self._now_ms()}-{job.said}", kind, str(stage), shard, text))
        self._changed.notify_all()

    def _create(self, job: _Job, plan: UnitPlan) -> None:
        """Create a unit once, whoever asks how often."""
        name = (plan.stage, plan.shard)
        if name in job.units:
            return
        unit = job.units[name] = _Unit(
            id=UnitId(job.record.id, str(plan.stage), plan.shard),
            queue=job.plan.stage(Stage(plan.stage)).queue,
            inputs=plan.inputs,
            params_json=json.dumps(plan.params),
            items=plan.items,
            created_ms=self._now_ms(),
        )
        self._enqueue(unit, self._now_ms())

    def _enqueue(self, unit: _Unit, due_ms: int) -> None:
        unit.due_ms = due_ms
        unit.sent_until_ms = None
        turns = self._turns[unit.queue]
        # A newcomer starts at the present turn: it neither waits behind the past of others nor jumps their future.
        turns.setdefault(unit.id.job_id, min(turns.values(), default=0.0))

    def _requeue(self, unit: _Unit, due_ms: int) -> None:
        unit.state = "queued"
        unit.progress = None
        self._enqueue(unit, due_ms)

    def _lapse(self, unit: _Unit) -> None:
        """Count a machine fault; the epoch rises at once, so that the old owner is fenced off from now on."""
        job = self._jobs[unit.id.job_id]
        unit.epoch += 1
        unit.machine_faults += 1
        if unit.machine_faults >= job.plan.machine_attempts:
            self._set_aside(job, unit, f"its worker died {unit.machine_faults} times")
        else:
            self._requeue(unit, self._now_ms())
            self._say(job, "lapsed", unit.id.stage, unit.id.shard, unit.owner)

    def _set_aside(self, job: _Job, unit: _Unit, reason: str) -> None:
        unit.error = reason
        self._say(job, "set_aside", unit.id.stage, unit.id.shard, reason)
        self._settle(job, unit, "aside")

    def _settle(self, job: _Job, unit: _Unit, outcome: Literal["done", "aside"]) -> None:
        """End a unit and, in the same step, create the joins that are due."""
        unit.state = outcome
        unit.progress = None
        unit.settled_ms = self._now_ms()
        if outcome == "aside" and job.plan.stage(Stage(unit.id.stage)).required:
            self._halt(job, unit.id.stage, unit.error)
        self._create_due_joins(job)

    def _halt(self, job: _Job, stage: str, reason: str) -> None:
        job.halted = job.halted or (stage, reason)
        self._say(job, "halted", stage, text=reason)

    def _create_due_joins(self, job: _Job) -> None:
        if job.stopped:
            return
        for join in job.plan.joins:
            waiting = any(job.of(source, "queued", "running") for source in join.waits_for)
            if waiting or (join.stage, "0") in job.units:
                continue
            for source in join.waits_for:
                if reason := _too_many_lost(job, source):
                    self._halt(job, source, reason)
                    return
            inputs = tuple(unit.output for source in join.collects for unit in job.of(source, "done"))
            self._create(job, UnitPlan(stage=join.stage, shard="0", inputs=inputs))

    def _hand_out_of(self, queue: str) -> Iterator[_Unit]:
        """Send what this queue has room for; jobs take turns by virtual time, 1 / (priority + 1) for each unit."""
        now = self._now_ms()
        units = [unit for unit in self._all_units() if unit.queue == queue]
        running = sum(unit.state == "running" for unit in units)
        sent = sum(unit.sent_until_ms is not None for unit in units)
        room = max(0, self._slots_of(queue) - running) * SENDS_PER_FREE_SLOT - sent
        waiting: defaultdict[str, list[_Unit]] = defaultdict(list)
        for unit in units:
            if unit.due_ms is not None and not self._jobs[unit.id.job_id].stopped:
                waiting[unit.id.job_id].append(unit)
        # Stopped jobs and jobs with nothing queued leave the round; enqueue brings them back.
        turns = self._turns[queue] = {job_id: turn for job_id, turn in self._turns[queue].items() if waiting[job_id]}
        for _ in range(room):
            due = {
                job_id: min(ready, key=lambda unit: (unit.due_ms, unit.id.stage, unit.id.shard))
                for job_id in turns
                if (ready := [unit for unit in waiting[job_id] if unit.due_ms is not None and unit.due_ms <= now])
            }
            if not due:
                return
            job_id = min(due, key=lambda each: (turns[each], each))
            for idle in turns.keys() - due.keys():
                # Who has nothing due lets its turn pass, and saves none up.
                turns[idle] = max(turns[idle], turns[job_id])
            unit = due[job_id]
            turns[job_id] += 1 / (self._jobs[job_id].record.spec.priority + 1)
            unit.due_ms = None
            # A unit sent again and again waits behind long work, its messages are not lost: back off.
            unit.sent_until_ms = now + _ms(REARM_S) * 2 ** min(unit.sends, _MOST_DOUBLINGS)
            unit.first_sent_ms = unit.first_sent_ms if unit.sends else now
            unit.sends += 1
            yield unit

    def _health_of(self, queue: str, now: int) -> QueueHealth:
        units = [unit for unit in self._all_units() if unit.queue == queue]
        due = [unit for unit in units if unit.due_ms is not None and unit.due_ms <= now]
        sent = [unit for unit in units if unit.sent_until_ms is not None]
        return QueueHealth(
            queue=queue,
            queued=sum(not self._jobs[unit.id.job_id].stopped for unit in due),
            sent=len(sent),
            oldest_sent_s=max(((now - unit.first_sent_ms) / 1000.0 for unit in sent), default=None),
            running=sum(unit.state == "running" for unit in units),
            slots=self._slots_of(queue),
            workers=tuple(worker.name for worker in self._live_workers() if queue in worker.queues),
            held=Counter(unit.id.job_id for unit in units if unit.state == "running"),
        )

    def _live_workers(self) -> list[WorkerInfo]:
        now = self._now_ms()
        self._workers = {name: entry for name, entry in self._workers.items() if entry[1] > now}
        return [self._workers[name][0] for name in sorted(self._workers)]

    def _slots_of(self, queue: str) -> int:
        return sum(worker.slots for worker in self._live_workers() if queue in worker.queues)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _order(event_id: str) -> tuple[int, int]:
    ms, _, number = event_id.partition("-")
    return int(ms), int(number or 0)


def _claim_of(unit: _Unit) -> Claim:
    return Claim(unit.id, unit.epoch, unit.owner, unit.inputs, json.loads(unit.params_json))


def _too_many_lost(job: _Job, stage: Stage) -> str:
    """Why the stage lost more units than the job allows, or ''. Asked only when the stage is complete: its first
    units say nothing about the share."""
    lost, units = job.of(stage, "aside"), job.of(stage)
    if not lost or len(lost) / len(units) <= job.plan.max_failed_share:
        return ""
    return f"{len(lost)} of {len(units)} units were set aside, more than the job allows; the first: {lost[0].error}"


def _waiting(units: Sequence[_Unit], now_ms: int) -> Waiting:
    """What holds these units of one stage up."""
    running = [unit for unit in units if unit.state == "running"]
    queued = [unit for unit in units if unit.state == "queued"]
    if running:
        silent = min(running, key=lambda unit: (unit.beaten_ms, unit.id.shard))
        silent_s, lapsing_in_s = (now_ms - silent.beaten_ms) / 1000.0, (silent.lease_ends_ms - now_ms) / 1000.0
        return Waiting(shard=silent.id.shard, owner=silent.owner, silent_s=silent_s, lapsing_in_s=lapsing_in_s)
    if queued and all(unit.due_ms is not None and unit.due_ms > now_ms for unit in queued):
        soonest = min(queued, key=lambda unit: (unit.due_ms, unit.id.shard))
        retry_in_s = ((soonest.due_ms or 0) - now_ms) / 1000.0
        return Waiting(shard=soonest.id.shard, retry_in_s=retry_in_s, retry_reason=soonest.error)
    return Waiting()


def _stage_view(job: _Job, stage: Stage, now_ms: int) -> StageView:
    units, pending = job.of(stage), job.of(stage, "queued", "running")
    done, lost = job.of(stage, "done"), job.of(stage, "aside")
    nouns = sorted({noun for unit in done for noun in unit.tallies})
    return StageView(
        stage=stage,
        units=len(units),
        pending=len(pending),
        running=len(job.of(stage, "running")),
        done=len(done),
        set_aside=len(lost),
        items=sum(unit.items for unit in units),
        items_done=sum(unit.items for unit in done),
        started_ms=min((unit.created_ms for unit in units), default=0),
        ended_ms=max((unit.settled_ms for unit in units), default=0) if not pending else 0,
        tallies={noun: reduce(add, (unit.tallies.get(noun, Tally()) for unit in done)) for noun in nouns},
        live=[unit.progress for unit in units if unit.progress is not None],
        faults={unit.id.shard: unit.error for unit in lost[:MOST_FAULTS_SHOWN]},
        waiting=_waiting(units, now_ms),
    )
