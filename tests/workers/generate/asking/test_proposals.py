"""Answers of every shape as proposals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from agent.job.records import ExampleKind, Exchange, Split
from tests.workers.generate.asking.every_kind import COOLING, QUBITS, everything, rich_chunk
from workers.generate.asking.proposals import Answered, proposals
from workers.generate.asking.requests import requests
from workers.generate.backend import Proposal, Quote, Refused

QUBIT, BELL, *_ = (f"{sentence}." for sentence in QUBITS.rstrip(".").split(". "))
FRIDGE = COOLING.split(". ")[0] + "."


def read(kind: ExampleKind, answer: dict[str, Any], document: str = "d1") -> Answered:
    """The answer to the request for one kind."""
    of = everything(rich_chunk(Split.TEST, document), kind)
    (request,) = requests(of)
    return proposals(request.form.model_validate_json(json.dumps(answer)), request, of, 3)


def one(kind: ExampleKind, answer: dict[str, Any], document: str = "d1") -> Proposal:
    (found,) = read(kind, answer, document)
    assert isinstance(found, Proposal), found
    return found


def refused(kind: ExampleKind, answer: dict[str, Any]) -> str:
    (found,) = read(kind, answer)
    assert isinstance(found, Refused)
    return found.reason


def written(kind: str, **fields: Any) -> dict[str, Any]:
    item = {"kind": kind, "prompt": "What is a qubit?", "response": QUBIT, "evidence": [QUBIT]} | fields
    return {"examples": [item]}


def test_a_question_carries_its_quotes_and_its_wording() -> None:
    found = one(ExampleKind.FACTUAL, written("factual", evidence=[QUBIT, f" {QUBIT}", "", BELL]))
    assert (found.kind, found.quotes) == (ExampleKind.FACTUAL, (Quote(QUBIT), Quote(BELL)))
    assert found.wording.startswith("examples-")
    assert found.context == ""


def test_a_question_without_an_answer_and_its_twin_have_the_same_form() -> None:
    items = [*written("unanswerable")["examples"], *written("answerable")["examples"]]
    without, twin = read(ExampleKind.UNANSWERABLE, {"examples": items})
    assert isinstance(without, Proposal)
    assert isinstance(twin, Proposal)
    assert (without.kind, twin.kind) == (ExampleKind.UNANSWERABLE, ExampleKind.FACTUAL)
    assert without.context == twin.context == QUBITS


@pytest.mark.parametrize("kind", ["summary_short", "summary_detailed", "summary_bullets", "rewrite"])
def test_what_says_the_passage_again_rests_on_all_of_it(kind: str) -> None:
    found = one(ExampleKind(kind), written(kind, evidence=[]))
    assert (found.context, found.quotes) == (QUBITS, (Quote(QUBITS),))


def test_an_answer_without_evidence_is_refused() -> None:
    assert refused(ExampleKind.FACTUAL, written("factual", evidence=[" "])) == "no_evidence"


def test_evidence_that_is_no_list_is_read_as_one() -> None:
    assert one(ExampleKind.FACTUAL, written("factual", evidence=QUBIT)).quotes == (Quote(QUBIT),)


def test_a_broken_item_costs_itself_alone_and_is_counted() -> None:
    items = [*written("factual")["examples"], {"kind": "riddle", "prompt": "?"}, {"kind": "factual", "prompt": "What"}]
    good, *broken = read(ExampleKind.FACTUAL, {"examples": items})
    assert isinstance(good, Proposal)
    assert [(each.reason, each.failed) for each in broken if isinstance(each, Refused)] == [
        ("malformed_item", True)
    ] * 2


def test_an_answer_of_broken_items_only_is_malformed() -> None:
    with pytest.raises(ValidationError):
        read(ExampleKind.FACTUAL, {"examples": [{"kind": "riddle"}]})


def test_an_empty_list_is_an_honest_answer() -> None:
    assert read(ExampleKind.FACTUAL, {"examples": [], "thought": "nothing to learn here"}) == []


TABLE = {
    "prompt": "List the things that the passage defines with what they are.",
    "columns": ["Thing", "What it is"],
    "rows": [["qubit", "a two-level system"], ["Bell pair", "a pair of qubits"]],
}


def test_a_table_is_written_as_json_or_markdown_that_parses() -> None:
    found = {one(ExampleKind.EXTRACT, {"examples": [TABLE]}, f"d{number}").response for number in range(12)}
    as_json, as_table = sorted(found, key=lambda text: text.startswith("|"))
    assert json.loads(as_json)[1] == {"Thing": "Bell pair", "What it is": "a pair of qubits"}
    assert as_table.split("\n")[:3] == ["| Thing | What it is |", "| --- | --- |", "| qubit | a two-level system |"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rows": [["qubit", "a two-level system"]]}, "table_too_small"),
        ({"columns": ["Thing", "thing"]}, "unclear_columns"),
        ({"rows": [["qubit"], ["Bell pair", "a pair of qubits"]]}, "uneven_table"),
        ({"rows": [["qubit", "a three-level system"], ["Bell pair", "a pair of qubits"]]}, "cell_not_in_passage"),
    ],
)
def test_a_table_that_is_none_is_refused(change: dict[str, Any], reason: str) -> None:
    assert refused(ExampleKind.EXTRACT, {"examples": [TABLE | change]}) == reason


def test_a_question_on_two_documents_quotes_both() -> None:
    hop = {"prompt": "Which?", "response": "Both.", "first_evidence": [QUBIT], "second_evidence": [FRIDGE]}
    found = one(ExampleKind.MULTI_HOP, {"examples": [hop]})
    assert found.quotes == (Quote(QUBIT), Quote(FRIDGE, of_partner=True))
    assert refused(ExampleKind.MULTI_HOP, {"examples": [hop | {"second_evidence": []}]}) == "one_document_only"


def test_a_conversation_becomes_its_history_and_its_last_exchange() -> None:
    turns = [{"prompt": f"{at}?", "response": f"{at}.", "evidence": [QUBIT]} for at in range(5)]
    found = one(ExampleKind.CONVERSATION, {"turns": turns})
    assert found.history == (Exchange(prompt="0?", response="0."), Exchange(prompt="1?", response="1."))
    assert (found.prompt, found.response) == ("2?", "2.")
    assert [quote.turn for quote in found.quotes] == [0, 1, None]
    silent = {"turns": [turns[0], turns[1] | {"evidence": []}, turns[2]]}
    assert refused(ExampleKind.CONVERSATION, silent) == "no_evidence"
    assert refused(ExampleKind.CONVERSATION, {"turns": turns[:1]}) == "too_few_turns"


CHOICE = {
    "prompt": "How many levels does a qubit have?",
    "response": "two levels",
    "wrong_answers": ["three levels", "four levels", "ten levels"],
    "evidence": [QUBIT],
}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (["three levels", "four levels"], "wrong_number_of_options"),
        (["three levels", "four levels", ""], "wrong_number_of_options"),
        (["three levels", "Three levels.", "four levels"], "repeated_option"),
        (["Two levels.", "three levels", "four levels"], "repeated_option"),
        (
            ["as many levels as there are photons in the line", "three levels", "four levels"],
            "options_of_unlike_length",
        ),
        (["3 levels", "three levels", "four levels"], "options_of_unlike_type"),
        (["three levels", "one unit", "four levels"], "wrong_option_in_evidence"),
    ],
)
def test_unfair_options_are_refused(wrong: list[str], reason: str) -> None:
    assert refused(ExampleKind.CHOICE, {"examples": [CHOICE | {"wrong_answers": wrong}]}) == reason


def test_fair_options_go_with_the_question() -> None:
    found = one(ExampleKind.CHOICE, {"examples": [CHOICE]})
    assert found.wrong_answers == ("three levels", "four levels", "ten levels")
