"""Form checks: each names its reason, and good examples pass all of them."""

from __future__ import annotations

import pytest

from agent.job.records import ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.quality.form import fault_of, is_other_language


def proposal(
    prompt: str = "What is a qubit?",
    response: str = "A two-level quantum system.",
    kind: ExampleKind = ExampleKind.FACTUAL,
    evidence: str = "a two-level system",
) -> Proposal:
    return Proposal(kind, prompt, response, (Quote(evidence),), 0.8)


@pytest.mark.parametrize(
    "good",
    [
        proposal(),
        proposal("How does entanglement affect its two partners?", "Each one's result fixes the other's."),
        proposal("Explain the topic \"Qubits\".", "A qubit has two levels.", ExampleKind.EXPLAIN),
        proposal('In the context of "Gates", explain "Inverse".', "Each gate has one.", ExampleKind.EXPLAIN),
        proposal(response=r"It is $\left<a^\dagger a\right>$, a mean of two levels."),
        proposal(response="The master kills the slave process after a penetration test of its two levels."),
        proposal(response="Dirac's brackets are associative; a cockpit, Scunthorpe and a mass have two levels."),
        proposal("The text of the law says that", "no state can be copied.", ExampleKind.CONTINUE),
    ],
)  # fmt: skip
def test_a_well_formed_example_has_no_fault(good: Proposal) -> None:
    assert fault_of(good) == ""


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (proposal("Qubits?"), "prompt_length"),
        (proposal("what " * 90 + "?"), "prompt_length"),
        (proposal(response=""), "response_length"),
        (proposal(response="word " * 500), "response_length"),
        (proposal("Tell me what a qubit is."), "no_question_mark"),
        (proposal("What is a (qubit?"), "unbalanced_prompt"),
        (proposal('What is a "qubit?'), "unbalanced_prompt"),
        (proposal("What does the text say about qubits?"), "mentions_the_text"),
        (proposal(response="According to the passage, it is a system."), "mentions_the_text"),
        (proposal("What is it made of?"), "unresolved_reference"),
        (proposal("Why are these gates?"), "unresolved_reference"),
        (proposal(response="What is a qubit? It is a system."), "echo"),
        (proposal(response="a qubit"), "echo"),
        (proposal(response="the cat sat down " * 8), "repetition"),
        (proposal(response="The |dwave_5kq| chip is shown in Figure %s."), "markup"),
        (proposal(response="The |Uarr| state of the |general error| is :ref:`up`."), "markup"),
        (proposal(response="See [the docs](https://example.org)."), "markup"),
        (proposal(evidence="the qubit"), "thin_evidence"),
        (proposal("What does the table below say of qubits?"), "unresolved_reference"),
        (proposal(response="Sure, a qubit has two levels."), "template_leftover"),
        (proposal(response="<|im_start|>A qubit has two levels."), "template_leftover"),
        (proposal(response="Ask ada@lovelace.org about its two levels."), "personal_data"),
        (proposal(response="Ask <EMAIL> about its two levels."), "personal_data"),
        (proposal(response="It is a bullshit system with two levels."), "offensive"),
        (proposal("Sum up.", "A qubit has two levels and decays.", ExampleKind.SUMMARY_BULLETS), "wrong_form"),
    ],
)
def test_a_fault_of_form_is_named(bad: Proposal, reason: str) -> None:
    assert fault_of(bad) == reason


@pytest.mark.parametrize(
    "said",
    [
        "Measuring a|0> + b|1> gives 0 with probability |a|^2, and Z has the value |a|^2 - |b|^2.",
        "Its amplitude |alpha| stays below the norm |psi_1| and the size |x| of the vector.",
        "By Slutsky's theorem the sum converges, and a Wankel engine has a rotor.",
    ],
)
def test_bars_around_a_value_and_names_of_people_are_no_fault(said: str) -> None:
    assert fault_of(proposal(response=said)) == ""


def test_an_answer_in_another_language_than_its_chunk_is_told() -> None:
    german = "Ein Qubit ist die kleinste Einheit der Quanteninformation und hat zwei Zustände."
    assert is_other_language(german, "en")
    assert not is_other_language(german, "de")
    assert not is_other_language("A qubit is the smallest unit of quantum information and has two states.", "en")
    assert not is_other_language("Zwei Zustände.", "en")
