"""What is asked of single sentences, and what is not."""

from __future__ import annotations

import pytest

from agent.job.records import ExampleKind
from tests.workers.generate.extractive.constructing import prompts, proposals


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
        ("Azure Quantum allows you to run circuits on several machines.", "What does Azure Quantum allow you to do?"),
        ("A density matrix describes a mixture of several pure states.", "What does a density matrix describe?"),
        ("BQP stands for bounded-error quantum polynomial time.", "What does BQP stand for?"),
        ("The Eastin-Knill theorem says that no code has all gates.", "What does the Eastin-Knill theorem say?"),
        ("Quantum annealing is used to search for low-energy states.", "What is quantum annealing used for?"),
        ("A Bell state is prepared by applying H and then CNOT.", "How is a Bell state prepared?"),
    ],
)
def test_a_predicate_becomes_a_question_for_deed_use_or_manner(sentence: str, question: str) -> None:
    assert prompts(sentence) == [question]


def test_what_a_person_does_once_is_no_knowledge() -> None:
    assert prompts("Alice sends the first qubit of the pair to Bob.") == []
    assert prompts("Ada Lovelace computes the numbers of Bernoulli with the engine.") == []


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


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Unlike a classical bit, a qubit can be in a superposition of two states.",
            "How does a qubit differ from a classical bit?",
        ),
        (
            "Like the Pauli gates, the Hadamard gate is its own inverse.",
            "What does the Hadamard gate have in common with the Pauli gates?",
        ),
        (
            "The difference between QMA and NP is that the proof is a quantum state.",
            "What is the difference between QMA and NP?",
        ),
        (
            "A trapped ion has a long coherence time, whereas a superconducting qubit has fast gates.",
            "How do a trapped ion and a superconducting qubit differ?",
        ),
    ],
)
def test_a_contrast_becomes_a_comparison(sentence: str, question: str) -> None:
    (found,) = proposals(sentence, headings=("The Hadamard gate", "The Pauli gates"))
    assert (found.kind, found.prompt) == (ExampleKind.COMPARATIVE, question)


def test_a_contrast_with_something_unnamed_is_no_comparison() -> None:
    assert prompts("Unlike the previous one, this gate acts on two qubits at once.") == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("A Clifford circuit cannot produce a magic state.", "How can a Clifford circuit produce a magic state?"),
        ("QIR does not depend on the language of a program.", "Why does QIR depend on the language of a program?"),
        ("A T gate is not a Clifford gate in any basis.", ""),
        ("Error mitigation isn't just a matter of software.", ""),
        ("Qubits are not always measured at the end of a circuit.", ""),
    ],
)
def test_a_denial_corrects_the_question_that_takes_its_contrary_for_granted(sentence: str, question: str) -> None:
    found = proposals(sentence)
    assert [each.prompt for each in found] == ([question] if question else [])
    assert all(each.kind is ExampleKind.FALSE_PREMISE and each.response == sentence for each in found)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The Steane code uses seven qubits for one logical qubit.", "How many qubits does the Steane code use?"),
        ("A GPU simulator supports up to 27 qubits in one run.", "Up to how many qubits does a GPU simulator support?"),
    ],
)
def test_a_number_is_asked_for(sentence: str, question: str) -> None:
    assert prompts(sentence) == [question]


def test_an_effect_is_asked_for_with_its_cause() -> None:
    (found,) = proposals("Decoherence leads to a slow drift of the phase of a qubit.")
    assert (found.kind, found.prompt) == (ExampleKind.ANALYTICAL, "What does decoherence lead to?")


PARAGRAPH = (
    "A compiler works in several passes over a program. The scheduler assigns a time to each gate of the circuit. "
    "Gates that share no qubit run at the same time, as far as the hardware allows."
)


def test_what_only_its_paragraph_explains_is_asked_together_with_the_paragraph() -> None:
    (found,) = [each for each in proposals(PARAGRAPH) if each.kind is ExampleKind.FACTUAL]
    assert (found.prompt, found.context) == ("What does the scheduler assign?", PARAGRAPH)
    assert found.response == "The scheduler assigns a time to each gate of the circuit."


def test_what_a_thing_may_become_is_no_deed() -> None:
    paragraph = PARAGRAPH.replace("The scheduler assigns a time", "The scheduler can become slow and give a time")
    assert not any(each.startswith("What can") for each in prompts(paragraph))


def test_one_way_of_many_is_asked_about_only_with_its_paragraph() -> None:
    sentence = "A phase gate can be implemented by shifting the frame of the clock."
    assert prompts(sentence) == []
    paragraph = (
        f"{sentence} No pulse is sent at all, so that the gate takes no time and has no error. Compilers use that."
    )
    assert "How can a phase gate be implemented?" in prompts(paragraph)


@pytest.mark.parametrize(
    "opening",
    [
        "Here is how we built it.",
        "This is shown in figure 3.",
        "Alice runs a compiler in several passes.",
        "Let's look at passes!",
        "However, a compiler works in passes.",
    ],
)
def test_a_paragraph_that_does_not_stand_alone_is_given_with_no_question(opening: str) -> None:
    text = PARAGRAPH.replace("A compiler works in several passes over a program.", opening)
    assert not [each for each in proposals(text) if each.context]


@pytest.mark.parametrize(
    "sentence",
    [
        "A qubit is, I think, a system with two levels.",
        "A qubit is a system with two levels that we met earlier.",
        "A session is a group of jobs that are sent together.",
        "As $n$ grows, a qubit is a system with two levels.",
        "Alice's qubit is a system with two levels that Bob measures.",
        "A spin_x is a system with two levels that can be measured.",
        "Tensor product is a product of two vectors with all pairs.",
        "Preparing states is a procedure with several steps of cooling.",
        "A pulse has a higher fidelity because it is slow.",
        "A qubit is a key part of every machine that computes with states.",
        "A qubit can also be a photon that travels in a fibre.",
        "Every Sprite is a self-contained environment that starts in a second.",
        "The type of register determines the gates that may be applied.",
        "A beam splitter is a mirror for two paths that comes at 20% off.",
        "A beam splitter is a device of two parts with a free trial of a month.",
        "A beam splitter is a nod to the design of old mirrors with two paths.",
        "A beam splitter is a mirror that mixes the paths of a |QPU_short| quickly.",
    ],
)
def test_an_author_who_talks_and_a_thing_without_a_name_are_not_asked_about(sentence: str) -> None:
    assert prompts(sentence) == []
