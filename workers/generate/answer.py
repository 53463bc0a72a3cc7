"""The shape of a language model's answer."""

from __future__ import annotations

from typing import Literal

from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import DocumentRejected
from agent.job.records import ExampleKind
from workers.generate.backend import Proposal

CONFIDENCE = 0.8
"""Score of a model's examples: models cannot grade themselves, so that all stand alike, below the surest rules."""


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


def schema() -> ResponseFormatJSONSchema:
    """The answer's form as ``response_format`` of a chat completion, in strict mode."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "examples", "strict": True, "schema": Answer.model_json_schema()},
    }


def read_answer(content: str) -> list[Proposal]:
    """The proposals in a model's answer; text around the outermost braces, such as a code fence, is ignored.

    Raises:
        DocumentRejected: ``malformed_answer``, with where the answer breaks its form.
    """
    body = content[content.find("{") : content.rfind("}") + 1]
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "answer"
        raise DocumentRejected("malformed_answer", f"{where}: {fault['msg']}") from error
    return [
        Proposal(
            ExampleKind(item.kind),
            item.prompt.strip(),
            item.response.strip(),
            item.evidence.strip(),
            CONFIDENCE,
        )
        for item in answer.examples
    ]
