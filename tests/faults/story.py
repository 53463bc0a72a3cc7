"""What happened to a job, told from the ledger's event stream. Pure: events in, figures out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.ledger.contract import LedgerEvent

Unit = tuple[str, str]
"""Stage and shard."""


@dataclass(frozen=True)
class Moment:
    """An event with its time: milliseconds since 1970 by the server's clock."""

    ms: int
    kind: str
    unit: Unit
    text: str

    @property
    def process_id(self) -> int:
        """Of a `started` event: the process that runs the unit."""
        return int(self.text.split("/")[-2])


class Story:
    """A job's events, oldest first."""

    def __init__(self, events: Iterable[LedgerEvent]) -> None:
        self.moments = [
            Moment(int(event.id.split("-")[0]), event.kind, (event.stage, event.shard), event.text) for event in events
        ]

    def of(self, kind: str, stage: str = "", shard: str = "") -> list[Moment]:
        """The moments of this kind, of one stage or unit when given."""
        return [
            moment
            for moment in self.moments
            if moment.kind == kind and stage in ("", moment.unit[0]) and shard in ("", moment.unit[1])
        ]

    def running(self) -> list[Moment]:
        """The starts of units that nothing has ended yet, as far as the stream tells."""
        last = {moment.unit: moment for moment in self.moments if moment.unit[1]}
        return [moment for moment in last.values() if moment.kind == "started"]

    def starts(self) -> Counter[Unit]:
        """How often each unit was started."""
        return Counter(moment.unit for moment in self.of("started"))

    def recovery_s(self, unit: Unit, fault_ms: int) -> float | None:
        """Seconds from the fault to the next start of the unit; None when it was not started again."""
        later = [moment.ms for moment in self.of("started", *unit) if moment.ms > fault_ms]
        return (later[0] - fault_ms) / 1000 if later else None

    def redone(self, hit: Mapping[Unit, int] | None = None) -> int:
        """Starts beyond the first of each unit, without those that the faults on it (``hit``: how many) explain."""
        hit = hit or {}
        return sum(max(0, count - 1 - hit.get(unit, 0)) for unit, count in self.starts().items())

    def doubled(self) -> int:
        """Units with more than one commit."""
        return sum(count > 1 for count in Counter(moment.unit for moment in self.of("committed")).values())

    def lost(self) -> int:
        """Units that were started and never committed; ask when the job has gone past them."""
        return len(set(self.starts()) - {moment.unit for moment in self.of("committed")})
