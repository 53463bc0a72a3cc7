"""The table of measured recoveries that `make faults` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """What was seen of one fault in one stage, over all repeats."""

    runs: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    redone: int = 0
    doubled: int = 0
    lost: int = 0


class FaultTable:
    """Collects what tests saw. ``redone`` leaves out the restarts of the unit that the fault hit itself."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def add(
        self, fault: str, stage: str, *, recoveries_s: Sequence[float] = (), redone: int, doubled: int, lost: int
    ) -> None:
        """One run of a fault."""
        row = self.rows.setdefault((fault, stage), Row())
        row.runs += 1
        row.recoveries_s += recoveries_s
        row.redone += redone
        row.doubled += doubled
        row.lost += lost

    def lines(self) -> list[str]:
        """The table as text, in the order in which the faults were first seen."""
        head = ("fault", "stage", "runs", "median s", "worst s", "redone", "doubled", "lost")
        body = [
            (
                fault, stage, str(row.runs),
                f"{median(row.recoveries_s):.1f}" if row.recoveries_s else "-",
                f"{max(row.recoveries_s):.1f}" if row.recoveries_s else "-",
                str(row.redone), str(row.doubled), str(row.lost),
            )
            for (fault, stage), row in self.rows.items()
        ]  # fmt: skip
        widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
        return [
            "  ".join(
                cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in [head, *body]
        ]
