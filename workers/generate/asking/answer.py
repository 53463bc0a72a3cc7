"""The shape of a language model's answer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.job.records import ExampleKind
from workers.generate.backend import Proposal, Quote

CONFIDENCE = 0.8
"""Score of a model's examples: models cannot grade themselves, so that all stand alike, below the surest rules."""

_KIND_OF = {
    "question": ExampleKind.FACTUAL,
    "instruction": ExampleKind.EXPLAIN,
    "completion": ExampleKind.CONTINUE,
}


class AnsweredExample(BaseModel):
    """One example as the model writes it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["question", "instruction", "completion"]
    prompt: str
    response: str
    evidence: str


class Answer(BaseModel):
    """The whole answer; its JSON schema goes with the request."""

    model_config = ConfigDict(extra="forbid")

    examples: list[AnsweredExample]


def proposals(answer: Answer) -> list[Proposal]:
    """The examples of an answer as proposals."""
    return [
        Proposal(
            _KIND_OF[item.kind],
            item.prompt.strip(),
            item.response.strip(),
            (Quote(item.evidence.strip()),),
            CONFIDENCE,
        )
        for item in answer.examples
    ]
