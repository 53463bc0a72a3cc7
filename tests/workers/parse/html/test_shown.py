"""What a page shows of its author, day and title, where its metadata say nothing."""

from __future__ import annotations

import pytest

from workers.parse.html.metadata import Stated, stated
from workers.parse.html.page import load


def of(body: str, head: str = "") -> Stated:
    return stated(load(f"<html><head>{head}</head><body>{body}</body></html>"))


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ('<p class="byline">Written by Ada Lovelace</p>', ("Ada Lovelace",)),
        ('<div class="post-author-name">By: Ada Lovelace</div>', ("Ada Lovelace",)),
        ('<div class="author">All our writers and what they like to eat</div>', ()),
        ('<div class="authority">Ada Lovelace</div>', ()),
        (
            '<div itemscope><a itemprop="author"><b itemprop="name">ada</b> 55 badges</a>'
            '<div itemscope><a itemprop="author">bob</a></div></div>',
            ("ada",),
        ),
    ],
)
def test_who_wrote_a_page_is_read_from_its_byline(body: str, authors: tuple[str, ...]) -> None:
    assert of(body).authors == authors


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ('<span class="post-date">Posted on March 4th, 2024</span>', "2024-03-04"),
        ('<p class="published">4. March 2024</p>', "2024-03-04"),
        ('<p class="date">2024</p>', ""),
        ("<p>Printed on March 4, 2024</p>", ""),
    ],
)
def test_only_a_whole_day_in_an_element_named_for_it_is_the_date(body: str, date: str) -> None:
    assert of(body).date == date


def test_metadata_go_before_what_is_shown() -> None:
    found = of('<p class="date">March 4, 2024</p>', '<meta name="date" content="2023-01-02">')
    assert (found.date, found.obtained["date"]) == ("2023-01-02", "meta date")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ('<meta property="og:title" content="Promises - JavaScript | MDN">', "<h1>Promises</h1>", "Promises"),
        ("<title>Promises - a primer</title>", "<h1>Other</h1><h1>Words</h1>", "Promises - a primer"),
        ("", "<h1>Enum Result<button>Copy item path</button></h1>", "Enum Result"),
        ("", "<h1>Two<br>lines <a href='#x'>¶</a></h1>", "Two lines"),
    ],
)
def test_a_title_is_without_its_site_and_its_buttons(head: str, body: str, title: str) -> None:
    assert of(body, head).title == title
