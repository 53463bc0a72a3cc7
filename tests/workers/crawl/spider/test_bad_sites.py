"""Sites that break, lie, or never end: the crawl tells what it left out and why, and comes to its end."""

from __future__ import annotations

import gzip
import time
from itertools import pairwise
from pathlib import Path

from agent.ledger.contract import Limit, Wait
from agent.ledger.memory import MemoryLedger
from tests.workers.crawl.site_server import Answer, Route, SiteServer, page, serving
from tests.workers.crawl.spider.test_walk import crawled
from workers.crawl.spider.outline import MOST_LINKS
from workers.crawl.spider.traps import MOST_VARIANTS
from workers.crawl.spider.walk import MOST_LISTS
from workers.crawl.spider.wire import CrawlLine
from workers.runtime.turns import Turns

HTML = {"Content-Type": "text/html; charset=utf-8"}
WORDS = "these are enough words for a page of this little site to be told from all the other pages that it has on"


def told(lines: list[CrawlLine], site: SiteServer) -> dict[str, str]:
    """Path -> reason of what was refused."""
    return {line.url.removeprefix(site.base): line.reason for line in lines if line.kind == "refused"}


def fetched(lines: list[CrawlLine], site: SiteServer) -> set[str]:
    """Paths of what was kept."""
    return {line.url.removeprefix(site.base) for line in lines if line.kind == "page"}


class _Endless(dict[str, Route]):
    """Routes made up as they are asked for."""

    def __init__(self, routes: dict[str, Route], made: object) -> None:
        super().__init__(routes)
        self._made = made

    def get(self, path: str, default: Route | None = None) -> Route | None:  # type: ignore[override]
        """What stands there, else what is made of the path."""
        assert callable(self._made)
        return self[path] if path in self else self._made(path) or default


def test_a_redirect_without_end_is_given_up_after_five(tmp_path: Path) -> None:
    def onward(path: str) -> Route | None:
        number = path.removeprefix("/on/")
        return Answer(status=302, headers={"Location": f"/on/{int(number) + 1}"}) if number.isdigit() else None

    with serving(_Endless({"/": page("/on/0", "/fine.html"), "/fine.html": page()}, onward)) as site:
        lines = crawled(tmp_path, f"{site.base}/")
        asked = sum(path.startswith("/on/") for _, path, _ in site.asked)
    assert told(lines, site) == {"/on/5": "too_many_redirects"}
    assert asked == 6
    assert fetched(lines, site) == {"/", "/fine.html"}


def test_a_ring_of_redirects_is_walked_once(tmp_path: Path) -> None:
    ring = {"/a": Answer(status=301, headers={"Location": "/b"}), "/b": Answer(status=301, headers={"Location": "/a"})}
    with serving({"/": page("/a"), **ring}) as site:
        lines = crawled(tmp_path, f"{site.base}/")
        assert (site.count("/a"), site.count("/b")) == (1, 1)
    assert lines[-1].kind == "end"


def test_a_body_that_ends_too_soon_is_not_kept(tmp_path: Path) -> None:
    short = Answer("<html>half", headers=HTML, missing_bytes=100)
    with serving({"/": page("/short.html"), "/short.html": short}) as site:
        lines = crawled(tmp_path, f"{site.base}/")
    assert told(lines, site) == {"/short.html": "truncated"}
    assert fetched(lines, site) == {"/"}


def test_a_calendar_without_end_is_left_after_some_leaves(tmp_path: Path) -> None:
    def leaf(path: str) -> Route | None:
        _, _, number = path.partition("/calendar?day=")
        return page(f"/calendar?day={int(number) + 1}", text=f"{WORDS} {number}") if number.isdigit() else None

    with serving(_Endless({"/": page("/calendar?day=1", "/z.html"), "/z.html": page(text="z")}, leaf)) as site:
        lines = crawled(tmp_path, f"{site.base}/", max_depth=20)
        leaves = sum(path.startswith("/calendar") for _, path, _ in site.asked)
    assert leaves == 2, "the second leaf has the words of the first, so nobody turns further"
    assert told(lines, site) == {"/calendar?day=2": "duplicate"}
    assert "/z.html" in fetched(lines, site)


def test_a_list_with_parameters_without_end_is_bounded(tmp_path: Path) -> None:
    links = [f"/list?page={number}" for number in range(3 * MOST_VARIANTS)]

    def leaf(path: str) -> Route | None:
        # Letters only, so that no two leaves have the same words.
        name = "".join(chr(97 + int(digit)) for digit in path if digit.isdigit())
        return page(text=f"{WORDS} {name}") if path.startswith("/list") else None

    with serving(_Endless({"/": page(*links)}, leaf)) as site:
        lines = crawled(tmp_path, f"{site.base}/", max_pages=1000)
    assert len(fetched(lines, site)) == 1 + MOST_VARIANTS
    assert lines[-1].unseen == 2 * MOST_VARIANTS


def test_pages_with_parameters_are_kept_once_under_their_canonical_address(tmp_path: Path) -> None:
    def article(name: str) -> Answer:
        return page(title="Gates", text=f"{WORDS} {name}", head='<link rel="canonical" href="/gates.html">')

    routes: dict[str, Route] = {
        "/": page("/gates.html?view=print", "/gates.html?sort=up", "/gates.html"),
        "/gates.html?view=print": article("one"), "/gates.html?sort=up": article("two"),
        "/gates.html": article("three"),
    }  # fmt: skip
    with serving(routes) as site:
        lines = crawled(tmp_path, f"{site.base}/")
        assert site.count("/gates.html") == 0, "its content is here already"
    assert fetched(lines, site) == {"/", "/gates.html"}
    assert told(lines, site) == {"/gates.html?sort=up": "duplicate"}


def test_a_canonical_link_to_the_front_page_is_not_believed(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="/">'
    routes: dict[str, Route] = {"/": page("/a.html", head=head), "/a.html": page(text="a", head=head)}
    with serving(routes) as site:
        assert fetched(crawled(tmp_path, f"{site.base}/"), site) == {"/", "/a.html"}


def test_a_link_farm_does_not_eat_the_crawl(tmp_path: Path) -> None:
    farm = "".join(f'<a href="/farm/{number}">x</a>' for number in range(MOST_LINKS + 3000))
    routes: dict[str, Route] = {"/": page("/farm.html"), "/farm.html": Answer(farm, headers=HTML)}
    with serving(_Endless(routes, lambda path: page() if path.startswith("/farm/") else None)) as site:
        lines = crawled(tmp_path, f"{site.base}/", max_pages=5, max_bytes=1_000_000)
    assert len(fetched(lines, site)) == 5
    assert lines[-1].unseen == 3000 + MOST_LINKS - 3


def test_a_sitemap_bomb_and_sitemaps_in_a_ring_leave_the_links(tmp_path: Path) -> None:
    index = "<sitemapindex>{}</sitemapindex>"
    bomb = gzip.compress(b"<urlset>" + b" " * 20_000_000 + b"</urlset>")

    def sitemap(path: str) -> Route | None:
        number = path.removeprefix("/map").removesuffix(".xml")
        if not number.isdigit():
            return None
        named = "".join(
            f"<sitemap><loc>{site.base}/map{each}.xml</loc></sitemap>" for each in (int(number), int(number) + 1)
        )
        return Answer(index.format(named), headers={"Content-Type": "application/xml"})

    routes: dict[str, Route] = {"/": page("/a.html"), "/a.html": page(text="a"), "/bomb.xml.gz": Answer(bomb)}
    with serving(_Endless(routes, sitemap)) as site:
        routes = site.routes
        routes["/sitemap.xml"] = Answer(
            index.format(f"<sitemap><loc>{site.base}/map0.xml</loc></sitemap>"
                         f"<sitemap><loc>{site.base}/bomb.xml.gz</loc></sitemap>")
        )  # fmt: skip
        lines = crawled(tmp_path, f"{site.base}/")
        assert sum(path.startswith("/map") for _, path, _ in site.asked) < MOST_LISTS["sitemap"]
    assert fetched(lines, site) == {"/", "/a.html"}


def test_a_feed_that_a_page_names_and_one_at_a_usual_place_lead_to_their_entries(tmp_path: Path) -> None:
    entry = "<rss version='2.0'><channel><item><title>New</title><link>/{}.html</link></item></channel></rss>"
    head = '<link rel="alternate" type="application/rss+xml" href="/news.rss">'
    named: dict[str, Route] = {"/": page(head=head), "/news.rss": Answer(entry.format("n")), "/n.html": page(text="n")}
    usual: dict[str, Route] = {"/": page(), "/feed.xml": Answer(entry.format("u")), "/u.html": page(text="u")}
    for routes, found in ((named, "/n.html"), (usual, "/u.html")):
        (tmp_path / found.strip("/")).mkdir()
        with serving(routes) as site:
            assert found in fetched(crawled(tmp_path / found.strip("/"), f"{site.base}/"), site)


def test_pages_in_other_charsets_are_read(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/": page("/cyrillic.html", "/japanese.html"),
        "/cyrillic.html": Answer(
            "<title>Кубиты</title><p>Кубит</p>".encode("cp1251"), headers={"Content-Type": "text/html; charset=cp1251"}
        ),
        "/japanese.html": Answer(
            '<meta charset="shift_jis"><title>量子</title>'.encode("shift_jis"), headers={"Content-Type": "text/html"}
        ),
    }
    with serving(routes) as site:
        lines = crawled(tmp_path, f"{site.base}/")
    assert {line.title for line in lines if line.kind == "page"} >= {"Кубиты", "量子"}


def test_a_page_whose_type_is_wrong_is_set_aside(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/": page("/stream", "/nothing"), "/stream": Answer(b"\0\1\2", headers={"Content-Type": "video/mp4"}),
        "/nothing": Answer(b"\x89PNG\r\n\x1a\n"),
    }  # fmt: skip
    with serving(routes) as site:
        lines = crawled(tmp_path, f"{site.base}/")
    assert told(lines, site) == {"/stream": "unsupported_format", "/nothing": "unsupported_format"}


def test_a_busy_host_is_at_rest_for_everybody(tmp_path: Path) -> None:
    busy = Answer(status=429, headers={"Retry-After": "1"})
    with serving({"/": lambda before: busy if before == 0 else page("/a.html"), "/a.html": page(text="a")}) as site:
        turns = Turns(MemoryLedger(), "test")
        lines = crawled(tmp_path, f"{site.base}/", turns=turns)
        moments = [moment for moment, path, _ in site.asked if path == "/"]
    assert moments[1] - moments[0] >= 1.0
    assert fetched(lines, site) == {"/", "/a.html"}


def test_a_host_that_wants_to_be_left_alone_for_long_ends_the_crawl_with_what_there_is(tmp_path: Path) -> None:
    closed = Answer(status=503, headers={"Retry-After": "3600"})
    routes: dict[str, Route] = {"/": page("/a.html", "/b.html"), "/a.html": closed, "/b.html": page(text="b")}
    with serving(routes) as site:
        turns = Turns(MemoryLedger(), "test")
        lines = crawled(tmp_path, f"{site.base}/", turns=turns)
        last = site.asked[-1][1]
        wait = turns.ask(Limit("127.0.0.1", 0.01), 5.0)
    assert isinstance(wait, Wait) and wait.reason == "rest"
    assert lines[-1].reason == "resting" and "left alone" in lines[-1].detail
    assert fetched(lines, site) == {"/"}
    assert last == "/a.html"


def test_a_slow_site_is_asked_more_slowly(tmp_path: Path) -> None:
    def slow(before: int) -> Answer:
        time.sleep(0.3)
        return page(text="slow")

    names = [f"/{name}.html" for name in "abcd"]
    with serving({"/": page(*names), **dict.fromkeys(names, slow)}) as site:
        crawled(tmp_path, f"{site.base}/", turns=Turns(MemoryLedger(), "test"))
        moments = [moment for moment, path, _ in site.asked if path in names]
    # A latency of 0.3 s, then as long a pause (AutoThrottle's target of one request under way, on the average).
    assert min(later - earlier for earlier, later in pairwise(moments[1:])) >= 0.5


def test_a_captcha_in_place_of_a_page_is_named_as_one(tmp_path: Path) -> None:
    captcha = Answer("<html><head><title>Just a moment...</title></head><body>Checking</body></html>", headers=HTML)
    with serving({"/": page("/a.html"), "/a.html": captcha}) as site:
        lines = crawled(tmp_path, f"{site.base}/")
    assert told(lines, site) == {"/a.html": "challenge_page"}


def test_a_document_that_is_called_a_web_page_is_kept_as_what_it_is(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/": page("/paper", "/bare"), "/paper": Answer(b"%PDF-1.7 ...", headers=HTML),
        "/bare": Answer("<!doctype html><html><a href='/next'>on</a></html>",
                        headers={"Content-Type": "application/octet-stream"}),
        "/next": page(text="next"),
    }  # fmt: skip
    with serving(routes) as site:
        lines = crawled(tmp_path, f"{site.base}/")
    types = {
        line.url.removeprefix(site.base): line.headers.get("content-type") for line in lines if line.kind == "page"
    }
    assert types["/paper"] == "application/pdf" and types["/bare"] == "text/html"
    assert "/next" in types
