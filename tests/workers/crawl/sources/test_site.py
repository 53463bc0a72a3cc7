"""``site:URL``: the spider in its own process against a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from agent.errors import JobCancelled, NotEnoughData
from agent.ledger.memory import MemoryLedger
from tests.workers.crawl.site_server import Answer, Route, SiteServer, page, serving
from tests.workers.crawl.units import CrawlJob
from workers.runtime.turns import Turns

QUBIT = "A qubit holds a superposition of basis states; quantum gates act on entangled qubits in a quantum computer."


@pytest.fixture
def routes() -> dict[str, Route]:
    """A small site with one of everything."""
    return {
        "/robots.txt": Answer("User-agent: *\nDisallow: /closed/\nSitemap: /elsewhere.xml\n"),
        "/sitemap.xml": Answer(status=404),
        "/": page(
            "/a.html", "/closed/b.html", "/paper.pdf", "/style.css", "/gone.html", "http://other.example/x",
            "mailto:a@b.c", "/away.html", "/old.html", title="Quantum start", text=QUBIT,
        ),
        "/a.html": page("/deep.html", "/", "/a.html#part", title="Qubits", text=QUBIT),
        "/deep.html": page("/deeper.html", title="Quantum gates", text=QUBIT),
        "/deeper.html": page(title="Quantum circuits", text=QUBIT),
        "/away.html": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/"}),
        "/old.html": Answer(status=301, headers={"Location": "/new.html"}),
        "/new.html": page(title="Quantum news", text=QUBIT),
        "/paper.pdf": Answer(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
    }  # fmt: skip


@pytest.fixture
def site(routes: dict[str, Route]) -> Iterator[SiteServer]:
    """The server."""
    with serving(routes) as server:
        yield server


def paths(site: SiteServer, urls: Iterator[str] | list[str]) -> set[str]:
    """Addresses without the server's part."""
    return {url.removeprefix(site.base) for url in urls}


def test_a_site_is_walked_and_each_page_fetched_once(tmp_path: Path, site: SiteServer) -> None:
    job = CrawlJob(tmp_path, [f"site:{site.base}/"])
    plans = job.discover().successors

    found = {item.url.removeprefix(site.base): item for item in job.candidates()}
    assert set(found) == {"/", "/a.html", "/deep.html", "/deeper.html", "/new.html", "/paper.pdf"}
    assert found["/a.html"].blob and found["/a.html"].title == "Qubits"
    assert not found["/paper.pdf"].blob and site.count("/paper.pdf") == 0

    refused = {url.removeprefix(site.base): row for url, row in job.rejected("discover", "0").items()}
    assert {path: row.reason for path, row in refused.items()} == {
        "/closed/b.html": "robots_disallow", "/gone.html": "http_404", "/away.html": "offsite_redirect",
    }  # fmt: skip
    closed = refused["/closed/b.html"].record["evidence"]
    assert [(item["line"], item["url"]) for item in closed] == [("Disallow: /closed/", f"{site.base}/robots.txt")]

    job.retrieve(plans[0])
    assert paths(site, [item.url for item in job.pages()]) == set(found)
    assert all(item.evidence[0].kind == "robots" for item in job.pages())
    assert {path: site.count(path) for path in found} == dict.fromkeys(found, 1)
    assert site.count("/closed/b.html") == 0


def test_depth_and_page_limits_leave_the_rest_unseen_and_say_how_much(tmp_path: Path, site: SiteServer) -> None:
    shallow = CrawlJob(tmp_path, [f"site:{site.base}/"], discover={"crawl_depth": 1})
    shallow.discover()
    assert "/deep.html" not in paths(site, [item.url for item in shallow.candidates()])
    assert shallow.facts()["sources"][0]["unseen"] == 1


def test_a_sitemap_shows_pages_that_nothing_links_to(
    tmp_path: Path, site: SiteServer, routes: dict[str, Route]
) -> None:
    routes["/robots.txt"] = Answer(f"Sitemap: {site.base}/index.xml\n")
    routes["/index.xml"] = Answer(
        f"<sitemapindex><sitemap><loc>{site.base}/pages.xml</loc></sitemap></sitemapindex>",
        headers={"Content-Type": "application/xml"},
    )
    routes["/pages.xml"] = Answer(
        f"<urlset><url><loc>{site.base}/island.html</loc></url><url><loc>http://other.example/</loc></url></urlset>",
        headers={"Content-Type": "application/xml"},
    )
    routes["/island.html"] = page(title="Quantum island", text=QUBIT)
    job = CrawlJob(tmp_path, [f"site:{site.base}/"])
    job.discover()
    assert "/island.html" in paths(site, [item.url for item in job.candidates()])


def test_a_busy_site_is_given_the_pause_it_asks_for(tmp_path: Path, site: SiteServer, routes: dict[str, Route]) -> None:
    answer = routes["/a.html"]
    assert isinstance(answer, Answer)
    busy = Answer(status=429, headers={"Retry-After": "1"})
    routes["/a.html"] = lambda before: busy if before == 0 else answer
    job = CrawlJob(tmp_path, [f"site:{site.base}/"])
    job.turns = Turns(MemoryLedger(), "test")
    job.discover()

    assert "/a.html" in paths(site, [item.url for item in job.candidates()])
    refused_at = next(moment for moment, path, _ in site.asked if path == "/a.html")
    assert not [path for moment, path, _ in site.asked if refused_at < moment < refused_at + 0.9]


def test_the_spider_keeps_to_the_rate(tmp_path: Path, site: SiteServer) -> None:
    CrawlJob(tmp_path, [f"site:{site.base}/"], retrieve={"requests_per_second": 5}).discover()
    # The files that speak for the site are asked for by the client, whose turns these tests do not wait for.
    others = {"/robots.txt", "/ai.txt", "/.well-known/tdmrep.json"}
    moments = [moment for moment, path, _ in site.asked if path not in others]
    assert min(later - earlier for earlier, later in pairwise(moments)) > 0.15


def test_two_crawls_of_the_same_site_come_back_with_the_same(tmp_path: Path, site: SiteServer) -> None:
    runs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        job = CrawlJob(tmp_path / name, [f"site:{site.base}/"])
        job.discover()
        runs.append([item.model_copy(update={"fetched_at": "", "evidence": ()}) for item in job.candidates()])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("robots", "told"),
    [
        (Answer("User-agent: *\nDisallow: /\n"), "robots.txt of 127.0.0.1 closes .* \\(Disallow: /\\)"),
        (Answer("<html>Are you human?</html>"), "robots.txt of 127.0.0.1 forbids everything: a web page"),
        (Answer(status=501), "robots.txt of 127.0.0.1 forbids everything: it answers HTTP 501"),
    ],
)
def test_a_site_that_forbids_everything_says_so(
    tmp_path: Path, site: SiteServer, routes: dict[str, Route], robots: Answer, told: str
) -> None:
    routes["/robots.txt"] = robots
    with pytest.raises(NotEnoughData, match=told):
        CrawlJob(tmp_path, [f"site:{site.base}/"]).discover()


def test_a_first_page_that_leads_to_another_private_site_is_not_followed(
    tmp_path: Path, site: SiteServer, routes: dict[str, Route]
) -> None:
    with serving({"/": page(title="Quantum", text=QUBIT)}) as other:
        routes["/"] = Answer(status=302, headers={"Location": f"{other.base}/"})
        with pytest.raises(NotEnoughData, match="private_address"):
            CrawlJob(tmp_path, [f"site:{site.base}/"]).discover()
        assert other.asked == []


def test_progress_reaches_the_runner_and_a_cancelled_job_ends_the_spider(tmp_path: Path, site: SiteServer) -> None:
    job = CrawlJob(tmp_path, [f"site:{site.base}/"], retrieve={"requests_per_second": 1})
    begun = time.monotonic()

    def cancel_after_the_first_page() -> None:
        if job.ticks[-1][0] >= 1:
            raise JobCancelled("cancelled")

    job.on_tick = cancel_after_the_first_page
    with pytest.raises(JobCancelled):
        job.discover()
    asked = len(site.asked)
    time.sleep(1.5)
    assert len(site.asked) == asked
    assert time.monotonic() - begun < 12


def test_the_spider_does_not_outlive_its_parent(tmp_path: Path, site: SiteServer) -> None:
    script = (
        "import os, threading, time\n"
        "from pathlib import Path\n"
        "from tests.workers.crawl.units import CrawlJob\n"
        f"job = CrawlJob(Path({str(tmp_path)!r}), ['site:{site.base}/'], retrieve={{'requests_per_second': 2}})\n"
        "job.on_tick = lambda: os._exit(9) if job.ticks[-1][0] >= 1 else None\n"
        "job.discover()\n"
    )
    root = Path(__file__).parents[4]
    died = subprocess.run([sys.executable, "-c", script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert died.returncode == 9
    time.sleep(0.3)
    asked = len(site.asked)
    time.sleep(1.5)
    assert len(site.asked) == asked
