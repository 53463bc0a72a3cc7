"""A language model's verdict on examples that passed all other checks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from agent.errors import BudgetSpent, DocumentRejected
from agent.job.records import Example, ExampleKind
from workers.generate.asking.forms import Verdict, Verdicts
from workers.generate.asking.wording import wording
from workers.generate.backend import Refused
from workers.generate.check import Checked
from workers.llm.chat import ChatModel

UNSURE = "judge_unsure"
"""Counted where the judge gave no verdict, and the reason of what goes for that."""


@dataclass(slots=True)
class Judge:
    """Asks, once for a chunk, whether the evidence supports each of its examples.

    What the judge says nothing on (no verdict, an answer malformed twice, a request that failed, no budget) is kept
    at ``min_quality`` or more only, where it would be kept without a judge; below, nobody vouches for it.
    """

    chat: ChatModel
    min_quality: float
    """See ``generate.min_quality``."""
    given: dict[str, int] = field(default_factory=dict)
    """Verdicts so far, by name; those it did not give as ``unsure``."""

    async def judge(self, checked: Checked) -> Checked:
        """The same without the examples that it refuses, which stand among the refused.

        Raises:
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        if not checked.examples:
            return checked
        verdicts = await self._verdicts(checked)
        refusals = [self._refusal(each, verdicts.get(at)) for at, each in enumerate(checked.examples, start=1)]
        kept = tuple(each for each, refusal in zip(checked.examples, refusals, strict=True) if refusal is None)
        return replace(checked, examples=kept, refused=(*checked.refused, *filter(None, refusals)))

    def _refusal(self, example: Example, verdict: Verdict | None) -> Refused | None:
        name = verdict.verdict if verdict else "unsure"
        self.given[name] = self.given.get(name, 0) + 1
        if verdict is None:
            is_kept = example.score >= self.min_quality
            return None if is_kept else _refused(example, UNSURE)
        if verdict.verdict == "good":
            return None
        return _refused(example, f"judged_{verdict.verdict}", verdict.reason)

    async def _verdicts(self, checked: Checked) -> dict[int, Verdict]:
        """By number, from 1; of two verdicts on one example the worse stands."""
        examples = checked.examples
        chunk, partner = checked.assignment.chunk, checked.assignment.partner
        asked = wording("judge")
        hops = any(example.kind is ExampleKind.MULTI_HOP for example in examples)
        fenced = {
            "document": chunk.text,
            "partner": partner.text if partner and hops else "",
            "examples": "\n\n".join(_shown(at, example) for at, example in enumerate(examples, start=1)),
        }
        order = "one example" if len(examples) == 1 else f"{len(examples)} examples"
        try:
            answer = await self.chat.ask(asked.messages(fenced, order=order), Verdicts, asked.correction)
        except (DocumentRejected, BudgetSpent):
            return {}
        best_first = sorted(answer.verdicts, key=lambda each: each.verdict != "good")
        return {verdict.example: verdict for verdict in best_first}


def _shown(number: int, example: Example) -> str:
    """An example as the judge reads it."""
    earlier = [f"Earlier turn: {turn.prompt}\nIts response: {turn.response}" for turn in example.history]
    lines = (
        f"Example {number}",
        "The document goes with the prompt as the passage." if example.context else "",
        *earlier,
        f"Prompt: {example.prompt}",
        f"Response: {example.response}",
        *(f"Wrong option: {option}" for option in example.wrong_answers),
        *(f"Evidence: {span.text}" for span in example.evidence if span.text != example.context),
    )
    return "\n".join(line for line in lines if line)


def _refused(example: Example, reason: str, detail: str = "") -> Refused:
    quotes = tuple(span.text for span in example.evidence)
    return Refused(reason, detail, example.kind, False, example.prompt, example.response, quotes)
