"""What a job may spend and has spent, in plain Python: what the scripts ``reserve``, ``charge`` and ``spent_at_least``
do on a server, for `agent.ledger.memory`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.job.usage import Amount
from agent.ledger.contract import REMEMBER_CHARGE_MS, ReserveAnswer, Spent


@dataclass
class Account:
    """The spending of one job; times in milliseconds of the ledger's clock."""

    spent: Amount = field(default_factory=Amount)
    """With what is held."""
    held: dict[str, tuple[Amount, int]] = field(default_factory=dict)
    """Ticket -> what it holds, and when its lease ends."""
    charged: dict[str, int] = field(default_factory=dict)
    """Ticket -> when it was charged."""
    refused: bool = False

    def reserve(self, ticket: str, most: Amount, budget: Amount, now: int, lease: int) -> ReserveAnswer:
        """See `agent.ledger.contract.Ledger.reserve`; the job is known."""
        if ticket in self.held or ticket in self.charged:
            return "granted"
        if _holds(budget, self.spent + most):
            self.spent += most
            self.held[ticket] = (most, now + lease)
            return "granted"
        under_way = _sum(hold for hold, ends in self.held.values() if ends > now)
        if _holds(budget, self.spent + most - under_way):
            return "busy"
        self.refused = True
        return "spent"

    def charge(self, ticket: str, amount: Amount, now: int) -> bool:
        """See `agent.ledger.contract.Ledger.charge`."""
        if ticket not in self.held and ticket in self.charged:
            return False
        hold, _ = self.held.pop(ticket, (Amount(), 0))
        self.spent += amount - hold
        self.charged = {each: at for each, at in self.charged.items() if at > now - REMEMBER_CHARGE_MS} | {ticket: now}
        return True

    def at_least(self, amount: Amount) -> None:
        """See `agent.ledger.contract.Ledger.spent_at_least`."""
        self.spent = Amount(max(self.spent.tokens, amount.tokens), max(self.spent.usd_micros, amount.usd_micros))

    def view(self) -> Spent:
        """What the job has spent, for people."""
        return Spent(self.spent, _sum(hold for hold, _ in self.held.values()), self.refused)


def _sum(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())


def _holds(budget: Amount, amount: Amount) -> bool:
    pairs = ((budget.tokens, amount.tokens), (budget.usd_micros, amount.usd_micros))
    return all(limit == 0 or used <= limit for limit, used in pairs)
