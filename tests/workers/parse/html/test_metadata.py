"""What the head of a page states: the most exact vocabulary first, and who may not use the page."""

from __future__ import annotations

import json

import pytest

from workers.parse.html.metadata import Stated, stated
from workers.parse.html.page import load


def of(head: str) -> Stated:
    return stated(load(f'<html lang="en-GB"><head>{head}</head><body><p>text</p></body></html>'))


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


def test_scholarly_tags_go_before_those_of_social_networks() -> None:
    found = of(
        '<meta property="og:title" content="Site"><meta name="citation_title" content="Paper">'
        '<meta name="citation_author" content="A. Writer"><meta name="citation_author" content="B. Writer">'
        '<meta name="citation_doi" content="10.1000/XYZ.1"><meta name="citation_date" content="2020/03/04">'
    )
    assert (found.title, found.authors, found.doi) == ("Paper", ("A. Writer", "B. Writer"), "10.1000/xyz.1")
    assert (found.date, found.language) == ("2020-03-04", "en")


@pytest.mark.parametrize("graph", [False, True])
def test_json_ld_describes_the_page_but_not_its_company(graph: bool) -> None:
    article = {
        "@type": "BlogPosting",
        "headline": "Post",
        "author": [{"name": "Ada"}],
        "datePublished": "2021-02-03T10",
    }
    firm = {"@type": "Organization", "name": "Firm", "author": "Nobody"}
    found = of(ld(**{"@graph": [firm, article]}) if graph else ld(**firm) + ld(**article))
    assert (found.title, found.authors, found.date) == ("Post", ("Ada",), "2021-02-03")


@pytest.mark.parametrize("broken", ["{", "[[1]]", '{"@type": 3, "author": {"a": []}}', "null"])
def test_json_ld_that_makes_no_sense_says_nothing(broken: str) -> None:
    assert of(f'<script type="application/ld+json">{broken}</script>').authors == ()


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="robots" content="noai, noimageai">',
        '<meta name="tdm-reservation" content="1">',
        '<link rel="tdm-policy" href="/policy.json">',
        '<meta http-equiv="X-Robots-Tag" content="noai">',
    ],
)
def test_opt_outs_are_kept_as_they_stand(head: str) -> None:
    assert len(of(head).opt_outs) == 1


def test_a_page_that_only_shuns_search_engines_has_not_opted_out() -> None:
    assert of('<meta name="robots" content="noindex, nofollow">').opt_outs == ()


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">',
        '<meta name="dcterms.license" content="CC BY-SA 4.0">',
        ld(**{"@type": "Article", "license": "https://creativecommons.org/licenses/by-sa/4.0/"}),
    ],
)
def test_licences_are_read_from_links_tags_and_json_ld(head: str) -> None:
    assert of(head).licence == "CC-BY-SA-4.0"
