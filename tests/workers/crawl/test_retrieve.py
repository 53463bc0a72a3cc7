"""The retrieve stage as a whole, on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.crawl.site_server import Answer, Route, page, serving
from tests.workers.crawl.units import CrawlJob

CASES: dict[str, Route] = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /closed\n"),
    "/good.html": page(title="Qubits", head='<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'),
    "/notes.md": Answer("---\nlicence: CC BY-SA 4.0\n---\n# Gates\n", headers={"Content-Type": "text/markdown"}),
    "/paper.pdf": Answer(b"%PDF-1.7 ...", headers={"Content-Type": "application/pdf", "ETag": '"1"'}),
    "/noai.html": page(head='<meta name="robots" content="noai, noimageai">'),
    "/header.pdf": Answer(b"%PDF-1.7 x", headers={"X-Robots-Tag": "noml"}),
    "/nd.html": page(head='<link rel="license" href="https://creativecommons.org/licenses/by-nd/4.0/">'),
    "/empty.txt": Answer(""),
    "/moved.html": Answer(status=301, headers={"Location": "/good.html"}),
    "/trap.html": Answer(status=302, headers={"Location": "http://127.0.0.1:9/"}),
}


def test_each_document_is_kept_with_its_evidence_or_set_aside_with_its_reason(tmp_path: Path) -> None:
    with serving(CASES) as site:
        addresses = [f"{site.base}{path}" for path in (*CASES, "/closed", "/missing") if path != "/robots.txt"]
        job = CrawlJob(tmp_path, [f"urls:{','.join(addresses)}"])
        (plan,) = job.discover().successors
        outcome = job.retrieve(plan)

        kept = {page.url.removeprefix(site.base): page for page in job.pages()}
        assert {path: page.licence for path, page in kept.items()} == {
            "/good.html": "CC-BY-4.0", "/notes.md": "CC-BY-SA-4.0", "/paper.pdf": "LicenseRef-own",
            "/moved.html": "CC-BY-4.0",
        }  # fmt: skip
        assert {item.kind for item in kept["/good.html"].evidence} == {"robots", "licence", "decision"}
        assert {item.kind for item in kept["/paper.pdf"].evidence} == {"robots", "operator", "decision"}
        assert kept["/paper.pdf"].headers == {"content-type": "application/pdf", "etag": '"1"'}
        assert kept["/paper.pdf"].size_bytes == len(job.store.get_blob(kept["/paper.pdf"].blob))
        assert kept["/moved.html"].headers["content-location"] == f"{site.base}/good.html"

        refused = {url.removeprefix(site.base): row for url, row in job.rejected("retrieve", "0000").items()}
        assert {path: (row.reason, row.failed) for path, row in refused.items()} == {
            "/noai.html": ("optout_noai", False),
            "/header.pdf": ("optout_noai", False),
            "/nd.html": ("licence_no_derivatives", False),
            "/closed": ("robots_disallow", False),
            "/empty.txt": ("no_text", False),
            "/trap.html": ("private_address", False),
            "/missing": ("http_404", True),
        }
        assert "noimageai" in refused["/noai.html"].detail
        assert "by-nd" in refused["/nd.html"].record["evidence"][-2]["line"]
        assert "Disallow: /closed" in refused["/closed"].detail

        assert [(plan.stage, plan.shard) for plan in outcome.successors] == [("parse", "0000")]
        assert job.turns.groups == {"127.0.0.1"}


def test_the_demo_site_comes_through_as_it_was_made(tmp_path: Path) -> None:
    server = pytest.importorskip("agent.demo.server")
    with server.serve_demo_site() as base:
        job = CrawlJob(tmp_path, [f"site:{base}"], permission={"declared": {}})
        plans = job.discover().successors
        early = {url.removeprefix(base): row.reason for url, row in job.rejected("discover", "0").items()}
        late: dict[str, str] = {}
        kept: dict[str, str] = {}
        for plan in plans:
            job.retrieve(plan)
            kept |= {page.url.removeprefix(base): page.licence for page in job.pages(plan.shard)}
            refused = job.rejected("retrieve", plan.shard)
            late |= {url.removeprefix(base): row.reason for url, row in refused.items()}

    garden = {path: reason for path, reason in early.items() if path.startswith("garden/")}
    assert len(garden) >= 3 and set(garden.values()) == {"off_topic"}
    closed = {path: reason for path, reason in early.items() if path not in garden}
    assert closed == {
        "private/lab-notes.html": "robots_disallow", "library/all-rights.html": "licence_forbids_training",
        "index.html": "duplicate",
    }  # fmt: skip
    assert late == {}
    assert len(kept) >= 25
    assert {path for path, licence in kept.items() if not licence} == {path for path in kept if path.endswith(".pdf")}
