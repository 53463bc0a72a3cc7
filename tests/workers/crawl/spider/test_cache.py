"""The spider asks the shared cache first: a site that was crawled is not asked again for what is fresh."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from agent.errors import StoreUnavailable
from agent.store import Store
from tests.workers.crawl.http.test_cache import tagged
from tests.workers.crawl.site_server import Answer, Route, SiteServer, page, serving
from tests.workers.crawl.sources.test_site import QUBIT
from tests.workers.crawl.spider.test_bad_sites import HTML, fetched, told
from tests.workers.crawl.spider.test_walk import crawled
from tests.workers.crawl.units import CrawlJob
from tests.workers.turns import LeapingTurns
from workers.crawl.spider.wire import CrawlLine

FRESH = {**HTML, "Cache-Control": "max-age=600"}
MAP = "<urlset><url><loc>{}/listed.html</loc></url></urlset>"


class Again:
    """Crawls of one site that share a store, each in a folder of its own."""

    def __init__(self, tmp_path: Path) -> None:
        self._root = tmp_path
        self._crawls = 0
        self.store = Store(str(tmp_path / "store"))

    def __call__(self, site: SiteServer, **changes: Any) -> tuple[list[CrawlLine], list[str]]:
        """The lines of one more crawl, and the paths that it asked the site for."""
        self._crawls += 1
        folder = self._root / f"crawl-{self._crawls}"
        folder.mkdir()
        before = len(site.asked)
        lines = crawled(folder, f"{site.base}/", store=self.store, **changes)
        return lines, sorted(path for _, path, _ in site.asked[before:])


@pytest.fixture
def again(tmp_path: Path) -> Again:
    """Crawls in one store."""
    return Again(tmp_path)


def fresh(answer: Answer, **headers: str) -> Answer:
    """The answer, good for ten minutes."""
    return Answer(answer.body, answer.status, {**answer.headers, **FRESH, **headers})


def pages(lines: list[CrawlLine]) -> list[tuple[str, ...]]:
    """What is told of the pages, but for the evidence."""
    return sorted((each.url, each.title, each.text, each.sha256, each.time) for each in lines if each.kind == "page")


def kinds(lines: list[CrawlLine]) -> dict[str, list[str]]:
    """Address of a page -> kinds of its evidence."""
    return {line.url: [item.kind for item in line.evidence] for line in lines if line.kind == "page"}


def test_a_second_crawl_asks_for_nothing_but_what_is_stale(again: Again) -> None:
    routes: dict[str, Route] = {
        "/": fresh(page("/a.html", "/stale.html", "/moved.html", "/missing.html", title="Start")),
        "/a.html": fresh(page(title="A", text="a")),
        "/stale.html": Answer("stale", headers={**HTML, "Cache-Control": "max-age=0", "Last-Modified": "yesterday"}),
        "/moved.html": Answer(status=301, headers={"Location": "/new.html", "Cache-Control": "max-age=600"}),
        "/new.html": fresh(page(title="New", text="new")),
        "/listed.html": fresh(page(title="Listed", text="listed")),
    }
    with serving(routes) as site:
        site.routes["/sitemap.xml"] = Answer(
            MAP.format(site.base), headers={"Content-Type": "application/xml", "Cache-Control": "max-age=600"}
        )
        first, asked_first = again(site)
        turns = LeapingTurns()
        second, asked = again(site, turns=turns)

        assert {"/", "/a.html", "/sitemap.xml", "/missing.html", "/listed.html"} < set(asked_first)
        assert asked == ["/stale.html"]
        assert len(turns.starts) == 1, "what is kept takes no turn"
        of_the_stale = (f"{site.base}/stale.html",)
        assert [line for line in pages(second) if line[:1] != of_the_stale] == [
            line for line in pages(first) if line[:1] != of_the_stale
        ]
        assert told(second, site) == told(first, site) == {"/missing.html": "http_404"}
        assert kinds(second)[f"{site.base}/"] == ["robots", "cache"]
        assert kinds(second)[f"{site.base}/stale.html"] == ["robots"]
        assert set(map(len, kinds(first).values())) == {1}, "the first crawl had nothing from the cache"


def test_a_page_found_unchanged_costs_a_304_and_leads_to_the_same_links(again: Again) -> None:
    body = str(page("/a.html", title="Start", text="word " * 50).body)
    with serving({"/a.html": fresh(page(text="a"))}) as site:
        site.routes["/"] = tagged('"v1"', body, **HTML, **{"Cache-Control": "no-cache"})(site)
        first, _ = again(site)
        site.routes["/a.html"] = fresh(page(text="nobody asks for it"))
        second, asked = again(site)

        assert asked == ["/"]
        assert site.asked[-1][2]["If-None-Match"] == '"v1"'
        assert pages(second) == pages(first)
        assert fetched(second, site) == {"/", "/a.html"}
        (start,) = (line for line in second if line.url == f"{site.base}/")
        assert start.evidence[-1].kind == "cache"
        assert "304" in start.evidence[-1].line


def test_a_page_that_changed_is_taken_anew(again: Again) -> None:
    with serving({}) as site:
        for tag in ('"v1"', '"v2"'):
            site.routes["/"] = tagged(tag, f"<title>{tag}</title>", **HTML, **{"Cache-Control": "no-cache"})(site)
            lines, _ = again(site)
            assert [(line.title, len(line.evidence)) for line in lines if line.kind == "page"] == [(tag, 1)]


def test_what_may_not_be_stored_is_fetched_again(again: Again) -> None:
    with serving({"/": Answer("x", headers={**HTML, "Cache-Control": "no-store", "ETag": '"v1"'})}) as site:
        again(site)
        _, asked = again(site)
        assert asked == ["/"], "but the missing sitemap and feeds are known to be missing"
        assert "If-None-Match" not in site.asked[-1][2]


def test_a_packed_page_is_kept_unpacked(again: Again) -> None:
    text = "<title>Packed</title>" + "word " * 1000
    packed = Answer(gzip.compress(text.encode()), headers={**FRESH, "Content-Encoding": "gzip", "X-Name": "Zoë"})
    with serving({"/": packed}) as site:
        first, _ = again(site)
        second, asked = again(site)
    assert asked == []
    assert pages(second) == pages(first)
    assert pages(first)[0][1] == "Packed"


def test_what_broke_is_not_kept_and_the_crawl_goes_on(again: Again) -> None:
    routes: dict[str, Route] = {
        "/": fresh(page("/short.html", "/bomb.html", "/slow.html", "/odd.html", "/busy.html", "/fine.html")),
        "/short.html": Answer("<html>half", headers=FRESH, missing_bytes=100),
        "/bomb.html": Answer(gzip.compress(b"\0" * 20_000_000), headers={**FRESH, "Content-Encoding": "gzip"}),
        "/slow.html": Answer("x" * 100, drip_s=0.1, headers=FRESH),
        "/odd.html": Answer("odd", headers={**FRESH, "Content-Encoding": "none-known"}),
        "/busy.html": lambda before: fresh(page(text="busy")) if before else Answer(status=503, headers=FRESH),
        "/fine.html": fresh(page(text="fine")),
    }
    with serving(routes) as site:
        first, _ = again(site)
        again_asked = again(site)[1]
        reasons = {"/short.html": "truncated", "/bomb.html": "too_large", "/slow.html": "timeout"}
        assert told(first, site) == reasons
        assert {"/", "/busy.html", "/fine.html"} <= fetched(first, site)
        assert set(again_asked) == {*reasons, "/odd.html"}


def test_a_kept_page_is_held_to_the_size_limit_of_this_crawl(again: Again) -> None:
    with serving({"/": fresh(page("/big.html")), "/big.html": Answer("x" * 40_000, headers=FRESH)}) as site:
        again(site)
        lines, asked = again(site, max_bytes=20_000)
        assert (told(lines, site), asked) == ({"/big.html": "too_large"}, [])


def test_an_unchanged_page_whose_bytes_are_lost_is_fetched_whole(again: Again, tmp_path: Path) -> None:
    with serving({}) as site:
        site.routes["/"] = tagged('"v1"', "<title>Start</title>", **HTML, **{"Cache-Control": "no-cache"})(site)
        first, _ = again(site)
        for blob in (tmp_path / "store" / "blobs").rglob("*"):
            if blob.is_file():
                blob.unlink()
        second, _ = again(site)
        asked = [entry for entry in site.asked if entry[1] == "/"]

    assert [line.title for line in second if line.kind == "page"] == ["Start"]
    assert [line.sha256 for line in second] == [line.sha256 for line in first]
    assert ["If-None-Match" in headers for _, _, headers in asked] == [False, True, False]


def test_another_job_in_the_same_store_shares_what_is_kept(tmp_path: Path) -> None:
    with serving({"/": fresh(page("/a.html", text=QUBIT)), "/a.html": fresh(page(text=f"{QUBIT} More."))}) as site:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
        job = CrawlJob(tmp_path / "first", [f"site:{site.base}/"])
        job.discover()
        before = len(site.asked)
        other = CrawlJob(tmp_path / "second", [f"site:{site.base}/"])
        job.store.remove("jobs")  # both have the same name here
        other.store = job.store
        other.discover()

        assert [path for _, path, _ in site.asked[before:]] == []
        found = other.candidates()
        assert {candidate.url for candidate in found} == {f"{site.base}/", f"{site.base}/a.html"}
        assert all("cache" in [item.kind for item in candidate.evidence] for candidate in found)
        assert all(candidate.blob for candidate in found)


def test_a_store_that_fails_ends_the_crawl_with_its_own_words(again: Again, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(exist_ok=True)
    (tmp_path / "store" / "http").write_text("a file where the cache wants its folder")
    with serving({"/": fresh(page())}) as site, pytest.raises(StoreUnavailable):
        again(site)
