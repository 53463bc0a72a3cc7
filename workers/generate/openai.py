"""The backend that asks a language model behind any OpenAI-compatible endpoint."""

from __future__ import annotations

import os
import threading
from collections import Counter
from typing import cast

import openai
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONObject, ResponseFormatJSONSchema

from agent.errors import DocumentRejected, GenerationFailed
from agent.job.records import Chunk
from agent.spec import GenerateConfig
from workers.generate.answer import read_answer, schema
from workers.generate.backend import Proposal
from workers.generate.prompt_file import Message, PromptFile

REQUESTS_AT_ONCE = 4
"""Hides the endpoint's latency without filling a small server's queue."""
RETRIES = 3
"""Tries after the first for 429, 5xx and lost connections; the package waits as the server asks."""
MOST_FAILURES_IN_A_ROW = 3
"""So many chunks without any answer are the endpoint's fault and not theirs."""
SHOWN_CHARACTERS = 200
JSON_MODE: ResponseFormatJSONObject = {"type": "json_object"}
ResponseFormat = ResponseFormatJSONSchema | ResponseFormatJSONObject
UNUSED_KEY = "none"
"""The package wants some key, also for servers that ask for none."""


class OpenAICompatible:
    """Asks for examples in a fixed JSON form; safe to call from several threads."""

    concurrency = REQUESTS_AT_ONCE

    def __init__(self, spec: GenerateConfig) -> None:
        """Read the key from the worker's environment.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        self._spec = spec
        self._prompts = PromptFile.load()
        self._client = openai.OpenAI(
            api_key=_key(spec),
            base_url=spec.base_url or None,
            timeout=spec.request_timeout_s,
            max_retries=RETRIES,
        )
        self._form: ResponseFormat = schema()
        self._lock = threading.Lock()
        self._spent: Counter[str] = Counter(requests=0, prompt_tokens=0, completion_tokens=0)
        self._failures_in_a_row = 0

    @property
    def name(self) -> str:
        return f"openai:{self._spec.model}/{self._prompts.version}"

    @property
    def usage(self) -> dict[str, int]:
        with self._lock:
            return dict(self._spent)

    def propose(self, chunk: Chunk, limit: int) -> list[Proposal]:
        """At most ``limit`` proposals; an answer that cannot be read is asked for once more.

        Raises:
            DocumentRejected: ``malformed_answer``, ``request_refused`` or ``request_timed_out``.
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        messages = self._prompts.messages(chunk, limit)
        content = self._ask(messages)
        try:
            return read_answer(content)[:limit]
        except DocumentRejected as fault:
            correction = self._prompts.correction(content, fault.detail)
        return read_answer(self._ask(messages + correction))[:limit]

    def close(self) -> None:
        """Close the connections; requests under way fail."""
        self._client.close()

    def _ask(self, messages: list[Message]) -> str:
        try:
            content = self._request(messages)
        except openai.OpenAIError as error:
            raise self._translated(error) from error
        with self._lock:
            self._failures_in_a_row = 0
        return content

    def _request(self, messages: list[Message]) -> str:
        """One completion; a server that does not know JSON schemas is asked for plain JSON from then on."""
        form = self._form
        try:
            return self._complete(messages, form)
        except openai.BadRequestError:
            if form is JSON_MODE:
                raise
        content = self._complete(messages, JSON_MODE)
        self._form = JSON_MODE
        return content

    def _complete(self, messages: list[Message], form: ResponseFormat) -> str:
        completion = self._client.chat.completions.create(
            model=self._spec.model,
            messages=cast(list[ChatCompletionMessageParam], messages),
            temperature=self._spec.temperature,
            response_format=form,
        )
        with self._lock:
            self._spent["requests"] += 1
            if completion.usage:
                self._spent["prompt_tokens"] += completion.usage.prompt_tokens
                self._spent["completion_tokens"] += completion.usage.completion_tokens
        return (completion.choices[0].message.content or "") if completion.choices else ""

    def _translated(self, error: openai.OpenAIError) -> DocumentRejected | GenerationFailed:
        """Our error for one of the package: the only place that knows theirs."""
        endpoint = str(self._client.base_url)
        if isinstance(error, openai.APITimeoutError):
            return self._of_one_chunk("request_timed_out", f"no answer within {self._spec.request_timeout_s:g} s")
        if isinstance(error, openai.APIConnectionError):
            return GenerationFailed(
                f"The endpoint {endpoint} cannot be reached: {error.__cause__ or error}.",
                next_step="Check generate.base_url and that the server runs.",
            )
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return GenerationFailed(
                f"The endpoint {endpoint} refused the key in {self._spec.api_key_env} (HTTP {error.status_code}).",
                next_step=f"Set {self._spec.api_key_env} on the generate workers to a key that may use "
                f"{self._spec.model!r}.",
            )
        if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
            return self._of_one_chunk("request_refused", _first_line(error))
        return GenerationFailed(
            f"The endpoint {endpoint} failed on model {self._spec.model!r}: {_first_line(error)}",
            next_step="Check generate.model, the account's limits and the server's log; then resume the job.",
        )

    def _of_one_chunk(self, reason: str, detail: str) -> DocumentRejected | GenerationFailed:
        with self._lock:
            self._failures_in_a_row += 1
            failures = self._failures_in_a_row
        if failures < MOST_FAILURES_IN_A_ROW:
            return DocumentRejected(reason, detail)
        return GenerationFailed(
            f"{failures} requests in a row to {self._client.base_url} failed, the last one: {detail}.",
            next_step="Check the server's log, generate.request_timeout_s and curate.chunk_tokens.",
        )


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
