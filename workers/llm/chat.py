"""A language model behind any OpenAI-compatible endpoint, asked for answers in a fixed JSON form."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import TypeVar, cast

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONObject, ResponseFormatJSONSchema
from pydantic import BaseModel, ValidationError

from agent.errors import DocumentRejected, GenerationFailed
from agent.spec import GenerateConfig
from workers.llm.prompt_file import Message

RETRIES = 3
"""Tries after the first for 429, 5xx and lost connections; the package waits as the server asks."""
MOST_FAILURES_IN_A_ROW = 3
"""So many requests without any answer are the endpoint's fault and not theirs."""
SHOWN_CHARACTERS = 200
JSON_MODE: ResponseFormatJSONObject = {"type": "json_object"}
ResponseFormat = ResponseFormatJSONSchema | ResponseFormatJSONObject
UNUSED_KEY = "none"
"""The package wants some key, also for servers that ask for none."""

Answer = TypeVar("Answer", bound=BaseModel)


class ChatModel:
    """Asks one model; many calls may be under way at once in one event loop."""

    def __init__(self, spec: GenerateConfig) -> None:
        """Read the key from the worker's environment.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        self._spec = spec
        self._client = openai.AsyncOpenAI(
            api_key=_key(spec),
            base_url=spec.base_url or None,
            timeout=spec.request_timeout_s,
            max_retries=RETRIES,
        )
        self._knows_schemas = True
        self._spent: Counter[str] = Counter(requests=0, prompt_tokens=0, completion_tokens=0)
        self._failures_in_a_row = 0

    @property
    def usage(self) -> dict[str, int | float]:
        """Requests and tokens so far, as the endpoint counts them."""
        return dict(self._spent)

    async def ask(
        self, messages: list[Message], form: type[Answer], correction: Callable[[str, str], list[Message]]
    ) -> Answer:
        """The model's answer; one that is not of this form is asked for once more, with ``correction(answer, fault)``.

        Raises:
            DocumentRejected: ``malformed_answer``, ``request_refused`` or ``request_timed_out``.
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        content = await self._told(messages, form)
        try:
            return read_as(form, content)
        except DocumentRejected as fault:
            more = correction(content, fault.detail)
        return read_as(form, await self._told(messages + more, form))

    async def close(self) -> None:
        """Close the connections; requests under way fail."""
        await self._client.close()

    async def _told(self, messages: list[Message], form: type[BaseModel]) -> str:
        try:
            content = await self._request(messages, form)
        except openai.OpenAIError as error:
            raise self._translated(error) from error
        self._failures_in_a_row = 0
        return content

    async def _request(self, messages: list[Message], form: type[BaseModel]) -> str:
        """One completion; a server that does not know JSON schemas is asked for plain JSON from then on."""
        if self._knows_schemas:
            try:
                return await self._complete(messages, schema_of(form))
            except openai.BadRequestError:
                # Whether the schema or the request itself is refused shows when it is asked for without.
                content = await self._complete(messages, JSON_MODE)
            self._knows_schemas = False
            return content
        return await self._complete(messages, JSON_MODE)

    async def _complete(self, messages: list[Message], form: ResponseFormat) -> str:
        completion = await self._client.chat.completions.create(
            model=self._spec.model,
            messages=cast(list[ChatCompletionMessageParam], messages),
            temperature=self._spec.temperature,
            max_tokens=self._spec.max_answer_tokens,
            response_format=form,
        )
        self._spent["requests"] += 1
        if completion.usage:
            self._spent["prompt_tokens"] += completion.usage.prompt_tokens
            self._spent["completion_tokens"] += completion.usage.completion_tokens
        return (completion.choices[0].message.content or "") if completion.choices else ""

    def _translated(self, error: openai.OpenAIError) -> DocumentRejected | GenerationFailed:
        """Our error for one of the package: the only place that knows theirs."""
        endpoint = str(self._client.base_url)
        if isinstance(error, openai.APITimeoutError):
            return self._of_one_request("request_timed_out", f"no answer within {self._spec.request_timeout_s:g} s")
        if isinstance(error, openai.APIConnectionError):
            return GenerationFailed(
                f"The endpoint {endpoint} cannot be reached: {error.__cause__ or error}.",
                next_step="Check generate.base_url and that the server runs.",
            )
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return GenerationFailed(
                f"The endpoint {endpoint} refused the key in {self._spec.api_key_env} (HTTP {error.status_code}).",
                next_step=f"Set {self._spec.api_key_env} on the crawl and generate workers to a key that may use "
                f"{self._spec.model!r}.",
            )
        if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
            return self._of_one_request("request_refused", _first_line(error))
        return GenerationFailed(
            f"The endpoint {endpoint} failed on model {self._spec.model!r}: {_first_line(error)}",
            next_step="Check generate.model, the account's limits and the server's log; then resume the job.",
        )

    def _of_one_request(self, reason: str, detail: str) -> DocumentRejected | GenerationFailed:
        self._failures_in_a_row += 1
        failures = self._failures_in_a_row
        if failures < MOST_FAILURES_IN_A_ROW:
            return DocumentRejected(reason, detail)
        return GenerationFailed(
            f"{failures} requests in a row to {self._client.base_url} failed, the last one: {detail}.",
            next_step="Check the server's log, generate.request_timeout_s and curate.chunk_tokens.",
        )


def schema_of(form: type[BaseModel]) -> ResponseFormatJSONSchema:
    """The form as ``response_format`` of a chat completion, in strict mode."""
    return {
        "type": "json_schema",
        "json_schema": {"name": form.__name__.lower(), "strict": True, "schema": form.model_json_schema()},
    }


def read_as(form: type[Answer], content: str) -> Answer:
    """A model's answer; text around the outermost braces, such as a code fence, is ignored.

    Raises:
        DocumentRejected: ``malformed_answer``, with where the answer breaks its form.
    """
    body = content[content.find("{") : content.rfind("}") + 1]
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "answer"
        raise DocumentRejected("malformed_answer", f"{where}: {fault['msg']}") from error


def _key(spec: GenerateConfig) -> str:
    key = os.environ.get(spec.api_key_env, "")
    if key:
        return key
    if spec.base_url:
        return UNUSED_KEY
    raise GenerationFailed(
        f"The environment variable {spec.api_key_env} is not set on this worker.",
        next_step=f"Set {spec.api_key_env}, or generate.base_url for a server that needs no key.",
    )


def _first_line(error: openai.OpenAIError) -> str:
    return " ".join(str(error).split())[:SHOWN_CHARACTERS]
