"""Which of the examples that the rules make are taken, and those that rest on several of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from agent.job.records import Block, BlockKind, Chunk, ExampleKind, Split
from tests.workers.generate.assignments import assignment, proposed
from tests.workers.generate.chunks import chunk, heading, listing
from tests.workers.generate.extractive.constructing import MANY, made_of
from workers.generate.accept import accept
from workers.generate.backend import Assignment, Order, Proposal
from workers.generate.context.analyse import analyse
from workers.generate.extractive.backend import Extractive, chosen, constructed
from workers.generate.extractive.completions import whole_chunk
from workers.generate.extractive.wording import reworded

BODY = (
    "Teleportation moves the state of one qubit to another with the help of an entangled pair. "
    "Two classical bits must travel as well, and the first copy is destroyed on the way."
)
BELL = "A Bell pair is a pair of qubits that are maximally entangled."


def test_every_response_is_a_verbatim_span_and_its_own_evidence() -> None:
    text = chunk(
        heading("Teleportation"), BODY, BELL,
        "There are two types of error:", listing("flips", "leaks"), title="Protocols",
    )  # fmt: skip
    found = [each for each in proposed(text, 20) if each.kind is not ExampleKind.CONVERSATION]
    assert len(found) >= 3
    assert all(
        proposal.response in text.text and [quote.text for quote in proposal.quotes] == [proposal.response]
        for proposal in found
    )


def test_the_surest_examples_are_taken_when_few_are_wanted() -> None:
    (found,) = proposed(chunk(heading("Teleportation"), BODY, BELL), 1)
    assert found.response == BELL


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


def ordered(text: Chunk, *orders: Order, partner: Chunk | None = None, limit: int = MANY) -> list[Proposal]:
    work = Assignment(text, analyse(text), orders, limit, partner=partner)
    return chosen(constructed(work), work)


def test_no_more_of_a_kind_are_taken_than_are_ordered() -> None:
    text = chunk(BELL, "A Bloch sphere is a picture of all the states of one qubit.", heading("Teleportation"), BODY)
    assert len(ordered(text, Order(ExampleKind.FACTUAL, 2))) == 2
    assert len(ordered(text, Order(ExampleKind.FACTUAL, 1))) == 1
    assert ordered(text) == []


PASSAGE = (
    "The surface code places its qubits on a square grid. Every check of the code touches four neighbours at most. "
    "That suits a chip, where wires are short and cannot cross."
)


def test_a_passage_that_does_not_answer_gets_a_question_of_its_partner_and_a_refusal() -> None:
    (found,) = ordered(chunk(PASSAGE), Order(ExampleKind.UNANSWERABLE, 2), partner=chunk(BELL, ordinal=1))
    assert (found.prompt, found.context) == ("What is a Bell pair?", PASSAGE)
    assert [quote.text for quote in found.quotes] == [PASSAGE] and "Bell" not in found.response
    assert found.draws_on_partner


def test_a_question_of_another_document_needs_that_ones_permission_too() -> None:
    other = chunk(BELL, document="d2", licence="CC-BY-SA-4.0")
    work = Assignment(
        chunk(PASSAGE), analyse(chunk(PASSAGE)), (Order(ExampleKind.UNANSWERABLE, 2),), MANY, partner=other
    )
    (example,) = (accept(work, each, "rules") for each in asyncio.run(Extractive().propose(work)))
    assert (example.document_id, example.other_documents) == ("d1", ("d2",))
    assert example.licence == "CC-BY-4.0 AND CC-BY-SA-4.0"


def test_a_passage_that_may_answer_is_no_place_for_a_refusal() -> None:
    partner = chunk("A square grid is a pattern of rows and columns with equal gaps.", ordinal=1)
    assert ordered(chunk(PASSAGE), Order(ExampleKind.UNANSWERABLE, 2), partner=partner) == []


def test_passages_come_with_questions_that_they_answer_too() -> None:
    text = chunk(
        f"{BELL} Each of its two qubits alone is completely random. Together they are in one pure and known state."
    )
    kinds = Order(ExampleKind.UNANSWERABLE, 1), Order(ExampleKind.FACTUAL, 4)
    partner = chunk("A transmon is an artificial atom that consists of a junction and a capacitor.", ordinal=1)
    found = ordered(text, *kinds, partner=partner)
    assert {(each.kind, each.prompt) for each in found if each.context} >= {
        (ExampleKind.UNANSWERABLE, "What is a transmon?"),
        (ExampleKind.FACTUAL, "What is a Bell pair?"),
    }


DEFINITIONS = (
    "A transmon is a superconducting circuit that behaves like an atom.",
    "A trapped ion is a charged atom that electric fields hold in place.",
    "A quantum dot is a small island of electrons in a semiconductor.",
    "A colour centre is a defect of a crystal that can hold one electron.",
)


def test_held_out_definitions_become_choices_between_meanings_of_one_form() -> None:
    held_out = chunk(*DEFINITIONS, split=Split.TEST)
    found = [each for each in ordered(held_out, Order(ExampleKind.CHOICE, 9)) if "transmon" in each.prompt]
    assert [each.response for each in found] == ["A superconducting circuit that behaves like an atom."]
    assert len(found[0].wrong_answers) == 3 and found[0].response not in found[0].wrong_answers
    assert all(each.startswith("A ") for each in found[0].wrong_answers)
    assert ordered(chunk(*DEFINITIONS), Order(ExampleKind.CHOICE, 9)) == []
    assert ordered(chunk(*DEFINITIONS[:2], split=Split.TEST), Order(ExampleKind.CHOICE, 9)) == []


def test_a_conversation_asks_in_the_order_of_the_text() -> None:
    (found,) = ordered(chunk(*DEFINITIONS[:3]), Order(ExampleKind.CONVERSATION, 1))
    assert [turn.prompt for turn in found.history] == ["What is a transmon?", "What is a trapped ion?"]
    assert (found.prompt, found.response) == ("What is a quantum dot?", DEFINITIONS[2])
    assert {quote.text for quote in found.quotes} == set(DEFINITIONS[:3])
    assert ordered(chunk(BELL), Order(ExampleKind.CONVERSATION, 1)) == []


def test_the_same_question_has_several_forms_and_each_place_keeps_its_own() -> None:
    (asked,) = made_of(chunk(BELL))
    forms = {reworded(asked, f"chunk-{number}").prompt for number in range(40)}
    assert {"What is a Bell pair?", "Can you tell me what a Bell pair is?"} <= forms
    assert reworded(asked, "chunk-1") == reworded(asked, "chunk-1")
    assert reworded(replace(asked, prompt="Explain BQP."), "x").prompt == "Explain BQP."


def test_every_kind_that_is_promised_can_be_made() -> None:
    text = chunk(
        *DEFINITIONS, PASSAGE, "A Clifford circuit cannot produce a magic state.", heading("Teleportation"), BODY,
        "Like the X gate, a Hadamard gate is its own inverse.",
        listing("Flip: X is applied.", "Leak: it is lost."),
        "Qubits are cooled to millikelvin because heat would excite them.",
        BODY + " Nobody learns the state.", split=Split.TEST,
    )  # fmt: skip
    work = replace(assignment(text, 60), partner=chunk(BELL, ordinal=1))
    found = asyncio.run(Extractive().propose(work))
    assert {each.kind for each in found} == Extractive.kinds
