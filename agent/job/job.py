"""The job record: what was asked, and where it stands."""

from __future__ import annotations

from pydantic import Field

from agent.job.model import ModelFacts
from agent.job.prices import ModelPrice
from agent.job.records import Record
from agent.job.states import ENDS, JobState
from agent.spec import JobSpec


class JobRecord(Record):
    """A job as the ledger keeps it."""

    id: str
    spec: JobSpec
    model: ModelFacts
    prices: dict[str, ModelPrice] = Field({}, description="Language model -> its price, where that is known.")
    user: str
    state: JobState = JobState.QUEUED
    reason: str = Field("", description="Why it waits or ended, one line.")
    failed_stage: str = ""
    version: int = Field(0, description="Raised by every change of state; guards against lost updates.")
    submitted_at_ms: int = Field(0, description="Server clock, milliseconds since 1970.")

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen without a command."""
        return self.state in ENDS
