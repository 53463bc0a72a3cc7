"""One HTTP request for a completion, and what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, cast

import openai

from agent.spec import GenerateConfig
from workers.llm.completion import NoCompletion, WebPage, completion_in
from workers.llm.contract import StoredAnswer
from workers.llm.dialect import Feature, request, rung_of
from workers.llm.fault import Fault, What, fault_of, not_a_completion
from workers.llm.prompt_file import Message

CONNECT_S = 10.0
"""Seconds until a server that accepts no connection counts as unreachable, where answers may take longer."""
TEMPLATE_TOKENS = 256
"""Most tokens that a chat template puts before a conversation, such as a default system prompt and the date."""
MESSAGE_TOKENS = 16
"""Most tokens that a chat template puts around one message."""


class RawAnswer(Protocol):
    """An answer of the endpoint, read to its end and not yet parsed."""

    @property
    def content(self) -> bytes:
        """Its body."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, whatever the dialect."""

    messages: list[Message]
    form: str
    """Name of the form."""
    schema: dict[str, Any]
    schema_bytes: int

    @property
    def most_prompt_tokens(self) -> int:
        """A bound: no token of a byte-level vocabulary covers less than one byte; servers may add the schema."""
        written = sum(len(message["content"].encode()) + MESSAGE_TOKENS for message in self.messages)
        return written + self.schema_bytes + TEMPLATE_TOKENS


async def send(
    client: openai.AsyncOpenAI, spec: GenerateConfig, model: str, question: Question, spoken: Collection[Feature]
) -> RawAnswer | Fault:
    """What the endpoint answered, or why nothing; never takes longer than ``request_timeout_s``."""
    body = request(spoken, question.messages, question.form, question.schema, spec.temperature, spec.max_answer_tokens)
    # Goes out as it is: walking through messages and schema takes the package a tenth of the whole call's CPU time.
    try:
        # The package's own timeout is one between two bytes; this one ends an answer that trickles.
        async with asyncio.timeout(spec.request_timeout_s):
            completions = client.chat.completions.with_raw_response
            return cast(RawAnswer, await completions.create(model=model, messages=[], extra_body=body))
    except TimeoutError:
        return Fault(What.TIMEOUT, f"no answer within {spec.request_timeout_s:g} s")
    except openai.OpenAIError as error:
        return fault_of(error, spec.request_timeout_s, client.api_key)


def understand(
    raw: RawAnswer, question: Question, spoken: Collection[Feature], most_tokens: int, secret: str
) -> StoredAnswer | Fault:
    """The completion in an answer; apart from `send`, so that the server can work on the next request meanwhile."""
    try:
        completion = completion_in(raw.content)
    except NoCompletion as told:
        return not_a_completion(str(told), secret, is_page=isinstance(told, WebPage))
    content, thought, finish = completion.content, completion.thought, completion.finish
    # Some servers take a whole answer for thinking; of one that ended by itself nothing is missing.
    said = content or (thought if finish == "stop" else "")
    least = min(len((content + thought).encode()), most_tokens)
    prompt_tokens, completion_tokens = completion.usage or (question.most_prompt_tokens, least)
    if completion.usage and completion_tokens >= most_tokens:
        finish = "length"  # Some servers call every end a stop.
    return StoredAnswer(
        content=said,
        finish=finish,
        refusal=completion.refusal,
        rung=rung_of(spoken),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        estimated=completion.usage is None,
    )
