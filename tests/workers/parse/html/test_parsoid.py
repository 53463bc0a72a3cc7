"""Pages of wikis as their REST API gives them, read as every web page is."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from tests.workers.crawl.sources.wikipedia_server import Article, rest_html
from workers.parse.html.read import read_html
from workers.parse.parsed import Parsed

ARTICLE = Article(
    1,
    "Qubit",
    "is the unit of quantum information, a system of two levels whose state is a superposition.",
    "A qubit can be made of trapped ions or of superconducting circuits.",
)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read_html(rest_html(ARTICLE), "https://en.wikipedia.org/w/rest.php/v1/revision/1007/html")


def test_the_article_is_read_whole_and_in_order(parsed: Parsed) -> None:
    assert [(block.kind, block.text) for block in parsed.blocks] == [
        (BlockKind.PARAGRAPH, f"Qubit {ARTICLE.lead} It links to gates."),
        (BlockKind.HEADING, "Description"),
        (BlockKind.PARAGRAPH, f"{ARTICLE.more} Its state is $\\alpha |0\\rangle$ at first."),
        (BlockKind.LIST, "- One of its parts is written here.\n- Another stands here."),
        (BlockKind.TABLE, "| Gate | Matrix size |\n| --- | --- |\n| Hadamard | two |"),
    ]


def test_title_and_day_are_those_of_the_revision(parsed: Parsed) -> None:
    assert (parsed.title, parsed.date, parsed.authors) == ("Qubit", "2026-03-25", ())


def test_a_section_of_links_goes_in_any_language_and_one_of_prose_stays() -> None:
    links = "".join(f'<li><a rel="mw:WikiLink" href="./{n}">Aiheeseen {n}</a></li>' for n in ("yksi", "kaksi"))
    prose = '<li>Kvanttiportti on <a rel="mw:WikiLink" href="./x">portti</a>, joka muuttaa kubitin tilaa.</li>'
    page = rest_html(ARTICLE).replace(
        "</section></body>",
        f'</section><section><h2 id="Aiheesta_muualla">Aiheesta muualla</h2><ul>{links}</ul></section>'
        f'<section><h2 id="Portit">Portit</h2><ul>{prose}</ul></section></body>',
    )
    headings = [block.text for block in read_html(page).blocks if block.kind is BlockKind.HEADING]
    assert headings == ["Description", "Portit"]


def test_indented_formulas_are_displayed() -> None:
    formula = (
        '<dl><dd><span class="mwe-math-element"><img alt="{\\displaystyle E=mc^{2}}" '
        'class="mwe-math-fallback-image-inline"/></span>,</dd></dl>'
    )
    page = rest_html(ARTICLE).replace('<ul id="mwCQ">', f'{formula}<ul id="mwCQ">')
    assert (BlockKind.FORMULA, "$$E=mc^{2}$$,") in [(block.kind, block.text) for block in read_html(page).blocks]


def test_a_page_without_prose_is_refused() -> None:
    page = '<html prefix="mw: http://mediawiki.org/rdf/"><body><div class="navbox">x</div></body></html>'
    with pytest.raises(DocumentRejected, match="no prose"):
        read_html(page)
