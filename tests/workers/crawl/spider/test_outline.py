"""What a page says of other pages."""

from __future__ import annotations

import lxml.html

from workers.crawl.spider.outline import MOST_LINKS, Outline, outline


def read(body: str, head: str = "") -> Outline:
    """Of a page at http://a.example/dir/page.html."""
    tree = lxml.html.fromstring(f"<html lang=en-GB><head>{head}</head><body>{body}</body></html>")
    return outline(tree, "http://a.example/dir/page.html")


def test_a_link_comes_with_its_words_and_those_around_it() -> None:
    page = read(
        "<h2>Hardware</h2><ul><li>Ions in a trap <a href='ions.html'>read more</a> since 1995"
        "<script>var x = 1</script></li></ul>"
    )
    (link,) = page.links
    assert (link.url, link.anchor) == ("http://a.example/dir/ions.html", "read more")
    assert link.around == "Hardware Ions in a trap since 1995"


def test_a_picture_is_named_by_its_alt_text_and_of_two_links_the_one_with_words_counts() -> None:
    page = read(
        "<p><a href=a.html><img src=x.png></a> <a href=a.html>Gates</a> <a href=b.html><img alt=Qubits></a></p>"
    )
    assert [(link.url.rpartition("/")[2], link.anchor) for link in page.links] == [
        ("a.html", "Gates"),
        ("b.html", "Qubits"),
    ]


def test_what_the_head_declares_is_read() -> None:
    page = read(
        "<a href=de.html hreflang=de-AT>Deutsch</a><a rel='ugc nofollow' href=spam.html>win</a>",
        head="<link rel=canonical href=/true.html><link rel=alternate hreflang=fr href=/fr/>"
        "<link rel='alternate' type='application/atom+xml; charset=utf-8' href=news.atom>",
    )
    assert page.canonical == "http://a.example/true.html"
    assert page.feeds == ("http://a.example/dir/news.atom",)
    assert [(link.url, link.language) for link in page.variants] == [("http://a.example/fr/", "fr")]
    assert page.language == "en"
    assert [(link.language, link.vouched) for link in page.links] == [("de", True), ("", False)]


def test_pages_that_differ_by_dates_and_markup_only_have_the_same_words() -> None:
    words = "one word after another makes a page of more than twenty words so that it can be told from an empty one"
    first, second = (
        read(f"<p>{words} 2024-05-01</p>"),
        read(f"<div><b>{words}</b> 2031-01-07 <script>x()</script></div>"),
    )
    assert first.words_sha256 == second.words_sha256 != ""
    assert read("<div id=app></div>").words_sha256 == ""


def test_a_link_farm_is_not_read_to_its_end() -> None:
    page = read("".join(f"<a href={number}.html>x</a>" for number in range(MOST_LINKS + 500)))
    assert (len(page.links), page.more_links) == (MOST_LINKS, 500)


def test_addresses_that_are_none_are_passed_over() -> None:
    page = read("<a href='http://[broken'>x</a><a href='  ok.html '>y</a><a>z</a>")
    assert [link.url for link in page.links] == ["http://a.example/dir/ok.html"]
