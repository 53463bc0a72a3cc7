"""Short things that extractors leave out go with the content that they belong to."""

from __future__ import annotations

import pytest

from workers.parse.html.attached import with_attached
from workers.parse.html.page import body_of, load
from workers.parse.html.segments import segments
from workers.parse.html.structure import structure

DEFINITIONS = "<dl><dt>first</dt><dd>one</dd><dt>second</dt><dt>third</dt><dd><p>three</p></dd></dl>"


@pytest.mark.parametrize(
    ("body", "kept", "then"),
    [
        (DEFINITIONS, {"one"}, {"first", "one"}),
        (DEFINITIONS, {"three"}, {"second", "third", "three"}),
        ("<h2>Ideas</h2><p>text</p><h2>Shop</h2><p>buy</p>", {"text"}, {"Ideas", "text"}),
        ("<h1>Site</h1><p>text</p>", {"text"}, {"text"}),
        ("<div><h2>Menu</h2></div><p>text</p>", {"text"}, {"text"}),
    ],
)
def test_terms_and_headings_follow_what_they_announce(body: str, kept: set[str], then: set[str]) -> None:
    page = segments(body_of(load(f"<html><body>{body}</body></html>")))
    texts = [run.text for run in page.runs]
    found = with_attached([text in kept for text in texts], page, structure(page))
    assert {text for text, keep in zip(texts, found, strict=True) if keep} == then
