"""How often the groups of hosts may be asked, in plain Python: what the scripts ``take_turn``, ``turn_started``,
``end_turn`` and ``rest`` do on a server, for `agent.ledger.memory`."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.ledger.contract import LOOK_AGAIN_MS, START_WITHIN_MS, Wait, WaitsFor


@dataclass
class Group:
    """One group of hosts; all times in milliseconds of the ledger's clock."""

    last_ms: int = 0
    next_ms: int = 0
    rest_ms: int = 0
    by: str = ""
    """Ticket of the last turn granted, until its request is sent."""
    under_way: dict[str, int] = field(default_factory=dict)
    """Ticket -> when it lapses."""

    def take(self, ticket: str, now: int, spacing: int, most: int, lease: int) -> Wait | None:
        """None for a turn taken."""
        if self.under_way.get(ticket, 0) > now:
            return None
        if self.rest_ms > now:
            return _wait("rest", self.rest_ms - now)
        self.under_way = {held: ends for held, ends in self.under_way.items() if ends > now}
        if len(self.under_way) >= most:
            return _wait("busy", min(self.under_way.values()) - now)
        free = max(self.next_ms, self.last_ms + spacing)
        if free > now:
            return _wait("spacing", free - now)
        if self.by in self.under_way and self.last_ms + START_WITHIN_MS > now:
            return _wait("spacing", LOOK_AGAIN_MS)
        self.last_ms, self.next_ms, self.by = now, now + spacing, ticket
        self.under_way[ticket] = now + lease
        return None

    def start(self, ticket: str, late: int) -> None:
        """Space the next start from the sending of this one, the last that was granted."""
        if self.by == ticket:
            self.last_ms += late
            self.next_ms += late
            self.by = ""

    def end(self, ticket: str) -> bool:
        """Whether the turn was still held."""
        if self.by == ticket:
            self.by = ""
        return self.under_way.pop(ticket, None) is not None


def _wait(reason: WaitsFor, ms: int) -> Wait:
    return Wait(reason, ms / 1000.0)
