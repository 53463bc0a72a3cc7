"""Held-out questions with answers to choose from."""

from __future__ import annotations

import pytest

from agent.job.records import ExampleKind, Row, RowFormat, Split
from tests.workers.train.units import make_row
from workers.train.questions import choose_questions, split_restatement


def _rows(count: int = 30) -> list[Row]:
    return [make_row(n, RowFormat.CHAT, Split.TEST) for n in range(count)]


def _answering(lengths: list[int]) -> list[Row]:
    rows = []
    for n, length in enumerate(lengths):
        row = make_row(n, RowFormat.PROMPT_COMPLETION, Split.TEST)
        rows.append(row.model_copy(update={"completion": " " + chr(97 + n) * length}))
    return rows


def test_the_right_answer_comes_first_and_is_no_distractor() -> None:
    for question in choose_questions(_rows(), 10, seed=1):
        assert question.options[0] == question.row.messages[1]["content"]
        assert len(set(question.options)) == len(question.options) == 4


def test_distractors_are_near_in_length() -> None:
    rows = _answering([10, 11, 12, 13, 14, 15, 16, 500, 510, 520])
    for question in choose_questions(rows, 10, seed=1):
        if len(question.options[0]) < 20:
            assert all(len(option) < 20 for option in question.options)


def test_the_choice_depends_on_the_seed_and_not_on_the_order_of_rows() -> None:
    assert choose_questions(_rows(), 5, seed=1) == choose_questions(_rows()[::-1], 5, seed=1)
    assert choose_questions(_rows(), 5, seed=1) != choose_questions(_rows(), 5, seed=2)


def test_two_answers_make_a_choice_of_two_and_one_makes_none() -> None:
    assert [len(question.options) for question in choose_questions(_answering([5, 6]), 9, seed=1)] == [2, 2]
    assert choose_questions(_answering([5]), 9, seed=1) == []


def test_plain_text_rows_ask_nothing() -> None:
    assert choose_questions([make_row(n, RowFormat.TEXT, Split.TEST) for n in range(9)], 9, seed=1) == []


@pytest.mark.parametrize(
    ("question", "answer", "parts"),
    [
        ("What is a qubit?", "A qubit is a two-level system.", ("A qubit is ", "a two-level system.")),
        (
            "Why does the phase drift?",
            "The phase is noisy, so it drifts.",
            ("The phase is ", "noisy, so it drifts."),
        ),
        ("What is a qubit?", "It is a two-level system.", ("", "It is a two-level system.")),
        ("What is a qubit?", "A qubit is small.", ("", "A qubit is small.")),
    ],
)
def test_an_answer_is_split_where_it_stops_repeating_its_question(
    question: str, answer: str, parts: tuple[str, str]
) -> None:
    assert split_restatement(question, answer) == parts


def test_wrong_answers_begin_as_the_right_one_so_that_the_subject_alone_gives_nothing_away() -> None:
    things = ["qubit", "photon", "magnon", "phonon", "polaron"]
    rows = [
        make_row(number, RowFormat.PROMPT_COMPLETION, Split.TEST).model_copy(
            update={
                "prompt": f"What is a {thing}?",
                "completion": f" A {thing} is the {number}th kind of thing.",
            }
        )
        for number, thing in enumerate(things)
    ]
    for question in choose_questions(rows, 5, seed=1):
        opening = " ".join(question.options[0].split()[:3])
        assert len(question.options) == 4
        assert all(option.startswith(opening) for option in question.options)


def test_a_multiple_choice_row_brings_its_own_wrong_answers() -> None:
    row = make_row(3, RowFormat.CHAT, Split.TEST)
    choice = row.model_copy(update={"id": "c", "kind": ExampleKind.CHOICE, "wrong_answers": ("Never.", "Always.")})
    (alone,) = choose_questions([choice], 5, seed=1)
    assert alone.options == (row.messages[1]["content"], "Never.", "Always.")
    beside = choose_questions([*_rows(), choice], 100, seed=1)
    assert [question.options for question in beside if question.row is choice] == [alone.options]
    assert not any("Never." in question.options for question in beside if question.row is not choice)
