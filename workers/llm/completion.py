"""The parts of a chat completion that count, read from whatever a server takes for one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeGuard

from workers.llm.json_text import whole

REASONING_FIELDS = ("reasoning_content", "reasoning")
"""Where servers put what a model thought before it answered: vLLM and others, OpenRouter."""
MOST_TOKENS = 2**31
"""No call takes more; a server that tells such a number tells none."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The first choice and what it took."""

    content: str
    thought: str
    refusal: str
    finish: str
    usage: tuple[int, int] | None
    """Tokens of the prompt and of the answer, None where the server tells neither or nothing that can be."""


class NoCompletion(ValueError):
    """A body that is something else; says what."""


class WebPage(NoCompletion):
    """The body is a page: the address is not that of an API."""


def completion_in(body: bytes) -> Completion:
    """The completion in the body of an answer with status 200.

    The package's own types hold whatever the server sent, checked against nothing, so that a field of another type
    would break far from here, and again each time the unit is tried.

    Raises:
        NoCompletion: no JSON (such as a proxy's page), an error all the same, or nothing with a message.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        start = body.lstrip()[:1]
        if start == b"<":
            raise WebPage("a web page") from error
        raise NoCompletion("something that is no JSON" if start else "nothing") from error
    if isinstance(value, dict) and (fault := value.get("error")):
        raise NoCompletion(whole(str(fault.get("message") or fault) if isinstance(fault, dict) else str(fault)))
    choices = value.get("choices") if isinstance(value, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise NoCompletion("JSON that is no completion")
    return Completion(
        content=_text(message.get("content")),
        thought=next((_text(message[name]) for name in REASONING_FIELDS if message.get(name)), ""),
        refusal=_text(message.get("refusal")),
        finish=_text(choice.get("finish_reason")),
        usage=_usage(value.get("usage")),
    )


def _text(content: Any) -> str:
    """The text, also where it comes in typed parts; '' for what is none."""
    if isinstance(content, list):
        parts = (part for part in content if isinstance(part, dict) and part.get("type") == "text")
        return "".join(_text(part.get("text")) for part in parts)
    return whole(content) if isinstance(content, str) else ""


def _usage(told: Any) -> tuple[int, int] | None:
    if not isinstance(told, dict):
        return None
    prompt, answer = told.get("prompt_tokens"), told.get("completion_tokens")
    return (prompt, answer) if _is_count(prompt) and _is_count(answer) else None


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < MOST_TOKENS
