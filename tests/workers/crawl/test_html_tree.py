"""A web page as a tree: what is read of whole and of broken ones."""

from __future__ import annotations

import pytest

from workers.crawl.html_tree import HtmlTree, opening_tag, words_of


def test_comments_part_no_line_and_scripts_are_no_text() -> None:
    page = HtmlTree(b"<p>Licence:<!-- a --> CC BY 4.0<script>Licence: none</script></p><p>next</p>", "text/html")
    assert [line.strip() for line in page.text().splitlines() if line.strip()] == ["Licence: CC BY 4.0", "next"]


def test_the_charset_comes_from_the_header_or_from_the_page() -> None:
    said = HtmlTree("<title>Кубит</title>".encode("cp1251"), "text/html; charset=windows-1251")
    shown = HtmlTree('<meta charset="euc-jp"><title>量子</title>'.encode("euc-jp"), "text/html")
    assert (said.title(), shown.title()) == ("Кубит", "量子")


def test_the_opening_leaves_out_what_frames_a_page_and_stops_where_it_is_told() -> None:
    body = b"<body><nav>Home</nav><header>Name</header><p>One  two</p><p>three</p><footer>CC BY</footer></body>"
    assert HtmlTree(body, "text/html").opening(100) == "One two three"
    assert HtmlTree(body, "text/html").opening(9) == "One two t"


def test_an_opening_tag_is_shown_as_it_stood() -> None:
    (tag,) = HtmlTree(b"<meta name=robots content='no\"ai'>", "text/html").tags("meta")
    assert opening_tag(tag) == '<meta name="robots" content="no&quot;ai">'


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- only this -->", b"<" * 10_000, b"<b>" * 5_000])
def test_what_is_no_page_has_no_words(body: bytes) -> None:
    page = HtmlTree(body, "text/html")
    assert page.title() == ""
    assert page.opening(100).strip("<") == ""


def test_words_are_read_up_to_a_number_of_characters() -> None:
    (tag,) = HtmlTree(b"<p>a <i>b</i>\n c" + b" d" * 1000 + b"</p>", "text/html").tags("p")
    assert words_of(tag, 5) == "a b c"
