"""Elements to blocks, where all of a tree counts."""

from __future__ import annotations

import lxml.html
import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from workers.parse.html.markup import to_blocks
from workers.parse.html.read import read_html


def test_spanning_cells_keep_their_columns() -> None:
    tree = lxml.html.fromstring(
        "<div><table><tr><th rowspan=2>a</th><th colspan=2>b</th></tr><tr><td>c</td><td>d</td></tr></table></div>"
    )
    assert to_blocks(tree)[0].text == "| a | b |  |\n| --- | --- | --- |\n|  | c | d |"


def test_lists_within_lists_and_terms_keep_their_depth() -> None:
    tree = lxml.html.fromstring("<div><ul><li>one<ul><li>two</li></ul></li></ul><dl><dt>t</dt><dd>d</dd></dl></div>")
    assert [block.text for block in to_blocks(tree)] == ["- one\n  - two", "- t\n  - d"]


def test_captions_and_places_are_told() -> None:
    tree = lxml.html.fromstring("<div><p>x</p><figure><figcaption>A drawing.</figcaption></figure><p>y</p></div>")
    found = [(block.kind, block.path) for block in to_blocks(tree)]
    assert found[1] == (BlockKind.CAPTION, "/html/body/div/figure/figcaption")
    assert found[2] == (BlockKind.PARAGRAPH, "/html/body/div/p[2]")


def test_a_tag_with_a_million_attributes_is_refused_at_once() -> None:
    attributes = " ".join(f"a{number}" for number in range(1_000_000))
    with pytest.raises(DocumentRejected) as caught:
        read_html(f"<html><body><p {attributes}>x</p></body></html>")
    assert caught.value.reason == "too_complex"


def test_links_to_a_heading_or_term_are_no_part_of_it() -> None:
    tree = lxml.html.fromstring(
        "<div><h2><a>§</a>Examples</h2><h2>§ 3 Terms <a>¶</a></h2><dl><dt>C# <a>¶</a></dt></dl></div>"
    )
    assert [block.text for block in to_blocks(tree)] == ["Examples", "§ 3 Terms", "- C#"]
