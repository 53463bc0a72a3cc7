"""Where a language model's answers lie in the store, and what each file says; shared by all jobs of a deployment."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agent.job.records import Record

ANSWERS_FOLDER = "answers"


class KeptAnswer(Record):
    """One answer, with who paid for it."""

    by: str = Field(description="Path of the artifact that the asking unit was making, whether it was finished or not.")
    asked: str = Field(description="Model that was asked; ``answer`` has the name under which it answered.")
    at: str = Field(description="When it was written, ISO 8601 UTC.")
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answer: dict[str, Any] = Field(description="The answer itself, see `workers.llm.contract.StoredAnswer`.")


def answer_path(key: str) -> str:
    """The file of the answer with this key, in one of 256 folders."""
    return f"{ANSWERS_FOLDER}/{key[:2]}/{key}.json"
