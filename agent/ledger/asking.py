"""How often the groups of hosts may be asked, in plain Python: what the scripts ``take_turn``, ``end_turn`` and
``rest`` do on a server, for `agent.ledger.memory`."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.ledger.contract import Wait, WaitsFor


@dataclass
class Group:
    """One group of hosts; all times in milliseconds of the ledger's clock."""

    last_ms: int = 0
    next_ms: int = 0
    rest_ms: int = 0
    by: str = ""
    """Ticket of the last start, until it has said how late it was."""
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
        self.last_ms, self.next_ms, self.by = now, now + spacing, ticket
        self.under_way[ticket] = now + lease
        return None

    def end(self, ticket: str, late: int) -> bool:
        """Whether the turn was still held."""
        if late > 0 and self.by == ticket:
            self.last_ms += late
            self.next_ms += late
            self.by = ""
        return self.under_way.pop(ticket, None) is not None


def _wait(reason: WaitsFor, ms: int) -> Wait:
    return Wait(reason, ms / 1000.0)
