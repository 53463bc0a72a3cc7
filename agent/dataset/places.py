"""Where the rows of a job stand at this moment: cleared, assembled, or still with the units that made them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.contract import Stage
from agent.job.records import Split
from agent.ledger.contract import Outputs

EXAMPLES_FILE = "examples.jsonl"
CHOICES_FILE = "choices.jsonl"
"""Multiple choice of held-out documents, beside the rows of the splits."""
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
            names = (*(f"{split.value}.jsonl" for split in Split), CHOICES_FILE)
            return Places(standing, tuple(f"{found[0]}/{name}" for name in names))
    units = outputs.get(Stage.GENERATE, ())
    return Places("generating" if units else "empty", tuple(f"{unit}/{EXAMPLES_FILE}" for unit in units))
