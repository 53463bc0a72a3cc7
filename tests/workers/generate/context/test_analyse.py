"""What is found in a chunk: each part on sentences of its own, and offsets that are exact whatever the text."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Block, BlockKind
from tests.workers.generate.chunks import chunk, heading, listing, paragraph
from workers.generate.context.analyse import analyse
from workers.generate.context.record import Context

_PIECES = st.sampled_from(
    ["Dr. Ada Moss", "$x^2$", "`f(x)`", "\u00b5m", "3.5 \u00b0C", "\u2014", "the yeast", "because", "is a",
     "\U0001f9ea", "e\u0301", "(NASA)", "in 1994", "than", "\n", ". ", ", ", "consists of", "http://a.b/c", "10,000 km",
     "Q#", "\u00a4", "Node.js", "Grover's algorithm", "\u201cso\u201d", "- ", "|0\\rangle$", "two hours"]
)  # fmt: skip
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=12)), min_size=1, max_size=25).map(" ".join)


def found(*blocks: Block | str, title: str = "") -> Context:
    return analyse(chunk(*blocks, title=title))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BlockKind), _TEXTS), min_size=1, max_size=4), st.integers(0, 2))
def test_every_finding_stands_in_the_chunk_where_it_says(parts: list[tuple[BlockKind, str]], overlap: int) -> None:
    blocks = [Block(kind=kind, text=text) for kind, text in parts]
    made = chunk(*blocks).model_copy(update={"overlap": min(overlap, len(blocks) - 1)})
    context = analyse(made)
    sorts = (context.concepts, context.entities, context.definitions, context.relations, context.quantities)
    for mention in (mention for sort in sorts for mention in sort):
        assert made.text[mention.start : mention.end] == mention.text
    assert 0 <= context.density <= 1


def test_what_the_chunk_repeats_of_the_one_before_is_not_counted_again() -> None:
    made = chunk("A lathe is a machine that turns wood.", "Oak is hard.").model_copy(update={"overlap": 1})
    assert analyse(made).definitions == ()


def test_concepts_are_the_phrases_that_a_chunk_dwells_on() -> None:
    context = found(
        "Sourdough bread rises through wild yeast. Wild yeast lives in the sourdough starter, and the baker feeds the "
        "sourdough starter with flour every day.",
        title="The sourdough starter",
    )
    assert context.concepts[0].key == "sourdough starter"
    assert "wild yeast" in {concept.key for concept in context.concepts}
    assert context.themes[0] == "sourdough starter"
    assert "day" not in {concept.key for concept in context.concepts}


def test_names_are_told_by_their_form() -> None:
    context = found(
        "The process was described by Carl Bosch in 1913. Engineers at the University of Leeds built the reactor in "
        "Norway with a Programmable Logic Controller (PLC). The Haber process runs on OpenPLC."
    )
    labels = {entity.text: entity.label for entity in context.entities}
    assert labels["Carl Bosch"] == "person"
    assert labels["1913"] == "date"
    assert labels["University of Leeds"] == "organisation"
    assert labels["Norway"] == "place"
    assert labels["PLC"] == "acronym"
    assert labels["Haber process"] == "method"
    assert labels["OpenPLC"] == "product"
    assert next(each.long_form for each in context.entities if each.text == "PLC") == "Programmable Logic Controller"


def test_a_definition_names_its_term() -> None:
    context = found(
        "An estuary is a coastal body of water where a river meets the sea. The word is old. "
        "A sudden loss of cabin pressure is called decompression. This is a good way to learn."
    )
    assert [definition.term for definition in context.definitions] == ["estuary", "decompression"]


def test_the_entries_of_a_glossary_are_definitions() -> None:
    context = found(
        listing("Scoring: cutting the loaf with a blade before it is baked", "Crumb - the inside of a loaf of bread")
    )
    assert [definition.term for definition in context.definitions] == ["Scoring", "Crumb"]


def test_relations_have_two_sides() -> None:
    context = found(
        "The dam failed because the spillway was too narrow. Copper conducts heat better than steel does in a pan. "
        "The heart consists of four chambers. The samples were washed before the reagent was added."
    )
    sides = {relation.kind: (relation.left, relation.right) for relation in context.relations}
    assert sides["cause"] == ("The dam failed", "the spillway was too narrow")
    assert sides["comparison"][1] == "steel does in a pan"
    assert sides["part_of"] == ("The heart", "four chambers")
    assert sides["sequence"] == ("The samples were washed", "the reagent was added")


def test_quantities_carry_value_and_unit_and_years_are_none() -> None:
    context = found(
        "In 1998 the oven held 230 °C for 45 minutes; the crew of 12 used 1,500 kg of coal and two hours of light at "
        "2.5 x 10^3 lm. See figure 3 and version 2.1.4."
    )
    assert [(each.value, each.unit) for each in context.quantities] == [
        (230, "°C"), (45, "minutes"), (12, ""), (1500, "kg"), (2, "hours"), (2500, "lm"),
    ]  # fmt: skip


def test_formulas_and_inline_code_are_no_language() -> None:
    context = found("Let $E = mc^2$ hold. Call `Reactor.start(3 kg)` to begin the run.")
    assert context.quantities == ()
    assert not any("Reactor" in entity.text for entity in context.entities)
    assert context.formulas == 1


def test_entries_of_a_bibliography_are_counted() -> None:
    context = found(
        "[1] M. Moss and T. Ray, On bread, J. Baking 3, pp. 4-9 (2001).",
        "[2] K. Lind, et al. Ovens. doi:10.1000/182 (1999).",
        "The oven was lit in 2001.",
    )
    assert context.reference_entries == 2


def test_dense_text_counts_more_than_talk() -> None:
    talk = found("So we are going to have a look at it now. You will see that it is not that hard to do it at all.")
    dense = found("Ammonia boils at -33 °C. Its vapour pressure at 20 °C is 8.6 bar, higher than that of propane.")
    assert dense.density > talk.density + 0.3


def test_sentences_are_counted_in_paragraphs_alone() -> None:
    context = found(
        heading("Soups. And stews."), paragraph("Stock simmers slowly. It must not boil."), listing("Carrots.")
    )
    assert (context.sentences, context.lists, context.list_items) == (2, 1, 1)
    assert context.negations == 1


def test_what_an_author_tells_of_himself_is_prose_and_no_exposition() -> None:
    context = found("I will show you in the next post how we got there, my dear friends. Yeast turns sugar into gas.")
    assert (context.prose_words, context.expository_words) == (20, 5)


def test_items_that_state_something_are_told_from_those_that_name_it() -> None:
    context = found(
        listing("Home", "Contact us by mail", "Boil the water for ten minutes.", "Salt: keeps the dough firm")
    )
    assert context.stated_items == 2


def test_text_without_an_end_costs_no_seconds() -> None:
    began = time.process_time()
    for endless in ("x" * 30_000, "1,234 " * 3_000, "The bigger one is smaller than " * 1_000, "Aa, Bb. " * 2_000):
        found(f"The {endless}.")
    assert time.process_time() - began < 2
