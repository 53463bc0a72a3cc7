"""What the quality score keeps, and under which reason it turns the rest away."""

from __future__ import annotations

import random

import pytest

from agent.job.records import Block, BlockKind
from tests.bench.corruption import CORRUPTIONS, Corruption
from tests.workers.parse.quality.texts import GOOD, LECTURE
from workers.parse.quality.parts import PARTS
from workers.parse.quality.prose import MAX_CHARACTERS
from workers.parse.quality.score import Quality, quality

LEAST = 0.7
SEVERE = [corruption for corruption in CORRUPTIONS if corruption.strength == "severe"]
UNSURE = {"Markov babble of order 1"}
"""Stated as not found: a chain over one page's own words is too near to what was written."""


def judged(text: str, language: str = "en", kind: BlockKind = BlockKind.PARAGRAPH) -> Quality:
    return quality([Block(kind=kind, text=text)], language)


@pytest.mark.parametrize("language", GOOD)
def test_good_prose_passes_in_every_language(language: str) -> None:
    assert judged(GOOD[language], language).score >= LEAST


@pytest.mark.parametrize("language", GOOD)
def test_good_prose_passes_where_the_language_was_not_found(language: str) -> None:
    assert judged(GOOD[language], "").score >= LEAST


def test_ordinary_prose_scores_one_in_every_part() -> None:
    assert set(quality(LECTURE, "en").parts.values()) == {1.0}
    assert quality(LECTURE, "en").reason == ""


@pytest.mark.parametrize("corruption", [c for c in SEVERE if c.kind not in UNSURE], ids=lambda c: c.name)
def test_what_is_spoilt_is_rejected_under_its_reason(corruption: Corruption) -> None:
    found = quality(list(corruption.spoil(LECTURE, random.Random(1))), "en")
    assert found.score < LEAST
    assert found.reason in corruption.reasons


def test_code_tables_and_formulas_are_judged_by_no_rule_of_prose() -> None:
    others = [
        Block(kind=BlockKind.CODE, text="{[(<>)]};\n" * 50),
        Block(kind=BlockKind.TABLE, text="| 0.1 | 2 |\n" * 50),
        Block(kind=BlockKind.FORMULA, text="$$\\sum_k \\alpha_k$$"),
    ]
    assert quality([*LECTURE, *others], "en") == quality(LECTURE, "en")


def test_formulas_code_and_addresses_within_a_line_are_left_out() -> None:
    plain = "The state of a register is a vector, and every gate turns it without changing its length. " * 3
    rich = plain.replace(
        "vector", "vector $\\frac{1}{\\sqrt{2}}(|0\\rangle + |1\\rangle)$ `ry(0.3)` https://a.org/x_1#y"
    )
    assert judged(rich).parts["symbols"] == judged(plain).parts["symbols"] == 1.0


def test_a_short_page_of_reference_has_substance_by_its_code() -> None:
    text = "Returns the inverse of a gate. Fails for measurements, which have none."
    says = Block(kind=BlockKind.PARAGRAPH, text=text)
    code = Block(kind=BlockKind.CODE, text="\n".join(f"gate_{n}.inverse()" for n in range(12)))
    assert quality([says], "en").reason == "thin"
    assert quality([says, code], "en").score >= LEAST


def test_slides_state_things_without_full_stops_and_link_lists_do_not() -> None:
    lines = (
        "Why codes are needed: qubits decohere within microseconds",
        "Spread one logical qubit over many physical ones",
        "Measure parities and never the data themselves",
        "Two kinds of checks, products of X and products of Z",
        "The threshold lies near one per cent per gate",
        "Overhead grows with the square of the distance",
        "Decoders that keep pace with the clock are an open question",
    )
    slides = [Block(kind=BlockKind.LIST, text=f"- {line}", page=number) for number, line in enumerate(lines, 1)]
    assert quality(slides, "en").score >= LEAST
    assert quality([slide.model_copy(update={"page": 0}) for slide in slides], "en").reason == "thin"


def test_the_detail_says_in_words_what_was_measured() -> None:
    line = "The best consulting for quantum computing can be had from our office in town today."
    detail = judged("\n".join([line] * 30)).detail
    assert "97% of the text are lines that repeat others (fresh_lines 0.00)" in detail


def test_rules_that_need_a_list_of_words_are_left_out_where_there_is_none() -> None:
    assert "common_words" not in judged(GOOD["zh"], "zh").parts
    assert {"common_words", "letter_pairs"} <= judged(GOOD["de"], "de").parts.keys()


def test_no_words_score_nothing() -> None:
    assert judged("1 2 3") == Quality(0.0, {}, "thin", "no words of prose")


def test_every_part_ends_on_two_sides() -> None:
    for part in PARTS:
        assert (part.value(part.good), part.value(part.bad)) == (1.0, 0.0)


@pytest.mark.parametrize("hostile", ["a" * 5, "$", "\\(", "`", "é. ", "\ufffd", "a b "])
def test_a_text_of_any_length_is_judged_by_stretches(hostile: str) -> None:
    text = hostile * (8 * MAX_CHARACTERS // len(hostile))
    assert judged(text).score < LEAST
