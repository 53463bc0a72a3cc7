"""Web pages: the text of the page, and nothing of the site around it."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.html.read import read_html
from workers.parse.parsed import Parsed

PAGE = """<!DOCTYPE html><html><head><title>Teleportation - Qubit Site</title><meta name="author" content="A. Writer">
<meta name="date" content="2024-05-06"><link rel="license" href="https://creativecommons.org/licenses/by/4.0/"></head><body>
<div id="cookie-banner"><p>This site uses cookies to improve your experience. Accept all cookies to continue.</p></div>
<nav><ul><li><a href="/">Home</a></li>
<li><a href="/shop">Shop</a></li><li><a href="/about">About us</a></li></ul></nav>
<main><article><h1>Teleportation<a class="headerlink" href="#t">¶</a></h1>
<p>Quantum teleportation moves the state of a qubit to another place with the help of an entangled pair and two
classical bits. The original is destroyed on the way, so no copy is made, and nothing travels faster than light.</p>
<h2>Steps</h2>
<p>The protocol has three steps, which two people called Alice and Bob carry out one after the other:</p>
<ol><li>Alice measures her two qubits together.</li><li>She sends the two results to Bob.</li>
<li>Bob corrects his qubit.</li></ol>
<pre><code class="language-python">def teleport(q):
    entangle(q)
    return measure(q)</code></pre>
<div class="math notranslate">\\[ |\\psi\\rangle = a|0\\rangle + b|1\\rangle \\]</div>
<table><tr><th>Results</th><th>Correction</th></tr><tr><td>00</td><td>none</td></tr><tr><td>01</td><td>X</td></tr></table>
<p>After the last step the qubit of Bob is in the state that the qubit of Alice had when the protocol began.</p>
</article></main>
<footer><p>Copyright 2024 Qubit Site. Follow us on social media. Imprint. Privacy policy.</p></footer></body></html>"""


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read_html(PAGE, "https://qubits.example/teleportation")


def test_what_the_parser_would_cut_off_is_refused_instead_of_read_in_part() -> None:
    with pytest.raises(DocumentRejected, match="too_complex: what follows would be lost"):
        read_html("<p>A gate.</p>" + "<font>" * 300 + "A measurement.")


def test_control_characters_cost_the_page_nothing_however_they_are_written() -> None:
    page = (
        "<html><body><p>A gate\x0cturns &#12;a &#x1;qubit, &#00031;and &#65; measurement ends that.</p></body></html>"
    )
    (block,) = read_html(page).blocks
    assert block.text == "A gate turns a qubit, and A measurement ends that."


def test_the_frame_of_the_site_is_left_out(parsed: Parsed) -> None:
    text = "\n".join(block.text for block in parsed.blocks)
    for furniture in ("cookies", "Shop", "About us", "Imprint", "¶"):
        assert furniture not in text


def test_headings_lists_code_and_tables_keep_their_kind(parsed: Parsed) -> None:
    by_kind = {block.kind: block for block in parsed.blocks}
    assert [(block.text, block.level) for block in parsed.blocks if block.level] == [("Teleportation", 1), ("Steps", 2)]
    assert by_kind[BlockKind.LIST].text.splitlines()[1] == "- She sends the two results to Bob."
    assert "\n    entangle(q)\n" in by_kind[BlockKind.CODE].text
    assert by_kind[BlockKind.TABLE].text == "| Results | Correction |\n| --- | --- |\n| 00 | none |\n| 01 | X |"


def test_a_displayed_formula_between_paragraphs_is_kept(parsed: Parsed) -> None:
    assert any("a|0\\rangle" in block.text for block in parsed.blocks)


def test_title_author_date_and_licence_are_read(parsed: Parsed) -> None:
    assert (parsed.title, parsed.authors, parsed.date) == ("Teleportation", ("A. Writer",), "2024-05-06")
    assert parsed.licence == "CC-BY-4.0"


def test_mathml_is_read_as_the_tex_it_carries() -> None:
    formula = '<math alttext="E=mc^2"><mi>E</mi></math>'
    sentence = "Energy and mass are two sides of one thing, as everybody has heard before, and the law is "
    parsed = read_html(f"<html><body><article><p>{sentence * 3}{formula}.</p></article></body></html>")
    assert parsed.blocks[-1].text.endswith("the law is $E=mc^2$.")


def test_a_page_without_content_is_rejected() -> None:
    with pytest.raises(DocumentRejected) as caught:
        read_html("<html><body><script>start()</script></body></html>")
    assert caught.value.reason == "no_text"
