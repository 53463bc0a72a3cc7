"""Services for papers that break, each in every way: the job names the source and goes on with the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.crawl.site_server import Answer, Route, SiteServer, running
from tests.workers.crawl.sources.arxiv_server import ArxivServer, Preprint
from tests.workers.crawl.sources.pubmed_server import PubMedServer
from tests.workers.crawl.sources.wikipedia_server import Article, WikipediaServer
from tests.workers.crawl.units import CrawlJob

_CAPTCHA = "<html><head><title>Just a moment...</title></head><body>Are you human?</body></html>"
_JSON, _XML, _HTML = "application/json", "text/xml", "text/html"
FAULTS = {
    "forbidden": Answer("no", 403),
    "moved away": Answer("", 404),
    "a page for people": Answer(_CAPTCHA, headers={"Content-Type": _HTML}),
    "cut short": Answer('{"query": {"search": [{"ti', headers={"Content-Type": _JSON}),
    "XML cut short": Answer("<feed><entry><id>x</i", headers={"Content-Type": _XML}),
    "another shape": Answer('[{"query": 1}]', headers={"Content-Type": _JSON}),
    "XML of another shape": Answer("<html><body/></html>", headers={"Content-Type": _XML}),
    "nothing at all": Answer(""),
}


class Broken(SiteServer):
    """Answers everything in the same wrong way."""

    def __init__(self, answer: Answer) -> None:
        super().__init__({})
        self.answer = answer

    def route(self, path: str) -> Route:
        """The wrong answer."""
        return self.answer


@pytest.mark.parametrize("fault", FAULTS)
def test_broken_services_are_named_and_the_others_go_on(tmp_path: Path, fault: str) -> None:
    working: dict[str, Callable[[], SiteServer]] = {
        "arxiv": lambda: ArxivServer([Preprint("2105.00001", "Ions", "Quantum computing with ions.")]),
        "wikipedia": lambda: WikipediaServer([Article(1, "Quantum computing", "is computing.")]),
    }
    for good, bad in (("arxiv", ("pubmed", "wikipedia")), ("wikipedia", ("arxiv", "pubmed"))):
        with running(working[good]()) as server, running(Broken(FAULTS[fault])) as broken:
            here = {name: server.base if name.startswith(good) else broken.base for name in _SERVICES}
            job = CrawlJob(
                tmp_path / good,
                [*bad, good],
                discover={"min_relevance": 0, "expand": (), "look_up": ()},
                endpoints={name: f"{base}{_SERVICES[name]}" for name, base in here.items()},
            )
            (tmp_path / good).mkdir()
            job.discover()
        assert len(job.candidates()) == 1
        reports = {line["source"]: line["error"] for line in job.facts()["sources"]}
        assert reports[good] == "" and all(reports[name] for name in bad)


_SERVICES = {
    "arxiv.api": "/api/", "arxiv.oai": "/oai", "arxiv.papers": "/", "wikipedia.en": "/w/",
    "ncbi.eutils": "/eutils/", "ncbi.pmc_cloud": "/bucket/",
}  # fmt: skip


def test_a_subject_that_pubmed_does_not_know_is_no_fault(tmp_path: Path) -> None:
    with (
        running(PubMedServer([])) as server,
        running(ArxivServer([Preprint("2105.1", "X", "Quantum computing.")])) as two,
    ):
        job = CrawlJob(
            tmp_path,
            ["pubmed", "arxiv"],
            discover={"min_relevance": 0, "expand": (), "look_up": ()},
            endpoints=server.endpoints | two.endpoints,
        )
        job.discover()
    assert [(line["found"], line["error"]) for line in job.facts()["sources"]] == [(0, ""), (1, "")]
