"""Turns by the real rules on a clock that leaps instead of waiting."""

from __future__ import annotations

from agent.ledger.contract import Limit, Wait
from agent.ledger.memory import MemoryLedger
from workers.runtime.turns import Turn, Turns


class LeapingTurns(Turns):
    """Grants at once what the ledger would grant later; ``starts`` has each grant with the second it stands for."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0
        self.starts: list[tuple[Limit, float]] = []
        self.rests: list[tuple[str, float]] = []
        super().__init__(MemoryLedger(lambda: self.now_s), "test")

    def ask(self, limit: Limit, lease_s: float) -> Turn | Wait:
        """A turn, after a leap where the ledger says to wait."""
        while isinstance(answer := super().ask(limit, lease_s), Wait):
            self.now_s += answer.seconds
        self.starts.append((limit, self.now_s))
        return answer

    def rest(self, group: str, seconds: float) -> None:
        """As asked for, and noted."""
        self.rests.append((group, seconds))
        super().rest(group, seconds)

    @property
    def groups(self) -> set[str]:
        """All that was asked."""
        return {limit.group for limit, _ in self.starts}
