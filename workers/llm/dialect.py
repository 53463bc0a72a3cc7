"""What one server understands of a request: learnt from its refusals, tried again now and then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workers.llm.prompt_file import Message

TRY_AGAIN_AFTER = (8, 64, 512, 4096)
"""Calls a refused feature is left out for, after its first, second … refusal: one odd 400 costs eight calls their
schema, a server that never knows schemas costs one refused (and free) request in thousands."""


class Feature(StrEnum):
    """Something that servers may not know."""

    SCHEMA = "schema"
    """``response_format`` with a JSON schema."""
    JSON = "json"
    """``response_format`` with plain JSON mode."""
    MAX_TOKENS = "max_tokens"
    """The limit under this name; newer OpenAI models want ``max_completion_tokens``, which older servers ignore."""
    TEMPERATURE = "temperature"
    SYSTEM = "system"
    """Messages of the role system."""


class Rung(StrEnum):
    """How the form of an answer is asked for."""

    SCHEMA = "schema"
    JSON = "json"
    TEXT = "text"


EVERYTHING = frozenset(Feature)

_OF_FORM = re.compile(r"response_format|json_?schema|json_?object|json mode|structured output|grammar|guided", re.I)
_OF_TOKENS = re.compile(r"max_tokens|max_completion_tokens", re.I)
_OF_TEMPERATURE = re.compile(r"temperature", re.I)
_OF_SYSTEM = re.compile(r"system (?:role|message|prompt)|'system'|\"system\"|roles? must alternate", re.I)
_OF_LENGTH = re.compile(r"context[ _](?:length|window|size)|too (?:long|large|many tokens)|maximum.{0,20} tokens", re.I)


def too_long(refusal: str) -> bool:
    """Whether a refused request was refused for its length, which no other dialect would mend."""
    return bool(_OF_LENGTH.search(refusal)) and not _OF_FORM.search(refusal)


def names_the_form(refusal: str) -> bool:
    """Whether an error speaks of the form that was asked for."""
    return bool(_OF_FORM.search(refusal))


def suspect(refusal: str, spoken: Collection[Feature]) -> Feature | None:
    """The feature to leave out next after a refusal: the one it names, else the highest rung; None when all are out."""
    if not names_the_form(refusal):
        for feature, named in (
            (Feature.MAX_TOKENS, _OF_TOKENS),
            (Feature.SYSTEM, _OF_SYSTEM),
            (Feature.TEMPERATURE, _OF_TEMPERATURE),
        ):
            if feature in spoken and named.search(refusal):
                return feature
    return next((feature for feature in (Feature.SCHEMA, Feature.JSON) if feature in spoken), None)


def rung_of(spoken: Collection[Feature]) -> Rung:
    """The highest rung among these features."""
    return next((Rung(feature) for feature in (Feature.SCHEMA, Feature.JSON) if feature in spoken), Rung.TEXT)


def request(
    spoken: Collection[Feature],
    messages: list[Message],
    name: str,
    schema: dict[str, Any],
    temperature: float,
    max_tokens: int,
) -> dict[str, Any]:
    """The parts of a chat completion request that differ between servers."""
    limit = "max_tokens" if Feature.MAX_TOKENS in spoken else "max_completion_tokens"
    body: dict[str, Any] = {limit: max_tokens}
    body["messages"] = messages if Feature.SYSTEM in spoken else without_system(messages)
    if Feature.TEMPERATURE in spoken:
        body["temperature"] = temperature
    match rung_of(spoken):
        case Rung.SCHEMA:
            strict = {"name": name, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": strict}
        case Rung.JSON:
            body["response_format"] = {"type": "json_object"}
    return body


def without_system(messages: list[Message]) -> list[Message]:
    """The same conversation with the system's words at the head of the first user message."""
    system = [message["content"] for message in messages if message["role"] == "system"]
    rest = [message for message in messages if message["role"] != "system"]
    if not system or not rest:
        return rest
    return [rest[0] | {"content": "\n\n".join([*system, rest[0]["content"]])}, *rest[1:]]


@dataclass
class Dialect:
    """The features one server is spoken to with."""

    _calls: int = 0
    _refused: Counter[Feature] = field(default_factory=Counter)
    _again_at: dict[Feature, int] = field(default_factory=dict)
    _on_trial: set[Feature] = field(default_factory=set)

    def next_call(self) -> frozenset[Feature]:
        """What this call should try. A refused feature is tried again by one call alone."""
        self._calls += 1
        due = {feature for feature, at in self._again_at.items() if self._calls >= at}
        for feature in due:
            self._again_at[feature] = self._calls + TRY_AGAIN_AFTER[0]
        self._on_trial |= due
        return EVERYTHING - (self._again_at.keys() - due)

    def understood(self, spoken: Collection[Feature], refused: Collection[Feature]) -> None:
        """A request was answered with ``spoken`` after it was refused with ``refused`` as well."""
        rung = rung_of(spoken)
        for feature in spoken:
            # JSON mode is not sent where a schema is, so an answer says nothing of it.
            if feature != Feature.JSON or rung == Rung.JSON:
                self._again_at.pop(feature, None)
                self._refused.pop(feature, None)
                self._on_trial.discard(feature)
        for feature in refused:
            if feature in self._again_at and feature not in self._on_trial:
                continue  # Sent before the first refusal was known: the same news.
            self._on_trial.discard(feature)
            pause = TRY_AGAIN_AFTER[min(self._refused[feature], len(TRY_AGAIN_AFTER) - 1)]
            self._refused[feature] += 1
            self._again_at[feature] = self._calls + pause
