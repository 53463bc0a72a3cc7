"""The budget of a job's language models, for all workers of the cluster together, by the ledger's books."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Self

from agent.errors import BudgetSpent, Superseded
from agent.job.usage import Amount
from agent.ledger.contract import Ledger
from agent.spec import GenerateConfig
from workers.llm.contract import Cost

_LOOK_S = 0.25
"""Between two looks whether a call under way gave back enough: answers take about as long at least."""
_MARGIN_S = 60.0
"""What a call may take beyond its time limit, until its answer is kept and charged."""
_MICROS = 1_000_000


class JobSpending:
    """A `workers.llm.contract.Spending` on the ledger."""

    def __init__(self, ledger: Ledger, job_id: str, owner: str, budget: Amount, lease_s: float) -> None:
        """``owner`` begins the tickets; a call not charged ``lease_s`` after it was granted counts as lost."""
        self._ledger = ledger
        self._job_id = job_id
        self._owner = owner
        self._budget = budget
        self._lease_s = lease_s

    @classmethod
    def of(cls, ledger: Ledger, job_id: str, owner: str, config: GenerateConfig) -> Self:
        """The spending of a job with this configuration."""
        budget = Amount(config.budget_tokens, round(config.budget_usd * _MICROS))
        return cls(ledger, job_id, owner, budget, config.request_timeout_s + _MARGIN_S)

    async def reserve(self, most: Cost) -> HeldForCall:
        """Hold ``most``; waits while calls under way may give back enough for it.

        Raises:
            BudgetSpent: whatever they give back, it will not be enough.
            Superseded: the server does not know the job any more, nor what it has spent.
            BrokerUnavailable: the server does not answer.
        """
        ticket, amount = f"{self._owner}/{uuid.uuid4().hex[:12]}", _amount(most)
        while True:
            answer = await asyncio.to_thread(
                self._ledger.reserve, self._job_id, ticket, amount, self._budget, self._lease_s
            )
            if answer == "granted":
                return HeldForCall(self._ledger, self._job_id, ticket)
            if answer == "unknown":
                raise Superseded(f"The server does not know job {self._job_id} any more; nothing is spent on it.")
            if answer == "spent":
                raise BudgetSpent(
                    f"A call of up to {amount.tokens:,} tokens does not fit into what is left of {self._limits}.",
                    next_step="Raise it and run the job again under another id: what was answered is kept and costs "
                    "nothing.",
                )
            await asyncio.sleep(_LOOK_S)

    @property
    def _limits(self) -> str:
        tokens = f"generate.budget_tokens = {self._budget.tokens:,}" if self._budget.tokens else ""
        usd = f"generate.budget_usd = {self._budget.usd_micros / _MICROS:g}" if self._budget.usd_micros else ""
        return " and ".join(filter(None, (tokens, usd)))


class HeldForCall:
    """A `workers.llm.contract.Reservation` on the ledger."""

    def __init__(self, ledger: Ledger, job_id: str, ticket: str) -> None:
        self._ledger = ledger
        self._job_id = job_id
        self._ticket = ticket

    async def settle(self, cost: Cost) -> None:
        """Charge what the call took; the rest is free for others.

        Raises:
            BrokerUnavailable: the server does not answer; all that was held stays spent.
        """
        charge = partial(self._ledger.charge, self._job_id, self._ticket, _amount(cost))
        try:
            await asyncio.to_thread(charge)
        except asyncio.CancelledError:
            charge()
            raise


def _amount(cost: Cost) -> Amount:
    return Amount(cost.prompt_tokens + cost.completion_tokens, cost.usd_micros)
