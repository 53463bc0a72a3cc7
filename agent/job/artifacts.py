"""What a finished unit leaves behind: files, counts and the manifest that is written last."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agent.contract import Stage
from agent.job.records import Record, Rejected


class Tally(Record):
    """What happened to the items of one noun in one unit: ``received == kept + rejected + failed``."""

    received: int = 0
    kept: int = 0
    rejected: dict[str, int] = Field(default_factory=dict, description="Reason -> count.")
    failed: dict[str, int] = Field(default_factory=dict, description="Reason -> count.")

    @property
    def reconciles(self) -> bool:
        """Whether every item that came in is accounted for."""
        return self.received == self.kept + sum(self.rejected.values()) + sum(self.failed.values())

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            received=self.received + other.received,
            kept=self.kept + other.kept,
            rejected=_added(self.rejected, other.rejected),
            failed=_added(self.failed, other.failed),
        )


def _added(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return {reason: left.get(reason, 0) + right.get(reason, 0) for reason in sorted({*left, *right})}


class FileEntry(Record):
    """One file of an artifact."""

    sha256: str
    size_bytes: int
    records: int = Field(0, description="Lines, for JSONL files.")


class UnitPlan(Record):
    """A unit to be created: one shard of one stage, what it reads, and small parameters."""

    stage: Stage
    shard: str
    inputs: tuple[str, ...] = Field((), description="Artifact paths relative to the store.")
    params: dict[str, Any] = Field(default_factory=dict)
    items: int = Field(0, description="Items it will work through where that is known; feeds progress and ETA.")


class Failure(Record):
    """What a unit that failed for good had found out until then; the last file it writes, in place of a manifest."""

    stage: Stage
    reason: str
    tallies: dict[str, Tally] = Field(description="Noun -> counts so far; they need not reconcile.")
    facts: dict[str, Any] = Field(default_factory=dict, description="Small figures for the report.")
    rejected: tuple[Rejected, ...] = Field((), description="What it had set aside, without the items themselves.")


class Manifest(Record):
    """The last file a unit writes; that it exists means the artifact is complete."""

    job_id: str
    stage: str
    shard: str
    attempt: str = Field(description="Epoch and token of the claim under which it was made.")
    producer: str = Field(description="Distribution name and version that wrote it.")
    config_sha256: str = Field(description="Hash of the job specification.")
    inputs: tuple[str, ...] = Field((), description="Paths of the artifacts this one was made from.")
    files: dict[str, FileEntry]
    tallies: dict[str, Tally] = Field(default_factory=dict, description="Noun -> counts.")
    facts: dict[str, Any] = Field(default_factory=dict, description="Small figures for the report.")
    successors: tuple[UnitPlan, ...] = Field((), description="Units that follow from this one.")
    verdict: str = Field("", description="Of the last stage: 'published' or 'rejected'.")
    items: int = Field(0, description="Items it worked through, for progress.")
    finished_at: str
