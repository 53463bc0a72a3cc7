"""Moves a job's record to the state its units say it is in; safe to call from anywhere, at any time."""

from __future__ import annotations

from agent.job.job import JobRecord
from agent.job.machine import apply, due_move
from agent.job.states import successors
from agent.ledger.contract import Ledger


def advance(ledger: Ledger, job_id: str) -> JobRecord:
    """The job after the move that is due, if any. Two callers at once agree: the record is compared and set."""
    while True:
        job, standing = ledger.look(job_id)
        move = due_move(standing)
        if move.to is not job.state and move.to not in successors(job.state):
            # A unit that waits for another try does not send its job back.
            return job
        moved = apply(job, move)
        if moved is job or ledger.save(moved, job.version):
            return moved
