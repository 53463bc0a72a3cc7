"""Where the rows of a job stand at this moment: cleared, assembled, or still with the units that made them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.contract import Stage
from agent.job.records import Split
from agent.ledger.contract import Outputs

EXAMPLES_FILE = "examples.jsonl"
Standing = Literal["empty", "generating", "assembled", "cleared"]


@dataclass(frozen=True)
class Places:
    """Files of rows, and how far the job has come."""

    standing: Standing
    files: tuple[str, ...]
    """Paths in the store, in order."""


def places(outputs: Outputs) -> Places:
    """The furthest state of the rows."""
    built: tuple[tuple[Stage, Standing], ...] = ((Stage.CLEAR, "cleared"), (Stage.ASSEMBLE, "assembled"))
    for stage, standing in built:
        if found := outputs.get(stage):
            return Places(standing, tuple(f"{found[0]}/{split.value}.jsonl" for split in Split))
    units = outputs.get(Stage.GENERATE, ())
    return Places("generating" if units else "empty", tuple(f"{unit}/{EXAMPLES_FILE}" for unit in units))
