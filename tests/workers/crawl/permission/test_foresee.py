"""What is refused before it costs anything, what is asked of a site and how often, and what a second look says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.job.records import Candidate, Copy
from agent.spec import JobSpec, PermissionConfig
from tests.workers.crawl.permission.readings import BY, TIME
from tests.workers.crawl.site_server import Answer, Route, SiteServer, page, serving
from tests.workers.crawl.units import CrawlJob
from tests.workers.turns import LeapingTurns
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.permission.foresee import foreseen, profiles_for, unfetched_reading
from workers.crawl.permission.read_site import SiteReader
from workers.crawl.permission.recheck import recheck
from workers.crawl.sources import services_for

QUBIT = "A qubit holds a superposition of basis states; quantum gates act on entangled qubits."
NC = '<link rel="license" href="https://creativecommons.org/licenses/by-nc/4.0/">'


class NoService(SiteReader):
    """A reader that must not be asked for anything."""

    def __init__(self) -> None:
        pass

    def service_of(self, url: str) -> None:
        """The web at large."""
        return


def known(*licences: str) -> list[Any]:
    """What is known of a work with copies under these licences."""
    work = Candidate(id="a", url="https://h/a", source="openalex", score=0.0)
    return [unfetched_reading(work, Copy(url=f"https://h/{n}", licence=each), NoService(), TIME)
            for n, each in enumerate(licences)]  # fmt: skip


def test_a_known_licence_outside_the_profile_is_refused_unless_another_copy_may_be_used() -> None:
    config = PermissionConfig()
    told = foreseen(known("CC-BY-NC-4.0"), config)
    assert told is not None and told.reason == "licence_outside_profile"
    assert foreseen(known("CC-BY-NC-4.0", "CC-BY-4.0"), config) is None
    assert foreseen(known("CC-BY-NC-4.0", ""), config) is None, "the document may still state a licence"
    assert foreseen(known("CC-BY-NC-4.0", "CC-BY-ND-4.0"), config) is not None


def test_the_profiles_that_would_take_it_are_told() -> None:
    assert profiles_for(known("CC-BY-NC-4.0"), PermissionConfig()) == ("noncommercial", "research")
    assert profiles_for(known("CC-BY-ND-4.0"), PermissionConfig()) == ()


ROUTES: dict[str, Route] = {
    "/robots.txt": Answer("User-agent: *\nAllow: /\nLicense: /license.xml\n"),
    "/license.xml": Answer('<rsl xmlns="https://rslstandard.org/rsl"><content url="/paid/"><license>'
                           '<permits type="usage">ai-train</permits><payment type="training"/></license></content>'
                           "</rsl>"),
    "/.well-known/tdmrep.json": Answer('[{"location": "/kept/", "tdm-reservation": 1}]'),
    "/ai.txt": Answer("User-Agent: *\nDisallow: /closed/\n"),
    "/open/a.html": page(title="Qubits", text=QUBIT, head=BY),
    "/open/b.html": page(title="More qubits", text=QUBIT, head=NC),
    "/open/c.html": page(title="Other qubits", text=QUBIT),
    "/paid/a.html": page(title="Paid qubits", text=QUBIT, head=BY),
    "/kept/a.html": page(title="Kept qubits", text=QUBIT, head=BY),
    "/closed/a.html": page(title="Closed qubits", text=QUBIT, head=BY),
}  # fmt: skip


def retrieved(tmp_path: Path, site: SiteServer, **permission: Any) -> CrawlJob:
    """A job over all pages of the site, fetched."""
    pages = ",".join(f"{site.base}{path}" for path in ROUTES if path.endswith(".html"))
    job = CrawlJob(tmp_path, [f"urls:{pages}"], permission={"declared": {}, **permission}, discover={"expand": []})
    (plan,) = job.discover().successors
    job.retrieve(plan)
    return job


def test_a_site_is_asked_once_for_each_of_its_files_and_each_speaks_for_its_pages(tmp_path: Path) -> None:
    with serving(ROUTES) as site:
        job = retrieved(tmp_path, site)
        reasons = {url.removeprefix(site.base): row.reason for url, row in job.rejected("retrieve", "0000").items()}
        assert reasons == {
            "/open/b.html": "licence_outside_profile", "/open/c.html": "licence_unknown",
            "/paid/a.html": "rsl_needs_licence", "/kept/a.html": "optout_tdmrep", "/closed/a.html": "optout_ai_txt",
        }  # fmt: skip
        assert [each.url.removeprefix(site.base) for each in job.pages()] == ["/open/a.html"]
        assert {site.count(path) for path in list(ROUTES)[:4]} == {1}
        evidence = job.rejected("retrieve", "0000")[f"{site.base}/kept/a.html"].record["evidence"]
        assert evidence[-2]["url"] == f"{site.base}/.well-known/tdmrep.json" and evidence[-2]["time"]


def test_the_report_learns_what_another_profile_would_have_let_through(tmp_path: Path) -> None:
    with serving(ROUTES) as site:
        job = retrieved(tmp_path, site)
    told = job.facts("retrieve", "0000")["permission"]
    assert (told["profile"], told["intended_use"]) == ("share-alike", "commercial")
    assert (told["refused"], told["quarantined"]) == (4, 1)
    assert sum(told["quarantined_of"].values()) == 1
    assert told["more_under"] == {"noncommercial": 1, "research": 1}


def test_a_second_look_finds_what_was_said_since() -> None:
    routes = {**ROUTES, "/robots.txt": Answer("User-agent: *\nContent-Signal: ai-train=no\n")}
    with serving(routes) as site:
        spec = JobSpec(model="m", subject="quantum computing", sources=(f"site:{site.base}",))
        named = named_endpoints(spec.sources)
        services = services_for({})
        http = client_for(spec, services, named=named, turns=LeapingTurns(), pulse=lambda: None)
        sites = SiteReader(spec, http, services)
        told = recheck(f"{site.base}/open/a.html", spec.sources[0], "CC-BY-4.0", spec.permission, sites, TIME)
    assert (told.verdict, told.reason) == ("refused", "optout_content_signal")
