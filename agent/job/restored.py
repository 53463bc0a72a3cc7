"""What bringing a job back from the store came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.contract import Stage
from agent.job.job import JobRecord
from agent.job.machine import StageCounts


@dataclass(frozen=True)
class Restored:
    """A job as the server holds it after its artifacts were entered."""

    record: JobRecord
    stages: Mapping[Stage, StageCounts]
    ignored: Mapping[str, str]
    """Path of each artifact that does not count -> why."""
