"""The spider's process on its own: what it is told, what it writes."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from agent.ledger.contract import Limit
from agent.store import Store
from tests.workers.crawl.site_server import Answer, Route, page, serving
from tests.workers.turns import LeapingTurns
from workers.crawl.http.cache import SharedCache
from workers.crawl.http.robots import read_robots
from workers.crawl.spider.answering import Asking
from workers.crawl.spider.process import crawl
from workers.crawl.spider.wire import CrawlLine, CrawlOrder
from workers.runtime.turns import Turns


def crawled(
    tmp_path: Path,
    start: str,
    turns: Turns | None = None,
    limit: Limit | None = None,
    store: Store | None = None,
    **changes: Any,
) -> list[CrawlLine]:
    """The lines that a crawl of an open site writes; its pace is real only with turns of a real clock, and it shares
    its cache only in a store that is given."""
    (tmp_path / "bodies").mkdir()
    options: dict[str, Any] = {
        "start": start, "robots": read_robots(f"{start}robots.txt", 404, b"", "2026-01-01T00:00:00+00:00"),
        "user_agent": "finetune-agent/test", "delay_s": 0.01, "timeout_s": 1.0, "max_bytes": 50_000, "max_depth": 3,
        "max_pages": 100, "private_allowed": True, "bodies": str(tmp_path / "bodies"),
    }  # fmt: skip
    order = CrawlOrder(**{**options, **changes})
    cache = SharedCache(store or Store(str(tmp_path / "store")))
    asking = Asking(turns or LeapingTurns(), limit or Limit("127.0.0.1", order.delay_s), cache)
    return crawl(order, asking, progress=lambda seen: None)


def test_pages_that_break_are_told_apart_and_the_crawl_goes_on(tmp_path: Path) -> None:
    routes: dict[str, Route] = {
        "/": page("/bomb.html", "/slow.html", "/image", "/broken.html", "/fine.html"),
        "/bomb.html": Answer(
            gzip.compress(b"\0" * 20_000_000), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}
        ),
        "/slow.html": Answer("x" * 100, drip_s=0.1, headers={"Content-Type": "text/html"}),
        "/image": Answer(b"\x89PNG", headers={"Content-Type": "image/png"}),
        "/broken.html": Answer(status=410),
        "/fine.html": page("/"),
    }
    with serving(routes) as site:
        lines = crawled(tmp_path, f"{site.base}/")
        told = {line.url.removeprefix(site.base): line.reason for line in lines if line.kind == "refused"}
        fetched = {line.url.removeprefix(site.base) for line in lines if line.kind == "page"}

    assert told == {
        "/bomb.html": "too_large", "/slow.html": "timeout", "/image": "unsupported_format", "/broken.html": "http_410",
    }  # fmt: skip
    assert fetched == {"/", "/fine.html"}
    assert lines[-1].kind == "end"


def test_a_name_that_leads_to_a_private_address_is_not_connected_to(tmp_path: Path) -> None:
    with serving({"/": page(title="intranet")}) as site:
        start = site.base.replace("127.0.0.1", "localhost") + "/"
        lines = crawled(tmp_path, start, private_allowed=False)
        assert site.asked == []

    assert [(line.url, line.reason) for line in lines if line.kind == "refused"] == [(start, "connection_failed")]


def test_links_of_a_page_that_asks_not_to_be_followed_are_not(tmp_path: Path) -> None:
    with serving({"/": page("/a.html", head='<meta name="ROBOTS" content="NoFollow">'), "/a.html": page()}) as site:
        lines = crawled(tmp_path, f"{site.base}/")
        assert site.count("/a.html") == 0
    assert [line.kind for line in lines] == ["page", "end"]


def test_the_page_limit_holds(tmp_path: Path) -> None:
    routes: dict[str, Route] = {f"/{n}.html": page(f"/{n + 1}.html", f"/{n + 2}.html") for n in range(1, 30)}
    with serving({"/": page("/1.html"), **routes}) as site:
        lines = crawled(tmp_path, f"{site.base}/", max_pages=4, max_depth=20)
    assert sum(line.kind == "page" for line in lines) == 4
    assert lines[-1].unseen > 0
