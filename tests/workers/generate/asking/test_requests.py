"""What one chunk is asked with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.job.records import ExampleKind, Split
from tests.workers.generate.asking.every_kind import COOLING, QUBITS, everything, rich_chunk
from workers.generate.asking.requests import messages, requests
from workers.generate.backend import Assignment, Order
from workers.generate.context.record import Concept, Context, Definition, Entity, Quantity, Relation


def asked(assignment: Assignment) -> dict[str, dict[str, int]]:
    return {request.family: dict(request.counts) for request in requests(assignment)}


def test_kinds_of_one_shape_share_a_request_so_that_the_document_is_sent_once() -> None:
    of = everything(rich_chunk(), ExampleKind.FACTUAL, ExampleKind.EXPLAIN, ExampleKind.SUMMARY_SHORT, count=2)
    assert asked(of) == {"examples": {"factual": 2, "summary_short": 2, "explain": 2}}


def test_other_shapes_are_asked_apart() -> None:
    families = asked(everything(rich_chunk(Split.TEST)))
    assert list(families) == ["examples", "multi_hop", "conversation", "extract"]


def test_an_unanswerable_question_brings_an_answerable_twin() -> None:
    assert asked(everything(rich_chunk(), ExampleKind.UNANSWERABLE)) == {
        "examples": {"unanswerable": 1, "answerable": 1}
    }


def test_multiple_choice_is_asked_of_held_out_chunks_only() -> None:
    assert asked(everything(rich_chunk(Split.TRAIN), ExampleKind.CHOICE)) == {}
    assert asked(everything(rich_chunk(Split.VALIDATION), ExampleKind.CHOICE)) == {"choice": {"choice": 1}}


def test_no_question_needs_two_documents_where_there_is_one() -> None:
    assert asked(replace(everything(rich_chunk(), ExampleKind.MULTI_HOP), partner=None)) == {}


def test_orders_over_the_limit_are_not_placed() -> None:
    orders = (Order(ExampleKind.FACTUAL, 3), Order(ExampleKind.EXPLAIN, 3), Order(ExampleKind.ANALYSE, 3))
    of = replace(everything(rich_chunk()), orders=orders, limit=4)
    assert asked(of) == {"examples": {"factual": 3, "explain": 1}}


def test_half_of_the_tables_are_asked_for_as_json() -> None:
    forms = [
        form
        for number in range(40)
        for form in asked(everything(rich_chunk(document=f"d{number}"), ExampleKind.EXTRACT))["extract"]
    ]
    assert 10 < forms.count("extract_json") < 30
    assert set(forms) == {"extract_json", "extract_table"}


@pytest.mark.parametrize("split", [Split.TRAIN, Split.TEST])
def test_the_document_is_fenced_in_every_request_of_every_kind(split: Split) -> None:
    kinds = (*ExampleKind,) if split is Split.TEST else ()
    of = everything(rich_chunk(split), *kinds)
    for request in requests(of):
        system, user = messages(request, of, 3)
        mark = user["content"].split("mark of this request is ")[1].split(".")[0]
        begin, end = f"{mark} document begins\n", f"\n{mark} document ends"
        inside = user["content"].split(begin)[1].split(end)[0]
        assert inside.endswith(f"Title: Qubits\nHeadings: Basics\n\n{QUBITS}")
        assert user["content"].count(QUBITS) == 1
        if request.family == "multi_hop":
            assert COOLING in user["content"].split(f"{mark} partner begins\n")[1].split(f"\n{mark} partner ends")[0]
        assert system["content"] == request.wording.system, "the beginning is the same for every document"


def test_what_the_analysis_found_is_offered_inside_the_fence() -> None:
    context = Context(
        words=50,
        sentences=4,
        concepts=(
            Concept("syndrome", 10, 0.4, "syndrome"),
            Concept("Bell  pair", 0, 0.9, "bell pair"),
            Concept("syndrome", 30, 0.2, "syndrome"),
        ),
        entities=(Entity("John Bell", 3, "person"), Entity("CHSH", 20, "acronym", "Clauser-Horne-Shimony-Holt")),
        definitions=(Definition("A qubit is a system.", 0, "qubit"),),
        relations=(Relation("Heat causes noise.", 0, "cause", "heat", "noise"),),
        quantities=(Quantity("15 millikelvin", 5, 15.0, "millikelvin"),),
        themes=("error correction",),
    )
    of = replace(everything(rich_chunk(), ExampleKind.FACTUAL), context=context)
    (request,) = requests(of)
    _, user = messages(request, of, 0)
    told = user["content"].split(" notes begins\n")[1].split("\n")[:6]
    assert told == [
        "Themes: error correction",
        "Concepts: Bell pair; syndrome",
        "Names: John Bell (person); CHSH (Clauser-Horne-Shimony-Holt)",
        "Defined: qubit",
        "Related: heat / noise (cause)",
        "Quantities: 15 millikelvin",
    ]


def test_what_can_only_be_checked_in_english_is_not_paid_for_in_other_languages() -> None:
    of = everything(rich_chunk(), ExampleKind.FALSE_PREMISE, ExampleKind.UNANSWERABLE, ExampleKind.FACTUAL)
    german = replace(of, chunk=of.chunk.model_copy(update={"language": "de"}))
    assert asked(german) == {"examples": {"factual": 1}}
    (request,) = requests(german)
    assert "document's language (de)" in messages(request, german, 0)[1]["content"]
