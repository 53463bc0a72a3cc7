"""Runs one unit: claim, work, write, commit, and what becomes of every way it can end.

Knows the ledger and the store, but not Celery: the same runner works in a worker, a test or a debugger.
"""

from __future__ import annotations

import logging
import pkgutil
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import cast

from agent.canvas.advance import advance
from agent.canvas.planner import lease_of
from agent.contract import Stage
from agent.errors import BrokerUnavailable, FinetuneError, JobCancelled, MissingDependency, Superseded, WorkerLeaving
from agent.faults import reached
from agent.job.job import JobRecord
from agent.job.states import STATE_OF_STAGE
from agent.ledger.contract import Claim, DueUnit, Ledger, UnitId
from agent.store import ArtifactWriter, Store
from workers.runtime.heartbeat import PATIENCE_S, Heartbeat
from workers.runtime.scratch import make_scratch
from workers.runtime.spending import JobSpending
from workers.runtime.turns import Turns
from workers.runtime.verdict import judge
from workers.runtime.work import Outcome, StageFunction, StageWork

log = logging.getLogger(__name__)

COMMIT_PATIENCE_S = 120.0
"""How long a finished unit waits for a server that is away: nobody else can take the unit meanwhile."""
_COMMIT_PAUSE_S = 1.0


class UnitRunner:
    """Runs units for one worker process."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        send: Callable[[Sequence[DueUnit]], None],
        *,
        worker: str,
        scratch_root: Path | None = None,
        leaving: Callable[[], bool] = lambda: False,
        leave_within_s: float = PATIENCE_S,
        end_process: Callable[[], None] = lambda: None,
    ) -> None:
        """``send`` delivers due units as messages; ``scratch_root`` is where local folders of units are made.

        ``leaving`` says whether this worker stops, and ``leave_within_s`` how long a unit may then take to end;
        ``end_process`` ends a process whose work does not listen.
        """
        self._ledger = ledger
        self._store = store
        self._send = send
        self._worker = worker
        self._scratch_root = scratch_root
        self._leaving = leaving
        self._leave_within_s = leave_within_s
        self._end_process = end_process

    def run(self, unit: UnitId, function: StageFunction | str) -> str:
        """Run the stage function, or the one that ``module:name`` names, on the unit.

        Returns how it ended: 'committed', 'queued', 'aside', 'handed_back', 'superseded', or a claim's refusal; when
        the server is away, 'unclaimed'. What a lost answer leaves open, leases and reconcile settle."""
        if self._leaving():
            # Its message goes unanswered; the ledger sends it again.
            return "unclaimed"
        lease_s = lease_of(Stage(unit.stage))
        try:
            claim = self._ledger.claim(unit, f"{self._worker}/{uuid.uuid4().hex[:8]}", lease_s)
            if not isinstance(claim, Claim):
                log.info("%s is %s; nothing to do", unit, claim)
                return claim
            ended = self._work(claim, lease_s, function)
            log.info("%s epoch %d: %s", unit, claim.epoch, ended)
            if ended != "committed" or unit.stage in (Stage.DISCOVER, Stage.PUBLISH):
                # After any other commit the job is moved on by the start of what follows, at the latest by the control
                # worker's round.
                advance(self._ledger, unit.job_id)
            self._send(self._ledger.hand_out())
            return ended
        except BrokerUnavailable as error:
            log.warning("%s left to the control worker: %s", unit, error)
            return "unclaimed"

    def _work(self, claim: Claim, lease_s: float, function: StageFunction | str) -> str:
        unit = claim.unit
        scratch: Path | None = None
        output: ArtifactWriter | None = None
        try:
            reached(f"{unit.stage}/{unit.shard}/claimed")
            scratch = make_scratch(unit.stage, self._scratch_root)
            with Heartbeat(
                self._ledger, claim, lease_s,
                leaving=self._leaving, leave_within_s=self._leave_within_s,
                end_process=partial(self._end, scratch),
            ) as heart:  # fmt: skip
                job = self._job_of(unit)
                output = ArtifactWriter(
                    self._store, unit.job_id, unit.stage, unit.shard, claim.attempt,
                    config_sha256=job.spec.sha256, inputs=claim.inputs, guard=heart.guard,
                )  # fmt: skip
                work = StageWork(
                    job_id=unit.job_id, stage=unit.stage, shard=unit.shard, attempt=claim.attempt, spec=job.spec,
                    inputs=claim.inputs, params=claim.params, store=self._store, output=output, tick=heart.tick,
                    scratch=scratch, model=job.model, turns=Turns(self._ledger, claim.owner),
                    spending=JobSpending.of(self._ledger, unit.job_id, claim.owner, job.spec.generate),
                    prices=job.prices,
                    leaving=self._leaving, leave_within_s=self._leave_within_s,
                )  # fmt: skip
                reached(f"{unit.stage}/{unit.shard}/started")
                outcome = _resolved(function)(work)
                items = heart.progress.total or heart.progress.done or 1
                output.commit(outcome.successors, outcome.verdict, items)
                reached(f"{unit.stage}/{unit.shard}/before_commit")
                kept = self._commit(claim, output, outcome, items)
                reached(f"{unit.stage}/{unit.shard}/after_commit")
                return "committed" if kept else "superseded"
        except (JobCancelled, WorkerLeaving) as error:
            log.info("%s handed back: %s", unit, error)
            return "handed_back" if self._ledger.hand_back(claim) else "superseded"
        except (Superseded, BrokerUnavailable) as error:
            # Without the server nothing can be said about the unit; its lease lapses and another try follows.
            log.warning("%s given up: %s", unit, error)
            return "superseded"
        except Exception as error:
            log.exception("%s epoch %d failed", unit, claim.epoch)
            verdict = judge(error, claim.epoch - 1)
            if verdict.final and output is not None:
                with suppress(FinetuneError):  # what it is about is the error that is being told
                    output.leave_failure(verdict.reason)
            return self._ledger.fail(
                claim, verdict.reason, backoff_s=verdict.backoff_s, final=verdict.final, machine=verdict.machine
            )
        finally:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)

    def _job_of(self, unit: UnitId) -> JobRecord:
        """The job, moved on by the first unit of a stage; the others find it there."""
        job = self._ledger.job(unit.job_id)
        return job if job.state is STATE_OF_STAGE[Stage(unit.stage)] else advance(self._ledger, unit.job_id)

    def _commit(self, claim: Claim, output: ArtifactWriter, outcome: Outcome, items: int) -> bool:
        """Commit, waiting for a server that is away: hours of work must not be lost to a restart of a minute."""
        gives_up_s = time.monotonic() + COMMIT_PATIENCE_S
        while True:
            try:
                return self._ledger.commit(
                    claim, output.path, output.tallies, outcome.successors, items_done=items, verdict=outcome.verdict
                )
            except BrokerUnavailable as error:
                if time.monotonic() > gives_up_s or self._leaving():
                    raise
                log.warning("%s is done and waits to be committed: %s", claim.unit, error)
                time.sleep(_COMMIT_PAUSE_S)

    def _end(self, scratch: Path) -> None:
        shutil.rmtree(scratch, ignore_errors=True)
        self._end_process()


def _resolved(function: StageFunction | str) -> StageFunction:
    if not isinstance(function, str):
        return function
    try:
        return cast(StageFunction, pkgutil.resolve_name(function))
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"This worker cannot run {function}: package {error.name!r} is not installed.",
            next_step="Install the pool's extra, for example `pip install 'finetune-agent[all]'`; then resume the job.",
        ) from error
