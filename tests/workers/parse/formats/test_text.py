"""Plain text, read by its looks."""

from __future__ import annotations

from agent.job.records import BlockKind
from workers.parse.formats.text import join_lines, read_text

NOTES = """A short history

Quantum computing began with the question whether
physics can be simu-
lated by computers.

FIRST IDEAS

Two people spoke of it:
- Manin in 1980
- Feynman in 1981, in a talk
  that became famous

Later
-----
Algorithms came.
"""


def test_paragraphs_lists_and_headings_are_told_apart() -> None:
    parsed = read_text(NOTES)
    assert parsed.title == "A short history"
    assert [(block.kind, block.level, block.text) for block in parsed.blocks] == [
        (BlockKind.HEADING, 1, "A short history"),
        (
            BlockKind.PARAGRAPH,
            0,
            "Quantum computing began with the question whether physics can be simulated by computers.",
        ),
        (BlockKind.HEADING, 2, "FIRST IDEAS"),
        (BlockKind.PARAGRAPH, 0, "Two people spoke of it:"),
        (BlockKind.LIST, 0, "- Manin in 1980\n- Feynman in 1981, in a talk that became famous"),
        (BlockKind.HEADING, 2, "Later"),
        (BlockKind.PARAGRAPH, 0, "Algorithms came."),
    ]


def test_only_divided_words_lose_their_hyphen() -> None:
    assert join_lines(["error-", "correcting codes"]) == "errorcorrecting codes"
    assert join_lines(["the Deutsch-", "Jozsa problem"]) == "the Deutsch-Jozsa problem"
    assert join_lines(["a pause -", "then more"]) == "a pause - then more"


def test_fields_under_the_title_are_read_and_are_no_text() -> None:
    parsed = read_text(
        "GLOSSARY\nLicence: CC BY 4.0\nAuthor: A. Writer\nLast revised: 2024-12-19\n\nQUBIT. A system.\n"
    )
    assert (parsed.title, parsed.authors, parsed.date) == ("GLOSSARY", ("A. Writer",), "2024-12-19")
    assert parsed.licence == "CC-BY-4.0"
    assert [block.text for block in parsed.blocks] == ["GLOSSARY", "QUBIT. A system."]


def test_a_heading_right_above_indented_lines_is_one() -> None:
    found = read_text("GREP(1)\n\nNAME\n       grep - print lines\n\nOPTIONS\n       -v     the other lines\n").blocks
    assert [(block.text, block.level) for block in found][1:3] == [("NAME", 2), ("grep - print lines", 0)]
    assert found[3].text == "OPTIONS"
