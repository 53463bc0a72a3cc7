"""Every construction of the extractive backend, and what it refuses to ask."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind, ExampleKind
from tests.workers.generate.assignments import assignment, proposed
from tests.workers.generate.chunks import chunk, heading, listing, paragraph
from workers.generate.accept import accept
from workers.generate.backend import Proposal
from workers.generate.extractive.completions import whole_chunk


def proposals(*blocks: Block | str, title: str = "", headings: tuple[str, ...] = ()) -> list[Proposal]:
    return proposed(chunk(*blocks, title=title, headings=headings), 20)


def prompts(*blocks: Block | str, title: str = "", headings: tuple[str, ...] = ()) -> list[str]:
    return [proposal.prompt for proposal in proposals(*blocks, title=title, headings=headings)]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("A qubit is a two-level system that carries quantum information.", "What is a qubit?"),
        ("The Bloch sphere is a picture of the states of one qubit.", "What is the Bloch sphere?"),
        ("Entanglement is the property of a joint state that is no product.", "What is entanglement?"),
        ("Shor's algorithm is a quantum algorithm that factors integers.", "What is Shor's algorithm?"),
        ("QMA is the class of problems with short quantum proofs.", "What is QMA?"),
        ("In optics, a beam splitter is a mirror that mixes two paths.", "In optics, what is a beam splitter?"),
        ("A Toffoli gate (CCX) is a gate with two controls and one target.", "What is a Toffoli gate (CCX)?"),
        ("The Toffoli gate, or CCX, is a gate with two controls and one target.", "What is the Toffoli gate?"),
        ("The depth of a circuit is the number of layers of gates in it.", "What is the depth of a circuit?"),
    ],
)  # fmt: skip
def test_a_definition_becomes_a_question_for_what_it_defines(sentence: str, question: str) -> None:
    assert prompts(sentence) == [question]


def test_a_heading_vouches_for_a_definite_subject() -> None:
    sentence = "The qubit is the basic unit of quantum information in a computer."
    assert prompts(sentence) == []
    assert prompts(sentence, headings=("Qubits",)) == ["What is the qubit?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a two-level system that carries quantum information.",
        "This is a consequence of the linearity of quantum mechanics.",
        "The state is a vector with two complex entries of unit length.",
        "The following gate is a rotation of the state by an angle.",
        "A common approach is a circuit with many layers of gates.",
        "One way to do this is a circuit that swaps both qubits.",
        "However, a qubit is a system that loses its state quickly.",
        "Stabilizer codes are the most widely studied family of codes.",
        "A qubit is a great way of teaching physics to children.",
        "A qubit, as shown below, is a system with two levels.",
        "A qubit is a system, as described in figure 3, with two levels.",
        "A qubit is a thing.",
        "A qubit is a system (with two levels.",
        "a qubit is a system with two levels that can be superposed.",
        "A qubit is a system with two levels that can be",
        "Alice is the sender of the message in this protocol.",
        "Grover is a name that everybody in the field knows well.",
        "Applying a gate to the qubit is a step that takes time.",
        "Quantum error correction is a technique that adds overhead to both.",
        "The probability of measuring 0 is the squared size of that number.",
    ],
)
def test_a_sentence_that_needs_its_context_is_not_asked_about(sentence: str) -> None:
    assert prompts(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The CNOT gate flips the target when its control is one.", "What does the CNOT gate do?"),
        ("A density matrix describes a mixture of several pure states.", "What does a density matrix describe?"),
        ("BQP stands for bounded-error quantum polynomial time.", "What does BQP stand for?"),
        ("The Eastin-Knill theorem says that no code has all gates.", "What does the Eastin-Knill theorem say?"),
        ("Quantum annealing is used to search for low-energy states.", "What is quantum annealing used for?"),
        ("A Bell state is prepared by applying H and then CNOT.", "How is a Bell state prepared?"),
        ("A phase gate can be implemented by shifting the frame of the clock.", "How can a phase gate be implemented?"),
    ],
)
def test_a_predicate_becomes_a_question_for_deed_use_or_manner(sentence: str, question: str) -> None:
    assert prompts(sentence) == [question]


def test_what_a_person_does_once_is_no_knowledge() -> None:
    assert prompts("Alice sends the first qubit of the pair to Bob.") == []


def test_a_noun_that_looks_like_a_verb_is_not_taken_for_one() -> None:
    assert prompts("ISA transforms from the architecture layer include many error correction codes.") == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Superconducting qubits are cooled to millikelvin because heat would excite them.",
            "Why are superconducting qubits cooled to millikelvin?",
        ),
        (
            "An unknown state cannot be copied because quantum evolution is linear.",
            "Why can an unknown state not be copied?",
        ),
        (
            "The T gate is applied through magic states so that errors do not spread.",
            "Why is the T gate applied through magic states?",
        ),
    ],
)
def test_a_reason_becomes_a_why(sentence: str, question: str) -> None:
    assert prompts(sentence) == [question]


def test_a_since_of_time_is_no_reason() -> None:
    assert prompts("Quantum annealing is open to paying customers since 2011 or earlier.") == []


def test_a_named_thing_is_asked_for_its_name() -> None:
    assert prompts("The region of a computer that produces magic states is called a factory.") == [
        "What is the region of a computer that produces magic states called?"
    ]
    assert prompts("This region of the computer chip is called a factory.") == []


def test_who_and_when_are_asked_of_an_origin() -> None:
    assert prompts("Quantum teleportation was proposed in 1993 by Bennett and others.") == [
        "Who proposed quantum teleportation?"
    ]
    assert prompts("Quantum teleportation was first demonstrated in 1997 with photons.") == [
        "When was quantum teleportation demonstrated?"
    ]


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
        ("How to teleport a qubit", "", "Explain how to teleport a qubit."),
        ("Move a qubit state", "", "Explain how to move a qubit state."),
        ("3.2 Quantum teleportation", "", 'Explain the topic "Quantum teleportation".'),
        ("Quantum teleportation", "Protocols", 'In the context of "Protocols", explain "Quantum teleportation".'),
        ("QUANTUM TELEPORTATION", "", 'Explain the topic "Quantum teleportation".'),
        ("Introduction", "Quantum teleportation", 'Give an introduction to "Quantum teleportation".'),
        ("Summary", "Quantum teleportation", 'Summarise the topic "Quantum teleportation".'),
    ],
)
def test_a_heading_becomes_a_task_answered_by_its_section(text: str, title: str, prompt: str) -> None:
    (found,) = proposals(heading(text), paragraph(BODY), title=title)
    assert (found.prompt, found.response) == (prompt, BODY)


def test_a_chunk_answers_for_the_heading_above_it_unless_it_continues_a_section() -> None:
    opening = chunk(BODY, headings=("Protocols", "Teleportation"))
    assert [found.prompt for found in proposed(opening, 20)] == ['Explain the topic "Teleportation".']
    assert proposed(opening.model_copy(update={"continues": True}), 20) == []


@pytest.mark.parametrize(
    "text", ["Introduction", "See also", "Example 3", "Next steps", "Our approach", "The catch", "Wow!", "(Broken", "…"]
)
def test_a_heading_that_names_no_subject_is_refused(text: str) -> None:
    assert prompts(heading(text), paragraph(BODY)) == []


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
    assert found[0].response == BODY


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


def test_every_response_is_a_verbatim_span_and_its_own_evidence() -> None:
    text = chunk(
        heading("Teleportation"), BODY, "A Bell pair is a pair of qubits that are maximally entangled.",
        "There are two types of error:", listing("flips", "leaks"), title="Protocols",
    )  # fmt: skip
    found = proposed(text, 20)
    assert len(found) >= 3
    assert all(
        proposal.response in text.text and [quote.text for quote in proposal.quotes] == [proposal.response]
        for proposal in found
    )


def test_the_surest_examples_are_taken_when_few_are_wanted() -> None:
    (found,) = proposed(
        chunk(heading("Teleportation"), BODY, "A Bell pair is a pair of qubits that are maximally entangled."), 1
    )
    assert found.prompt == "What is a Bell pair?"


def test_what_repeats_the_chunk_before_is_context_and_gives_no_examples_of_its_own() -> None:
    repeated = "A qubit is the basic unit of quantum information and has two states."
    own = "A quantum gate is a reversible operation that acts on one qubit or on several of them at once."
    following = chunk(repeated, own).model_copy(update={"overlap": 1})
    assert not any(repeated in proposal.response for proposal in proposed(following, 9))
    assert any(own in proposal.response for proposal in proposed(following, 9))
    plain = whole_chunk(following)
    assert plain is not None and accept(assignment(following), plain, "plain/1").evidence[0].text == own


def test_formulas_and_captions_are_no_sentences() -> None:
    formula = Block(kind=BlockKind.FORMULA, text="$$E$$ is the energy of a state in the trap.")
    caption = Block(kind=BlockKind.CAPTION, text="Figure 1. A trapped ion is a charged atom that fields hold in place.")
    assert proposed(chunk(formula, caption), 9) == []
