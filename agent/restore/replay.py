"""Enters finished units into a ledger as if they were being done: claim, then commit. Nothing else is needed."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping

from agent.canvas.plan import Plan
from agent.contract import Stage
from agent.job.artifacts import Manifest
from agent.ledger.contract import Claim, Ledger, UnitId
from agent.restore.choose import Choice, UnitName

LEASE_S = 60.0
"""Longer than thousands of units need to be entered; what a dying client leaves claimed is free again after it."""
GIVEN_UP = "was given up before the server lost the job"


def replay(ledger: Ledger, job_id: str, plan: Plan, choice: Choice, artifacts: Mapping[str, Manifest]) -> int:
    """Enter what was chosen into a ledger that knows the job; returns how many units were committed.

    Safe beside live workers: whatever the ledger refuses, or would have made from other inputs, is left to them. A unit
    is claimed as soon as it exists, within one round trip, while a worker hears of it by a message: no work is done
    twice in practice.
    """
    return _Replay(ledger, job_id, plan, choice, artifacts).run()


class _Replay:
    def __init__(
        self, ledger: Ledger, job_id: str, plan: Plan, choice: Choice, artifacts: Mapping[str, Manifest]
    ) -> None:
        self._ledger = ledger
        self._job_id = job_id
        self._choice = choice
        self._artifacts = artifacts
        self._joins = {join.stage for join in plan.joins}
        self._given_up = set(choice.set_aside)
        self._claims: dict[UnitName, Claim] = {}

    def run(self) -> int:
        """Stage by stage, since a join comes to be when all before it is settled."""
        for unit in (*self._choice.done, *self._choice.set_aside):
            self._claim(unit)
        committed = 0
        for stage in Stage:
            committed += sum(self._commit(unit) for unit in self._choice.done if unit[0] is stage)
            for unit in self._choice.set_aside:
                if unit[0] is stage and (claim := self._claim(unit)):
                    self._ledger.fail(claim, GIVEN_UP, final=True)
        return committed

    def _claim(self, unit: UnitName) -> Claim | None:
        """Our claim; None when the unit is done, does not exist, or is held by somebody."""
        if unit not in self._claims:
            owner = f"restore@{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
            answer = self._ledger.claim(UnitId(self._job_id, *unit), owner, LEASE_S)
            if not isinstance(answer, Claim):
                return None
            self._claims[unit] = answer
        return self._claims[unit]

    def _commit(self, unit: UnitName) -> bool:
        claim = self._claim(unit)
        if claim is None:
            return False
        path = self._choice.done[unit]
        manifest = self._artifacts[path]
        if not self._made_from(manifest, claim):
            self._ledger.hand_back(claim)
            return False
        done = self._ledger.commit(
            claim, path, manifest.tallies, manifest.successors, items_done=manifest.items, verdict=manifest.verdict
        )
        for successor in manifest.successors:
            name = (Stage(successor.stage), successor.shard)
            if name in self._choice.done or name in self._given_up:
                self._claim(name)
        return done

    def _made_from(self, manifest: Manifest, claim: Claim) -> bool:
        """Whether the artifact was made from what the ledger gives the unit to read.

        A join may lack units that were given up when it was made and done after a later resume.
        """
        if Stage(manifest.stage) in self._joins:
            return set(manifest.inputs) <= set(claim.inputs)
        return manifest.inputs == claim.inputs
