"""What a stage function is given and what it returns: the only face of the runtime that domain code sees.

A stage function takes a `StageWork`, writes its artifact through ``work.output`` and returns an `Outcome`. It knows
neither Celery nor Redis; the runner around it claims the unit, sends the beat, writes the manifest and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from agent.job.artifacts import UnitPlan
from agent.job.model import ModelFacts
from agent.job.prices import ModelPrice
from agent.job.records import Record
from agent.spec import JobSpec
from agent.store import ArtifactReader, ArtifactWriter, Store
from workers.llm.contract import Spending
from workers.llm.in_memory import SpendingInMemory
from workers.runtime.turns import Turns

R = TypeVar("R", bound=Record)


class Tick(Protocol):
    """Reports progress; raises JobCancelled, WorkerLeaving or Superseded when the work must stop."""

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        """``done`` of ``total`` items so far; ``figures`` are shown beside it (loss, tokens_per_s …).

        The figure ``eta_s`` is the stage's own estimate of the seconds left; it replaces the one made of its rate.
        """


@dataclass(frozen=True)
class StageWork:
    """One claimed unit, seen from inside a stage function."""

    job_id: str
    stage: str
    shard: str
    attempt: str
    """Names this attempt's files, see `agent.ledger.contract.Claim.attempt`."""
    spec: JobSpec
    inputs: Sequence[str]
    """Paths of the artifacts to read, in a deterministic order."""
    params: Mapping[str, Any]
    store: Store
    output: ArtifactWriter
    tick: Tick
    scratch: Path
    """A local folder of this unit's own, removed afterwards."""
    model: ModelFacts
    """What is known of the base model without loading it."""
    turns: Turns
    """Grants requests to hosts, for all workers of the cluster together."""
    spending: Spending = field(default_factory=SpendingInMemory)
    """Asked before each call to a language model, for all workers of the cluster together; by default without limit."""
    prices: Mapping[str, ModelPrice] = field(default_factory=dict)
    """Language model -> its price, where that is known."""
    leaving: Callable[[], bool] = lambda: False
    """True once this worker was asked to stop: keep what can be kept, then raise WorkerLeaving (or let tick do it)."""
    leave_within_s: float = 3.0
    """How long that may take; then the unit is handed back without asking."""

    def inputs_from(self, stage: str) -> list[ArtifactReader]:
        """Readers of the input artifacts that this stage wrote, in order."""
        return [ArtifactReader(self.store, path) for path in self.inputs if path.split("/")[2] == stage]

    def read(self, name: str, kind: type[R]) -> Iterator[R]:
        """The records called ``name`` of all inputs, in order."""
        for path in self.inputs:
            yield from ArtifactReader(self.store, path).records(name, kind)


@dataclass(frozen=True)
class Outcome:
    """What a stage function decided: the units that follow from this one (``then`` and ``fan_out`` edges).

    The units behind a ``join`` are created by the ledger, not listed here.
    """

    successors: tuple[UnitPlan, ...] = ()
    verdict: str = ""
    """For the last stage only: 'published' or 'rejected'; 'found' where the job ends with discovery."""


StageFunction = Callable[[StageWork], Outcome]
