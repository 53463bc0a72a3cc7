"""The language models that one unit asks: within the job's budget, with answers kept, and what all that took."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agent.job.usage import USAGE_FACT, Usage
from workers.llm.contract import FREE
from workers.llm.kept_answers import KeptAnswers

if TYPE_CHECKING:
    from workers.llm.chat import ChatModel
    from workers.runtime.work import StageWork

COUNTS_FACT = "asking"
"""Under this name a unit's manifest says how answers came: rungs, repairs, faults, what was retried and why."""


class Models:
    """Opened as they are needed, closed together."""

    def __init__(self, work: StageWork) -> None:
        self._work = work
        self._opened: list[ChatModel] = []

    def chat(self, model: str = "") -> ChatModel:
        """The model of this name at the endpoint of the specification, ``generate.model`` where none is given.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        from workers.llm.chat import ChatModel

        work, spec = self._work, self._work.spec.generate
        name = model or spec.model
        price = work.prices.get(name)
        opened = ChatModel(
            spec,
            model=name,
            cache=KeptAnswers(work.store, work.output.path, name, reuse=spec.reuse_answers),
            spending=work.spending,
            price=price or FREE,
        )
        self._opened.append(opened)
        return opened

    @property
    def usage(self) -> Usage:
        """What all of them took so far."""
        return sum((each.usage for each in self._opened), Usage())

    def facts(self) -> dict[str, Any]:
        """What a manifest tells of them, nothing where none was opened."""
        if not self._opened:
            return {}
        counts: Counter[str] = Counter()
        for each in self._opened:
            counts.update(each.counts)
        return {USAGE_FACT: asdict(self.usage), COUNTS_FACT: dict(sorted(counts.items()))}

    async def close(self) -> None:
        """Close all connections; requests under way fail."""
        for each in self._opened:
            await each.close()
