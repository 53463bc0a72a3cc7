"""What is made of the blocks of a chunk: glossaries, lists, sections under headings, paragraphs, tables."""

from __future__ import annotations

import json

import pytest

from agent.job.records import Block, BlockKind, ExampleKind
from tests.workers.generate.chunks import chunk, heading, listing, paragraph
from tests.workers.generate.extractive.constructing import made_of, prompts, proposals


def test_entries_of_a_glossary_are_asked_for_their_meaning() -> None:
    entries = [
        "CNOT. A two-qubit gate that flips the target if the control is 1.",
        "CLIFFORD GATE. A gate made of H, S and CNOT; Clifford circuits are easy to simulate.",
        "SYNDROME. The pattern of results that shows which error has occurred.",
    ]
    found = proposals(*entries)
    assert [proposal.prompt for proposal in found] == [
        'What does the term "CNOT" mean?',
        'What does the term "Clifford gate" mean?',
        'What does the term "Syndrome" mean?',
    ]
    assert found[0].response == "A two-qubit gate that flips the target if the control is 1."
    assert not any(prompt.startswith("What does the term") for prompt in prompts(entries[0]))


def test_the_steps_of_a_recipe_become_an_instruction() -> None:
    (found,) = proposals(
        "To submit a job, follow these steps:", listing("Open the workspace.", "Choose a target.", "Send the circuit.")
    )
    assert found.prompt == "List the steps to submit a job."
    assert found.kind is ExampleKind.EXPLAIN
    assert found.response == "- Open the workspace.\n- Choose a target.\n- Send the circuit."


@pytest.mark.parametrize(
    ("lead", "question"),
    [
        ("There are three types of quantum error:", "What are the types of quantum error?"),
        ("The main sources of noise in a device are:", "What are the sources of noise in a device?"),
        ("The surface code has several useful properties:", "What useful properties does the surface code have?"),
        ("The QDK includes the following simulators:", "What simulators does the QDK include?"),
        ("A quantum computer consists of:", "What does a quantum computer consist of?"),
    ],
)
def test_the_announcement_of_a_list_becomes_its_question(lead: str, question: str) -> None:
    found = prompts(lead, listing("bit flips", "phase flips", "leakage"), headings=("The surface code",))
    assert found == [question]


@pytest.mark.parametrize("lead", ["It has the following parts:", "For example:", "There are two:", "These include:"])
def test_an_announcement_that_names_nothing_asks_nothing(lead: str) -> None:
    assert prompts(lead, listing("bit flips", "phase flips")) == []


def test_a_list_of_one_item_answers_nothing() -> None:
    assert prompts("There are several types of quantum error:", listing("bit flips")) == []


BODY = (
    "Teleportation moves the state of one qubit to another with the help of an entangled pair. "
    "Two classical bits must travel as well, and the first copy is destroyed on the way."
)


@pytest.mark.parametrize(
    ("text", "title", "prompt"),
    [
        ("What is teleportation?", "", "What is teleportation?"),
        ("Why is teleportation needed", "", "Why is teleportation needed?"),
        ("3.2 Quantum teleportation", "", "teleportation"),
        ("QUANTUM TELEPORTATION", "", "teleportation"),
        ("Introduction", "Quantum teleportation", "teleportation"),
        ("Summary", "Quantum teleportation", "teleportation"),
    ],
)
def test_a_heading_becomes_a_task_answered_by_its_section(text: str, title: str, prompt: str) -> None:
    (found,) = [each for each in proposals(heading(text), paragraph(BODY), title=title) if each.response == BODY]
    assert prompt in found.prompt


def test_a_heading_that_names_a_deed_is_answered_by_how_it_is_done() -> None:
    told = "To prepare a Bell pair, apply a Hadamard gate to one of two qubits. Then apply a CNOT gate to both."
    told += " The pair has no state of its parts."
    (found,) = [each for each in proposals(heading("Prepare a Bell pair"), told) if each.response == told]
    assert "how to prepare a Bell pair" in found.prompt or found.prompt == "How do you prepare a Bell pair?"
    assert not [each for each in proposals(heading("Prepare a Bell pair"), BODY) if each.response == BODY]


def test_a_section_that_begins_with_something_else_does_not_answer_for_its_heading() -> None:
    assert not [each for each in proposals(heading("Bell pairs"), BODY) if each.response == BODY]


def test_a_chunk_answers_for_the_heading_above_it_unless_it_continues_a_section() -> None:
    opening = chunk(BODY, headings=("Protocols", "Teleportation"))
    assert BODY in [found.response for found in made_of(opening)]
    assert BODY not in [found.response for found in made_of(opening.model_copy(update={"continues": True}))]


@pytest.mark.parametrize(
    "text", ["Introduction", "See also", "Example 3", "Next steps", "Our approach", "The catch", "Wow!", "(Broken", "…"]
)
def test_a_heading_that_names_no_subject_is_refused(text: str) -> None:
    assert not [each for each in proposals(heading(text), paragraph(BODY)) if each.response == BODY]


@pytest.mark.parametrize(
    "body",
    [
        "It moves the state of one qubit to another with the help of an entangled pair, " + BODY[0].lower() + BODY[1:],
        BODY.rstrip(".") + " and then",
        "Teleportation is short.",
    ],
)
def test_a_section_that_cannot_stand_alone_answers_nothing(body: str) -> None:
    assert not [found for found in proposals(heading("Teleportation"), body) if found.response.startswith(body[:20])]


def test_an_answer_stops_before_it_sends_the_reader_elsewhere() -> None:
    found = proposals(heading("Teleportation"), BODY + " For more information, see the handbook.")
    assert BODY in [each.response for each in found] and not any("handbook" in each.response for each in found)


def test_a_section_takes_the_list_that_its_last_paragraph_announces() -> None:
    found = proposals(
        heading("Teleportation"), BODY, "Teleportation needs:", listing("an entangled pair", "two classical bits"),
        heading("Other matters"), "Nothing.",
    )  # fmt: skip
    answers = [proposal.response for proposal in found if proposal.kind is ExampleKind.EXPLAIN]
    assert answers == [f"{BODY}\n\nTeleportation needs:\n\n- an entangled pair\n- two classical bits"]


def test_a_paragraph_is_continued_from_its_first_sentence() -> None:
    opening = "Decoherence limits how long a quantum computer can work."
    rest = (
        "Stray fields shift the phase of a qubit, and warm photons excite it. "
        "Better shielding and colder wiring push both effects back, at growing cost."
    )
    found = proposals(f"{opening} {rest}")
    assert [(item.kind, item.prompt, item.response) for item in found] == [(ExampleKind.CONTINUE, opening, rest)]


def test_a_paragraph_that_is_cut_is_not_continued() -> None:
    assert (
        prompts("Decoherence limits how long a quantum computer can work. Stray fields shift the phase. And so") == []
    )


def test_a_list_of_named_entries_becomes_structure() -> None:
    entries = listing("Bit flip: exchanges the two basis states.", "Phase flip: changes the sign of one of them.")
    (found,) = made_of(chunk(entries), ExampleKind.EXTRACT)
    assert json.loads(found.response) == {
        "Bit flip": "exchanges the two basis states.",
        "Phase flip": "changes the sign of one of them.",
    }
    assert found.context == entries.text and found.quotes[0].text == entries.text
    assert made_of(chunk(listing("Bit flip: exchanges the basis states.", "and others")), ExampleKind.EXTRACT) == []


def test_a_table_becomes_one_object_a_row() -> None:
    text = "| Code | Qubits |\n| --- | --- |\n| Steane | 7 |\n| Shor | 9 |"
    (found,) = made_of(chunk(Block(kind=BlockKind.TABLE, text=text)), ExampleKind.EXTRACT)
    assert json.loads(found.response) == [{"Code": "Steane", "Qubits": "7"}, {"Code": "Shor", "Qubits": "9"}]


@pytest.mark.parametrize(
    "text",
    [
        "| Code | Qubits |\n| --- | --- |\n| Steane | |\n| Shor | 9 |",
        "| Code | Code |\n| --- | --- |\n| Steane | 7 |\n| Shor | 9 |",
        "| Code | Qubits |\n| --- | --- |\n| Steane | 7 | 3 |\n| Shor | 9 |",
        "| Code | Qubits |\n| --- | --- |\n| Steane | 7 |",
        "| Weight | 2.5 kg |\n| --- | --- |\n| Power | battery |\n| Colour | white |",
        "| A code that was found in the year 1995 | Qubits |\n| --- | --- |\n| Steane | 7 |\n| Shor | 9 |",
    ],
)
def test_a_table_with_holes_or_without_names_is_left_alone(text: str) -> None:
    assert made_of(chunk(Block(kind=BlockKind.TABLE, text=text)), ExampleKind.EXTRACT) == []
