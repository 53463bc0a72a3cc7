"""How an example is laid out for the model."""

from __future__ import annotations

import pytest

from agent.errors import InvalidSpec
from agent.job.records import Example, ExampleKind, RowFormat
from agent.spec import AssembleConfig
from tests.workers.generate.desk import model
from tests.workers.generate.examples import example
from workers.generate.dataset.formats import lay_out, layout_for

QUESTION = example("What is a qubit?", "A two-level system.")
CONTINUATION = example("Qubits lose their state.", "Codes bring it back.", kind=ExampleKind.CONTINUE)
PLAIN = example("", "Qubits lose their state. Codes bring it back.")


def test_auto_follows_the_model() -> None:
    assert layout_for(AssembleConfig(), model(chat=True)) is RowFormat.CHAT
    assert layout_for(AssembleConfig(), model(chat=False)) is RowFormat.PROMPT_COMPLETION


def test_chat_without_a_template_is_refused_with_the_model_and_the_way_out() -> None:
    with pytest.raises(InvalidSpec, match=r"'tiny' has none.*prompt_completion"):
        layout_for(AssembleConfig(format="chat"), model(chat=False))


def test_an_explicit_layout_is_taken_where_the_model_allows_it() -> None:
    assert layout_for(AssembleConfig(format="text"), model(chat=True)) is RowFormat.TEXT
    assert layout_for(AssembleConfig(format="chat"), model(chat=True)) is RowFormat.CHAT


def test_a_question_becomes_a_conversation() -> None:
    row = lay_out(QUESTION, RowFormat.CHAT)
    assert row.messages == (
        {"role": "user", "content": "What is a qubit?"},
        {"role": "assistant", "content": "A two-level system."},
    )
    assert (row.prompt, row.completion, row.text) == ("", "", "")


def test_the_system_prompt_comes_first_when_there_is_one() -> None:
    first = lay_out(QUESTION, RowFormat.CHAT, "Be brief.").messages[0]
    assert first == {"role": "system", "content": "Be brief."}


def test_a_conversation_asks_for_a_continuation() -> None:
    asked = lay_out(CONTINUATION, RowFormat.CHAT).messages[0]["content"]
    assert asked == "Continue this text:\n\nQubits lose their state."


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        (QUESTION, "Question: What is a qubit?\nAnswer: A two-level system."),
        (CONTINUATION, "Qubits lose their state. Codes bring it back."),
    ],
)
def test_prompt_and_completion_join_without_anything_between(given: Example, joined: str) -> None:
    row = lay_out(given, RowFormat.PROMPT_COMPLETION)
    assert row.prompt + row.completion == joined
    assert lay_out(given, RowFormat.TEXT).text == joined
    assert row.messages == ()


@pytest.mark.parametrize("layout", list(RowFormat))
def test_a_whole_chunk_is_plain_text_in_every_layout(layout: RowFormat) -> None:
    row = lay_out(PLAIN, layout, "Be brief.")
    assert (row.format, row.text) == (RowFormat.TEXT, PLAIN.response)
    assert (row.messages, row.prompt, row.completion) == ((), "", "")


def test_a_row_is_traceable_to_its_source() -> None:
    row = lay_out(QUESTION, RowFormat.CHAT)
    assert (row.id, row.chunk_id, row.document_id) == (QUESTION.id, "d1-0", "d1")
    assert (row.url, row.licence, row.kind, row.split) == (QUESTION.url, "CC-BY-4.0", QUESTION.kind, QUESTION.split)
