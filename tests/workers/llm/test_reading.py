"""Answers of language models as they come, read as a form."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from agent.errors import DocumentRejected
from workers.llm.contract import StoredAnswer
from workers.llm.reading import ReadAnswer, Reading, read_as


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str
    wrong: list[str] = []


class Items(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Item]


class Verdict(BaseModel):
    supported: bool
    reason: str


ASKED = [{"role": "user", "content": "Write questions on this: a qubit is a system of two states that can be in both."}]


def read(content: str, finish: str = "stop", refusal: str = "") -> ReadAnswer[Items]:
    return read_as(Items, StoredAnswer(content=content, finish=finish, refusal=refusal), ASKED)


def questions(content: str, finish: str = "stop") -> tuple[list[str], Reading]:
    answer = read(content, finish)
    return [item.question for item in answer.form.items], answer.reading


def reason(content: str, finish: str = "stop", refusal: str = "") -> str:
    with pytest.raises(DocumentRejected) as caught:
        read(content, finish, refusal)
    return caught.value.reason


ONE = '{"items": [{"question": "a?"}]}'


def test_a_good_answer_is_read_as_it_is() -> None:
    assert questions(ONE) == (["a?"], Reading.AS_IS)


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{ONE}\n```",
        f"Sure, here you are:\n```\n{ONE}\n```\nAnything else?",
        f"Here: {ONE} I hope that helps {{really}}.",
        f"<think>The user wants {{json}} [ok]</think>\n{ONE}",
        f"They want JSON with {{braces}}.</think>{ONE}",
        "{'items': [{'question': 'a?'}]}",
        '{"items": [{"question": "a?",},],}',
        '{items: [{question: "a?"}]}',
        '{"items": [{"question": "a?"}]',
        '[{"question": "a?"}]',
        '{"answer": {"items": [{"question": "a?"}]}}',
        '{"question": "a?"}',
        '{"items": [{"question": "a?", "comment": "mine"}], "note": "done"}',
        '{"items": [{"question": "a?" "wrong": []}]}',
        f"```json\n{ONE}",
    ],
)
def test_what_stands_around_json_or_is_missing_in_it_is_mended(content: str) -> None:
    assert questions(content) == (["a?"], Reading.MENDED)


def test_of_a_cut_off_answer_only_complete_items_are_kept() -> None:
    two = '{"items": [{"question": "a?", "wrong": ["x", "y"]}, {"question": "b?", "wrong": ["x"]}, '
    for tail in ('{"question": "c', '{"question": "c?", "wrong": ["x", "y"', '{"question": "c?", "wrong": ["x"]', ""):
        assert questions(two + tail, "length") == (["a?", "b?"], Reading.CUT)


def test_an_answer_cut_off_within_a_string_is_cut_even_when_the_server_calls_it_a_stop() -> None:
    assert questions('{"items": [{"question": "a?"}, {"question": "b and') == (["a?"], Reading.CUT)


def test_braces_and_quotes_within_strings_do_not_end_an_answer() -> None:
    assert questions('x {"items": [{"question": "what is {\\"a\\": [1]} ]}"}, {"question": "b', "length") == (
        ['what is {"a": [1]} ]}'],
        Reading.CUT,
    )


@pytest.mark.parametrize(
    ("content", "finish", "refusal", "expected"),
    [
        ("", "stop", "", "empty_answer"),
        ("   \n", "stop", "", "empty_answer"),
        ("", "length", "", "truncated_answer"),
        ("<think>still at it", "length", "", "truncated_answer"),
        ('{"items": [{"question": "a', "length", "", "truncated_answer"),
        ("", "stop", "I can't do that.", "refused_answer"),
        ("", "content_filter", "", "refused_answer"),
        ("I'm sorry, but I can't help with that.", "stop", "", "refused_answer"),
        ("As an AI language model, I have no", "stop", "", "refused_answer"),
        ("Certainly! Here you are.", "stop", "", "malformed_answer"),
        ("{ }", "stop", "", "malformed_answer"),
        ('{"items": "none"}', "stop", "", "wrong_schema"),
        ('{"items": [{"question": 5}]}', "stop", "", "wrong_schema"),
        ('{"verdict": true}', "stop", "", "wrong_schema"),
        (ASKED[0]["content"], "stop", "", "prompt_echo"),
    ],
)
def test_what_cannot_be_read_says_why(content: str, finish: str, refusal: str, expected: str) -> None:
    assert reason(content, finish, refusal) == expected


def test_an_answer_without_a_list_is_mended_but_never_kept_when_it_was_cut_off() -> None:
    cut = '{"supported": true, "reason": "because'
    assert read_as(Verdict, StoredAnswer(content=cut, finish="stop")).reading is Reading.MENDED
    with pytest.raises(DocumentRejected, match="truncated_answer"):
        read_as(Verdict, StoredAnswer(content=cut, finish="length"))


def test_the_fault_names_where_the_form_is_broken() -> None:
    with pytest.raises(DocumentRejected, match=r"items\.0\.question: Input should be a valid string"):
        read('{"items": [{"question": 5}]}')


@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_a_loop_of_brackets_is_a_malformed_answer(sign: str) -> None:
    assert reason('{"items": ' + sign * 5_000) in {"malformed_answer", "wrong_schema"}


def test_half_a_character_in_an_escape_can_be_written_afterwards() -> None:
    (asked,), reading = questions(r'{"items": [{"question": "What is \ud83d?"}]}')
    assert (asked.encode(), reading) == ("What is \ufffd?".encode(), Reading.MENDED)
