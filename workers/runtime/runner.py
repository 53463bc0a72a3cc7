"""Runs one unit: claim, work, write, commit, and what becomes of every way it can end.

Knows the ledger and the store, but not Celery: the same runner works in a worker, a test or a debugger.
"""

from __future__ import annotations

import logging
import pkgutil
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from agent.canvas.advance import advance
from agent.canvas.planner import lease_of
from agent.contract import Stage
from agent.errors import BrokerUnavailable, JobCancelled, MissingDependency, Superseded
from agent.faults import reached
from agent.job.job import JobRecord
from agent.ledger.contract import Claim, DueUnit, Ledger, UnitId
from agent.store import ArtifactWriter, Store
from workers.runtime.heartbeat import Heartbeat
from workers.runtime.verdict import judge
from workers.runtime.work import StageFunction, StageWork

log = logging.getLogger(__name__)


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
    ) -> None:
        """``send`` delivers due units as messages; ``scratch_root`` is where local folders of units are made."""
        self._ledger = ledger
        self._store = store
        self._send = send
        self._worker = worker
        self._scratch_root = scratch_root

    def run(self, unit: UnitId, function: StageFunction | str) -> str:
        """Run the stage function, or the one that ``module:name`` names, on the unit.

        Returns how it ended: 'committed', 'queued', 'aside', 'handed_back', 'superseded', or a claim's refusal."""
        lease_s = lease_of(Stage(unit.stage))
        claim = self._ledger.claim(unit, f"{self._worker}/{uuid.uuid4().hex[:8]}", lease_s)
        if not isinstance(claim, Claim):
            log.info("%s is %s; nothing to do", unit, claim)
            return claim
        job = self._ledger.job(unit.job_id)
        ended = self._work(claim, job, lease_s, function)
        log.info("%s epoch %d: %s", unit, claim.epoch, ended)
        advance(self._ledger, unit.job_id)
        self._send(self._ledger.hand_out())
        return ended

    def _work(self, claim: Claim, job: JobRecord, lease_s: float, function: StageFunction | str) -> str:
        unit = claim.unit
        advance(self._ledger, unit.job_id)
        scratch = Path(tempfile.mkdtemp(prefix=f"finetune-{unit.stage}-", dir=self._scratch_root))
        try:
            with Heartbeat(self._ledger, claim, lease_s) as heart:
                output = ArtifactWriter(
                    self._store, unit.job_id, unit.stage, unit.shard, claim.attempt,
                    config_sha256=job.spec.sha256, inputs=claim.inputs, guard=heart.guard,
                )  # fmt: skip
                work = StageWork(
                    job_id=unit.job_id, stage=unit.stage, shard=unit.shard, attempt=claim.attempt,
                    spec=job.spec, inputs=claim.inputs, params=claim.params, store=self._store, output=output,
                    tick=heart.tick, scratch=scratch, model=job.model, pace=self._pace,
                )  # fmt: skip
                reached(f"{unit.stage}/{unit.shard}/started")
                outcome = _resolved(function)(work)
                items = heart.progress.total or heart.progress.done or 1
                output.commit(outcome.successors, outcome.verdict, items)
                reached(f"{unit.stage}/{unit.shard}/before_commit")
                kept = self._ledger.commit(
                    claim, output.path, output.tallies, outcome.successors, items_done=items, verdict=outcome.verdict
                )
                reached(f"{unit.stage}/{unit.shard}/after_commit")
                return "committed" if kept else "superseded"
        except JobCancelled:
            return "handed_back" if self._ledger.hand_back(claim) else "superseded"
        except (Superseded, BrokerUnavailable) as error:
            # Without the server nothing can be said about the unit; its lease lapses and another try follows.
            log.warning("%s given up: %s", unit, error)
            return "superseded"
        except Exception as error:
            log.exception("%s epoch %d failed", unit, claim.epoch)
            verdict = judge(error, claim.epoch - 1)
            return self._ledger.fail(claim, verdict.reason, backoff_s=verdict.backoff_s, final=verdict.final)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _pace(self, host: str, requests_per_second: float) -> None:
        time.sleep(self._ledger.pace(host, requests_per_second))


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
