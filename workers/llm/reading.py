"""An answer read as its form: as it stands, mended, or what is complete of it; or why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from agent.errors import DocumentRejected
from workers.llm.contract import StoredAnswer
from workers.llm.fence import restored
from workers.llm.json_text import mended, scan, without_fence, without_thought
from workers.llm.prompt_file import Message

Answer = TypeVar("Answer", bound=BaseModel)

ECHO_WORDS = 8
"""Runs of so many words of an answer are looked up in what was asked."""
ECHO_SHARE = 0.5
SHOWN_CHARACTERS = 200

FINAL_REASONS = frozenset({"refused_answer"})
"""What asking once more does not mend."""

_REFUSAL = re.compile(
    r"\W*(?:(?:i['’]?m|i am) (?:really |very |so )?sorry|sorry,|i apologi[sz]e|unfortunately,? i"
    r"|(?:as|i['’]?m|i am) an? (?:ai|language model)|i (?:can['’]?t|cannot|can not|won['’]?t|am (?:not able|unable) to)"
    r"|i['’]m (?:not able|unable) to)\b",
    re.IGNORECASE,
)


class Reading(StrEnum):
    """What had to be done to an answer."""

    AS_IS = "as_is"
    MENDED = "mended"
    """Found in other text, repaired, or without what did not belong there."""
    CUT = "cut"
    """The answer was cut off; its complete items are kept."""


@dataclass(frozen=True, slots=True)
class ReadAnswer(Generic[Answer]):
    """The form of an answer and how it was come by."""

    form: Answer
    reading: Reading


def read_as(form: type[Answer], answer: StoredAnswer, asked: Sequence[Message] = ()) -> ReadAnswer[Answer]:
    """The answer as its form.

    Raises:
        DocumentRejected: ``refused_answer``, ``empty_answer``, ``truncated_answer``, ``prompt_echo``,
            ``malformed_answer`` (no JSON) or ``wrong_schema`` (JSON of another form), with where it breaks.
    """
    content = answer.content.strip()
    if not content and (answer.refusal or answer.finish == "content_filter"):
        raise DocumentRejected("refused_answer", (answer.refusal or "the endpoint's content filter")[:SHOWN_CHARACTERS])
    try:
        return ReadAnswer(form.model_validate_json(restored(content)), Reading.AS_IS)
    except ValidationError:
        pass
    # Thoughts first: a document's own "</think>" still has its word joiner.
    said = restored(without_thought(content)).strip()
    cut_off = answer.finish == "length"
    if not said:
        reason = "truncated_answer" if cut_off or content else "empty_answer"
        raise DocumentRejected(reason, "nothing but thoughts" if content or cut_off else "the answer is empty")
    found = scan(without_fence(said))
    if found is None:
        raise _without_json(said, answer, asked)
    if found.is_whole:
        return _fitted(form, _values(form, found.text), Reading.MENDED)
    if found.complete_items and (cut_off or found.ends_in_string):
        try:
            return _fitted(form, _values(form, found.complete_items), Reading.CUT)
        except DocumentRejected:
            pass
    if not cut_off:
        # Ended by itself: a bracket or quote is missing somewhere, not the end.
        return _fitted(form, _values(form, found.text), Reading.MENDED)
    raise DocumentRejected("truncated_answer", "it was cut off before anything was complete; answer more briefly")


def _without_json(said: str, answer: StoredAnswer, asked: Sequence[Message]) -> DocumentRejected:
    if answer.refusal or answer.finish == "content_filter" or _REFUSAL.match(said):
        return DocumentRejected("refused_answer", (answer.refusal or said)[:SHOWN_CHARACTERS])
    if _echoes(said, asked):
        return DocumentRejected("prompt_echo", said[:SHOWN_CHARACTERS])
    return DocumentRejected("malformed_answer", f"no JSON in it: {said[:SHOWN_CHARACTERS]}")


def _values(form: type[BaseModel], text: str) -> Iterator[Any]:
    """What the text may have meant, the likeliest first."""
    value = mended(text)
    if value is None:
        return
    yield value
    name = _only_list(form)
    if name and isinstance(value, list):
        yield {name: value}
    elif name and name not in value:
        yield {name: [value]}
    if isinstance(value, dict) and len(value) == 1:
        yield next(iter(value.values()))  # Small models like to name the whole answer.


def _fitted(form: type[Answer], values: Iterator[Any], reading: Reading) -> ReadAnswer[Answer]:
    first: DocumentRejected | None = None
    for value in values:
        try:
            # Keys that the form does not have are chatter too.
            return ReadAnswer(form.model_validate(value, extra="ignore"), reading)
        except ValidationError as error:
            first = first or _wrong(error)
    raise first or DocumentRejected("malformed_answer", "its JSON cannot be read")


def _only_list(form: type[BaseModel]) -> str:
    names = list(form.model_fields)
    schema = form.model_json_schema()["properties"]
    return names[0] if len(names) == 1 and schema[names[0]].get("type") == "array" else ""


def _wrong(error: ValidationError) -> DocumentRejected:
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"]) or "answer"
    return DocumentRejected("wrong_schema", f"{where}: {fault['msg']}")


def _echoes(said: str, asked: Sequence[Message]) -> bool:
    """Whether most of an answer stands in what was asked."""
    told = f" {' '.join(word for message in asked for word in message['content'].split())} "
    words = said.split()
    runs = [" ".join(words[at : at + ECHO_WORDS]) for at in range(0, max(1, len(words) - ECHO_WORDS + 1), ECHO_WORDS)]
    return len(words) >= ECHO_WORDS and sum(f" {run} " in told for run in runs) >= ECHO_SHARE * len(runs)
