"""What is taken out whole: furniture, tables of contents, references, repetitions; and what only looks like them."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind
from workers.parse.clean.contents import without_contents
from workers.parse.clean.furniture import without_furniture
from workers.parse.clean.references import without_references
from workers.parse.clean.repeats import without_repeats

TEXT = Block(kind=BlockKind.PARAGRAPH, text="A qubit has two states, as was shown [12] (Smith et al., 2019).")


def heading(text: str, level: int = 2) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, level=level)


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text)


def bullets(*items: str) -> Block:
    return Block(kind=BlockKind.LIST, text="\n".join(f"- {item}" for item in items))


@pytest.mark.parametrize(
    "text",
    [
        "Skip to main content",
        "Previous | Next",
        "« Previous Next »",
        "Home > Docs > Quantum gates",
        "- Facebook\n- Twitter\n- E-mail",
        "Was this page helpful? Yes No",
        "Edit on GitHub",
        "© Copyright 2020, The Developers. Built with Sphinx using a theme provided by Read the Docs.",
        "© 2024 Example Inc. All rights reserved.",
        "We use cookies to give you the best experience.",
        "Subscribe to our newsletter and never miss a post!",
        "Weiterlesen",
        "Lire la suite",
        "上一页 | 下一页",
    ],
)
def test_furniture_goes(text: str) -> None:
    assert without_furniture([TEXT, paragraph(text)]) == [TEXT]


@pytest.mark.parametrize(
    "text",
    [
        "Search algorithms are fast.",
        "The next page of the story was written in 1994.",
        "Home > office in this comparison, and office > street.",
        "HTTP cookies were invented by Lou Montulli.",
        "Copyright law protects texts.",
    ],
)
def test_sentences_with_the_same_words_stay(text: str) -> None:
    assert without_furniture([paragraph(text)]) == [paragraph(text)]


def test_a_heading_of_one_plain_word_stays() -> None:
    assert without_furniture([heading("Search"), TEXT]) == [heading("Search"), TEXT]


@pytest.mark.parametrize(
    "title", ["References", "7. References", "Bibliography", "Literaturverzeichnis", "参考文献", "Références"]
)
def test_a_bibliography_goes_up_to_what_follows(title: str) -> None:
    entries = bullets(
        "[1] A. Kitaev, Fault-tolerant quantum computation by anyons, Ann. Phys. 303, 2 (2003).",
        "[2] P. W. Shor, Scheme for reducing decoherence, Phys. Rev. A 52, R2493 (1995).",
    )
    after = heading("Appendix A")
    assert without_references([TEXT, heading(title), entries, after, TEXT]) == [TEXT, after, TEXT]


def test_a_chapter_on_references_stays() -> None:
    blocks = [heading("References"), paragraph("A reference in C++ is another name of an object. It is bound once.")]
    assert without_references(blocks) == blocks


def test_entries_at_the_end_go_without_a_heading_and_code_after_links_stays() -> None:
    entries = [paragraph(f"[{n}] D. Gottesman, Phys. Rev. A 57, 127 (1998).") for n in (1, 2, 3)]
    assert without_references([TEXT, *entries]) == [TEXT]
    code = Block(kind=BlockKind.CODE, text="x = 1")
    assert without_references([TEXT, heading("See also"), bullets("Gates", "States"), code]) == [TEXT, code]


def test_a_table_of_contents_goes_by_its_leaders_or_by_the_headings_that_follow() -> None:
    leaders = bullets("Introduction ..... 1", "Gates . . . . . . 7", "Noise ... 12")
    assert without_contents([heading("Contents"), leaders, TEXT]) == [TEXT]
    sections = [heading("Gates"), TEXT, heading("Noise"), TEXT, heading("Codes"), TEXT]
    assert without_contents([bullets("1. Gates", "2. Noise", "3. Codes"), *sections]) == sections


def test_a_list_that_is_no_table_of_contents_stays() -> None:
    blocks = [bullets("Gates", "States", "Measurements"), heading("Gates"), TEXT]
    assert without_contents(blocks) == blocks


def test_long_blocks_said_twice_are_kept_once_and_short_ones_and_formulas_as_often_as_said() -> None:
    long = paragraph("This sentence stands on every one of the slides of this talk.")
    formula = Block(kind=BlockKind.FORMULA, text="$$ H = -J \\sum_{ij} Z_i Z_j - h \\sum_i X_i $$")
    blocks = [long, paragraph("Example:"), formula, long, paragraph("Example:"), formula]
    assert without_repeats(blocks) == [long, paragraph("Example:"), formula, paragraph("Example:"), formula]
