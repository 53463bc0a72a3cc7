"""The contract of the ledger, the truth about jobs; Celery messages are only hints to look here.

Two implementations keep it under the same tests: `agent.ledger.redis.RedisLedger` and the shipped fake
`agent.ledger.memory.MemoryLedger`. All times are the server's; every change of a unit is one atomic step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from agent.canvas.plan import Plan
from agent.contract import Stage
from agent.job.artifacts import Tally, UnitPlan
from agent.job.job import JobRecord
from agent.job.machine import Standing
from agent.job.usage import Amount
from agent.job.workers import WorkerInfo

REARM_S = 10.0
"""A message that nobody claimed for this long counts as lost: longer than any pool needs to take free work, and short
enough that with a round every 2 s the work goes on within the 20 s that are promised."""
MOST_FAULTS_SHOWN = 100
"""Reasons in a view; more help nobody, and a view is read twice a second."""
SENDS_PER_FREE_SLOT = 2
"""One to run and one waiting, so that a slot never idles for a round trip; more would let a large job hoard."""


@dataclass(frozen=True)
class UnitId:
    """One piece of work: a shard of a stage of a job."""

    job_id: str
    stage: str
    shard: str


@dataclass(frozen=True)
class Claim:
    """A unit that is ours until its lease lapses; every later call is fenced by the owner."""

    unit: UnitId
    epoch: int
    """How often the unit was claimed; counts from 1 again on a server that lost its tail, so it fences nothing."""
    owner: str
    """``PROCESS/TOKEN``, unique to this attempt for ever."""
    inputs: tuple[str, ...]
    params: Mapping[str, Any]

    @property
    def attempt(self) -> str:
        """Names this attempt's files, which no other attempt may share."""
        return f"e{self.epoch}-{self.owner.rsplit('/', 1)[-1]}"


Refusal = Literal["done", "held", "lapsed", "stopped", "unknown"]
BeatAnswer = Literal["ok", "superseded", "stopped"]


@dataclass(frozen=True)
class Progress:
    """What a beat carries: items done, of how many where known, and figures to show."""

    done: int = 0
    total: int | None = None
    figures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class DueUnit:
    """A unit to be sent as a message."""

    unit: UnitId
    queue: str


@dataclass(frozen=True)
class Waiting:
    """What holds a stage up, in figures; None where that is not what it waits for."""

    shard: str = ""
    """Of the unit that the figures are about."""
    owner: str = ""
    """``PROCESS/TOKEN`` of who holds it, when it runs."""
    retry_in_s: float | None = None
    """Until the soonest try of a failed unit, while nothing of the stage runs, is under way or is due."""
    retry_reason: str = ""
    """Why that unit failed last."""
    silent_s: float | None = None
    """Since the last beat (or the claim) of the running unit that was silent longest."""
    lapsing_in_s: float | None = None
    """Until the lease of that unit lapses; below zero when it did and nobody reconciled."""


@dataclass(frozen=True)
class StageView:
    """How a stage stands, for people."""

    stage: Stage
    units: int = 0
    pending: int = 0
    running: int = 0
    done: int = 0
    set_aside: int = 0
    items: int = 0
    items_done: int = 0
    started_ms: int = 0
    ended_ms: int = 0
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    live: Sequence[Progress] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    """Shard -> reason, of units set aside: the first `MOST_FAULTS_SHOWN`."""
    waiting: Waiting = field(default_factory=Waiting)


@dataclass(frozen=True)
class Spent:
    """What a job's calls to language models have taken."""

    amount: Amount = field(default_factory=Amount)
    """With what is held: calls under way, and calls whose holder died and that were perhaps billed."""
    held: Amount = field(default_factory=Amount)
    refused: bool = False
    """Whether a call was refused since the budget did not hold it."""


ReserveAnswer = Literal["granted", "busy", "spent", "unknown"]
REMEMBER_CHARGE_MS = 600_000
"""A charge repeated after its answer was lost comes within four minutes: seven tries of thirty seconds, and waits."""


@dataclass(frozen=True)
class JobView:
    """Everything a client shows of a job, read at one instant."""

    job: JobRecord
    stages: Mapping[Stage, StageView]
    now_ms: int
    spent: Spent = field(default_factory=Spent)


Outputs = Mapping[Stage, tuple[str, ...]]
"""Artifacts of finished units, by stage, in the lexicographic order of their shards."""


@dataclass(frozen=True)
class LedgerEvent:
    """One entry of a job's event stream."""

    id: str
    kind: str
    stage: str
    shard: str
    text: str


@dataclass(frozen=True)
class QueueHealth:
    """How a queue stands: one that has units, or that a live worker serves."""

    queue: str
    queued: int = 0
    """Units that are due and that no worker was told of."""
    sent: int = 0
    """Messages under way."""
    oldest_sent_s: float | None = None
    """Since the first message of the unit that waits longest to be claimed; None when nothing is under way."""
    running: int = 0
    slots: int = 0
    """Of all live workers that serve it."""
    workers: tuple[str, ...] = ()
    """Names of those."""
    held: Mapping[str, int] = field(default_factory=dict)
    """Job -> how many of its units run."""


@dataclass(frozen=True)
class LapsedLease:
    """A unit whose owner is silent for longer than its lease, and that nobody put back yet."""

    unit: UnitId
    overdue_s: float


@dataclass(frozen=True)
class ServerFacts:
    """What could cost the server its data; a ledger without a server has nothing to report."""

    loading: bool = False
    aof_enabled: bool = True
    aof_last_write_ok: bool = True
    rdb_save: str | None = None
    """The schedule of snapshots, '' for none; None when the server does not tell."""
    maxmemory_bytes: int = 0
    """0: no limit."""
    maxmemory_policy: str = "noeviction"
    used_memory_bytes: int = 0


@dataclass(frozen=True)
class ClusterHealth:
    """How the cluster stands, whatever its jobs are."""

    now_ms: int
    queues: tuple[QueueHealth, ...] = ()
    """By name."""
    lapsed: tuple[LapsedLease, ...] = ()
    """Longest overdue first."""
    reconciled_s_ago: float | None = None
    """Since a control worker last made its round; None when none ever did."""
    server: ServerFacts = field(default_factory=ServerFacts)


@dataclass(frozen=True)
class Limit:
    """How often one group of hosts may be asked, by all workers together."""

    group: str
    """A host, or a word that several hosts share."""
    interval_s: float
    """Least seconds between the starts of two requests."""
    connections: int = 1
    """Most requests under way at once."""


WaitsFor = Literal["spacing", "busy", "rest"]


@dataclass(frozen=True)
class Wait:
    """A turn that was not granted."""

    reason: WaitsFor
    """``spacing``: the last start is too near; ``busy``: as many as may be are under way; ``rest``: the group asked
    to be left alone."""
    seconds: float
    """Until asking again can help at all; for ``busy``, at the latest."""


START_WITHIN_MS = 3000
"""A turn that has not sent its request by then hangs in connecting; its start counts as when it was granted."""
LOOK_AGAIN_MS = 5
"""Until asking again while another's request is about to be sent, which takes a millisecond or two."""


def spacing_ms(interval_s: float) -> int:
    """Whole milliseconds that keep two starts at least so far apart; one more, since the clock cuts fractions off."""
    return math.ceil(interval_s * 1000) + 1


class Ledger(Protocol):
    """What every ledger does."""

    def submit(self, job: JobRecord, plan: Plan) -> JobRecord:
        """Record the job and its first unit; returns the record that counts, an earlier one for a known id."""

    def job(self, job_id: str) -> JobRecord:
        """The record. Raises UnknownJob."""

    def jobs(self) -> list[JobRecord]:
        """All records, oldest first."""

    def active(self) -> list[str]:
        """Ids of the jobs that have not ended."""

    def claim(self, unit: UnitId, owner: str, lease_s: float) -> Claim | Refusal:
        """Take the unit. ``owner`` is ``PROCESS/TOKEN``, unique to this attempt; asking twice gives the same claim."""

    def beat(self, claim: Claim, lease_s: float, progress: Progress) -> BeatAnswer:
        """Hold the unit for another lease; brings back whether to stop."""

    def commit(
        self,
        claim: Claim,
        output: str,
        tallies: Mapping[str, Tally],
        successors: Sequence[UnitPlan] = (),
        items_done: int = 0,
        verdict: str = "",
    ) -> bool:
        """Finish the unit and create what follows, in one step; False when another owner holds it."""

    def fail(
        self, claim: Claim, reason: str, *, backoff_s: float = 0.0, final: bool = False, machine: bool = False
    ) -> str:
        """Count a fault of the work, or of the machine: 'queued' for another try, 'aside' when that was the last, or
        'superseded'."""

    def hand_back(self, claim: Claim) -> bool:
        """Return the unit unharmed, because this worker stops; False when another owner holds it."""

    def report_death(self, unit: UnitId, process: str) -> bool:
        """The process whose claims are owned as ``PROCESS/…`` is known to be dead: what it held lapses now.

        False when it did not hold the unit."""

    def reconcile(self, most: int = 500, *, grace_s: float = 0.0) -> list[str]:
        """Re-queue lapsed and lost units; returns their names.

        While the server is younger than ``grace_s`` no lease lapses: nobody could beat while it was away."""

    def hand_out(self) -> list[DueUnit]:
        """Units to be sent now: about twice the free slots of each queue, taken from the jobs in turn."""

    def cancel(self, job_id: str) -> None:
        """Raise the cancel flag. Raises UnknownJob."""

    def resume(self, job_id: str) -> int:
        """Clear flags and faults and queue what is missing; returns how many units. Raises UnknownJob."""

    def standing(self, job_id: str) -> Standing:
        """How the units stand, for the state machine. Raises UnknownJob."""

    def look(self, job_id: str) -> tuple[JobRecord, Standing]:
        """The record and how the units stand, at one instant. Raises UnknownJob."""

    def save(self, job: JobRecord, read_version: int) -> bool:
        """Store a new record if the stored one still has ``read_version``."""

    def view(self, job_id: str) -> JobView:
        """Everything a client shows; as cheap for many units as for few. Raises UnknownJob."""

    def outputs(self, job_id: str) -> Outputs:
        """What the finished units made; reads every unit. Raises UnknownJob."""

    def health(self) -> ClusterHealth:
        """What an operator wants to know of queues, leases and the server."""

    def events(self, job_id: str, after: str = "0", block_s: float = 0.0) -> list[LedgerEvent]:
        """Entries after an id, waiting up to ``block_s`` for the first."""

    def register(self, worker: WorkerInfo, ttl_s: float) -> None:
        """Announce a worker and its slots, for ``ttl_s``."""

    def unregister(self, name: str) -> None:
        """Forget a worker that stops."""

    def workers(self) -> list[WorkerInfo]:
        """Live workers, by name."""

    def take_turn(self, limit: Limit, ticket: str, lease_s: float) -> Wait | None:
        """Take a turn to ask this group under a ticket of one's own; None when it is granted.

        A turn not ended within ``lease_s`` lapses, so that a holder that died blocks nobody for longer.
        """

    def turn_started(self, group: str, ticket: str, late_s: float) -> None:
        """The request is sent, ``late_s`` seconds after its turn was asked for: the next start is spaced from there.

        Until then nobody else is granted a turn, for `START_WITHIN_MS` at most.
        """

    def end_turn(self, group: str, ticket: str) -> bool:
        """Give a turn back; False when it had lapsed."""

    def rest(self, group: str, seconds: float) -> None:
        """Leave the group alone for so long, all workers; a longer rest that was asked for before stays."""

    def reserve(self, job_id: str, ticket: str, most: Amount, budget: Amount, lease_s: float) -> ReserveAnswer:
        """Hold ``most`` under a ticket of one's own, within a budget of which 0 sets no limit.

        'granted'; 'busy' when what calls under way may give back would do; 'spent' when it would not; 'unknown' for a
        job that this server does not know, or lost. What is not charged within ``lease_s`` stays spent: its holder
        died, and the call was perhaps billed.
        """

    def charge(self, job_id: str, ticket: str, amount: Amount) -> bool:
        """Put what the call took in the place of what was held for it; False for a ticket charged before.

        Counted in full without a reservation too, which a server that lost its last entries does not know any more.
        """

    def spent_at_least(self, job_id: str, amount: Amount) -> None:
        """Bring back what a server lost that a store still tells; what is known already stays where it is more."""
