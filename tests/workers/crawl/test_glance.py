"""What a cheap look at the bytes tells."""

from __future__ import annotations

import json

from workers.crawl.glance import OPENING_CHARS, glance

PAGE = b"""<html><head><title> Qubits
 explained</title><meta name="robots" content="noai"><link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
</head><body><nav>Home Imprint</nav><main><h1>Qubits</h1><p>A qubit is a two-level system.</p></main>
<script>var tracking = 1</script><footer>Licence: CC BY-SA 4.0</footer></body></html>"""


def test_a_web_page_gives_title_text_without_boilerplate_and_its_statements() -> None:
    seen = glance(PAGE, "text/html; charset=utf-8")

    assert seen.title == "Qubits explained"
    assert seen.text == "Qubits A qubit is a two-level system."
    assert [(item.name, item.value) for item in seen.robots] == [("robots", "noai")]
    assert [item.value for item in seen.licences] == ["https://creativecommons.org/licenses/by/4.0/", "CC BY-SA 4.0"]
    assert seen.licences[0].line.startswith("<link") and 'rel="license"' in seen.licences[0].line


def test_markdown_states_title_and_licence_in_its_front_matter() -> None:
    seen = glance(b"---\ntitle: Gates\nlicence: CC BY 4.0\n---\n\n# Heading\n\nText.\n", "text/markdown")
    assert (seen.title, seen.text) == ("Gates", "# Heading Text.")
    assert [(item.value, item.line) for item in seen.licences] == [("CC BY 4.0", "licence: CC BY 4.0")]


def test_a_text_file_states_its_licence_on_a_line_near_its_ends_only() -> None:
    body = "Gates\n\n" + "about gates\n" * 100 + "License: GPL-3.0-only\n" + "more\n" * 100 + "Licence: CC0 1.0\n"
    seen = glance(body.encode(), "text/plain")
    assert seen.title == "Gates"
    assert [item.value for item in seen.licences] == ["CC0 1.0"]


def test_a_title_of_restructuredtext_is_the_line_above_its_rule() -> None:
    overlined = b".. _qpu_topologies:\n\n==========\nTopologies\n==========\n\nText.\n\n.. code::\n\n    # not this\n"
    assert glance(overlined, "text/x-rst").title == "Topologies"
    assert glance(b"Delays\n------\n\nA delay waits.", "text/x-rst").title == "Delays"


def test_broken_front_matter_is_just_text() -> None:
    assert "a: b: c" in glance(b"---\na: b: c\n---\ntext", "text/markdown").text


def test_a_notebook_shows_the_text_of_its_markdown_cells() -> None:
    cells = [{"cell_type": "code", "source": ["x = 1"]}, {"cell_type": "markdown", "source": ["# Grover\n", "Search."]}]
    seen = glance(json.dumps({"cells": cells}).encode(), "application/x-ipynb+json")
    assert (seen.title, seen.text) == ("Grover", "# Grover Search.")


def test_only_the_opening_is_taken_and_bytes_that_are_no_text_give_nothing() -> None:
    assert len(glance(b"word " * 10_000, "text/plain").text) == OPENING_CHARS
    assert glance(b"%PDF-1.7", "application/pdf").text == ""
    assert glance(b"not json", "application/x-ipynb+json").text == ""


def test_a_licence_is_found_in_whatever_case_and_letters() -> None:
    page = "<html><body><p>This page is L\u0130CENSED under CC BY 4.0.</p><p>R\u0131ghts: CC0 1.0</p></body></html>"
    assert [item.value for item in glance(page.encode(), "text/html; charset=utf-8").licences] == [
        "CC0 1.0",
        "This page is L\u0130CENSED under CC BY 4.0.",
    ]


def test_words_that_tags_divide_still_grant_a_licence() -> None:
    page = b"<html><body><p>This work is released into the public <b>domain</b>.</p></body></html>"
    assert [item.line for item in glance(page, "text/html").licences] == [
        "This work is released into the public domain ."
    ]


def test_a_text_that_was_saved_as_utf_16_is_read_all_the_same() -> None:
    seen = glance("Licence: CC BY-ND 4.0\n\nQubits.".encode("utf-16"), "text/plain")
    assert [item.value for item in seen.licences] == ["CC BY-ND 4.0"]
