"""What servers send for a completion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workers.llm.completion import Completion, NoCompletion, completion_in


def body(message: Any = None, **fields: Any) -> bytes:
    """A completion that says ``{}``, with other fields in its message or beside its choices."""
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    told = {"role": "assistant", "content": "{}"} | (message or {})
    return json.dumps({"choices": [{"message": told, "finish_reason": "stop"}], "usage": usage} | fields).encode()


def test_a_completion_is_read() -> None:
    assert completion_in(body()) == Completion("{}", thought="", refusal="", finish="stop", usage=(3, 4))


def test_content_in_typed_parts_is_joined() -> None:
    parts = [{"type": "text", "text": '{"a":'}, {"type": "text", "text": None}, "?", {"type": "text", "text": "1}"}]
    assert completion_in(body({"content": parts})).content == '{"a":1}'


@pytest.mark.parametrize("content", [None, 5, {"a": 1}])
def test_what_is_no_text_is_an_empty_answer(content: Any) -> None:
    assert completion_in(body({"content": content})).content == ""


def test_half_a_character_becomes_the_sign_for_one_that_could_not_be_read() -> None:
    assert completion_in(body({"content": "a \ud83d b"})).content.encode() == "a \ufffd b".encode()


@pytest.mark.parametrize(
    "usage", [None, {}, [1], {"prompt_tokens": "3"}, *({"prompt_tokens": 3, "completion_tokens": n} for n in ("4", -4))]
)
def test_usage_that_cannot_be_is_none(usage: Any) -> None:
    assert completion_in(body(usage=usage)).usage is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "nothing"),
        (b"<!doctype html><p>Welcome", "a web page"),
        (b"Welcome", "something that is no JSON"),
        (b'{"error": {"message": "no such model"}}', "no such model"),
        (b'{"error": "no such model"}', "no such model"),
        (body(choices=[]), "JSON that is no completion"),
        (body(choices=[None]), "JSON that is no completion"),
        (body(choices={"a": 1}), "JSON that is no completion"),
        (body(choices=[{"message": None}]), "JSON that is no completion"),
        (b"[1, 2]", "JSON that is no completion"),
        (b"[" * 100_000, "something that is no JSON"),
    ],
)
def test_anything_else_is_named(sent: bytes, said: str) -> None:
    with pytest.raises(NoCompletion, match=said):
        completion_in(sent)
