"""What arXiv, NCBI and Wikipedia really answered, through the same adapters and readers: how much of it is understood.

The table is printed with ``pytest -s``. Skipped where the recorded answers are not beside the checkout.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from agent.errors import SourceFailed
from tests.workers.crawl.sources.replay import RECORDED, VOLATILE, replaying
from tests.workers.crawl.units import CrawlJob
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.sources import services_for
from workers.crawl.sources.arxiv_records import read_feed, read_licence
from workers.crawl.sources.mediawiki import Wiki, about_of, hit_of, pages_of
from workers.crawl.sources.pubmed_records import read_articles, read_full_text, read_search
from workers.parse.formats.jats import read_jats

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not beside this checkout")

_NCBI_RECORD = b"<PubmedArticleSet"


@dataclass
class Tally:
    """How one kind of answer was read."""

    kind: str
    answers: int = 0
    records: int = 0
    parsed: int = 0
    filled: Counter[str] = field(default_factory=Counter)

    def add(self, records: int, found: Iterable[Mapping[str, Any]]) -> None:
        """One more answer with so many records, and what was made of them."""
        self.answers += 1
        self.records += records
        for one in found:
            self.parsed += 1
            self.filled.update(name for name, value in one.items() if value)

    @property
    def share(self) -> float:
        """Records that were understood, of all."""
        return self.parsed / self.records if self.records else 1.0

    def line(self) -> str:
        """As the table shows it."""
        shares = " ".join(f"{name} {count / self.parsed:.2f}" for name, count in self.filled.most_common())
        return f"{self.kind:<22} {self.answers:>4} answers {self.records:>5} records  parsed {self.share:.2f}  {shares}"


def _xml(body: bytes) -> Any:
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def test_every_recorded_feed_of_arxiv_is_read() -> None:
    tally, errors = Tally("arXiv Atom"), []
    for file in sorted((RECORDED / "arxiv").glob("*.xml")):
        body = file.read_bytes()
        try:
            papers = read_feed(_xml(body)).papers
        except SourceFailed as error:
            errors.append(error.message)
            continue
        tally.add(body.count(b"<entry>"), map(asdict, papers))
    print("\n" + tally.line())
    assert tally.answers == 19 and tally.share == 1
    assert errors == ["arXiv refuses the query: incorrect id format for abc."]
    assert min(tally.filled[name] for name in ("id", "title", "abstract", "authors", "submitted")) == tally.parsed


def test_the_arxiv_adapter_runs_over_the_recorded_search(tmp_path: Path) -> None:
    with replaying(RECORDED / "arxiv", ignored=VOLATILE | {"search_query"}) as server:
        job = CrawlJob(
            tmp_path,
            ["arxiv"],
            discover={"min_relevance": 0, "expand": (), "look_up": (), "results_per_query": 100},
            endpoints={
                "arxiv.api": server.at("https://export.arxiv.org/api/"),
                "arxiv.oai": server.at("https://oaipmh.arxiv.org/oai"),
            },
        )
        job.discover()
        assert [path.partition("?")[0] for path in server.missed] == ["/oaipmh.arxiv.org/oai"]
    report = job.facts()["sources"][0]
    assert (report["found"] + report["refused"], report["error"]) == (100, "")
    found = job.candidates()
    assert len(found) >= 95 and all(one.title and one.authors and one.date and one.doi for one in found)


def test_every_recorded_answer_of_oai_pmh_is_read_or_refused_by_name() -> None:
    """Their bodies were not kept by whoever recorded them: an empty answer is what they are now."""
    refused = 0
    for file in sorted((RECORDED / "oaipmh").glob("*.xml")):
        with pytest.raises((SourceFailed, etree.XMLSyntaxError)):
            read_licence(_xml(file.read_bytes()))
        refused += 1
    print(f"\n{'OAI-PMH':<22} {refused:>4} answers     0 records (recorded without bodies)")
    assert refused == 36


def test_every_recorded_answer_of_ncbi_is_read_or_refused_by_name() -> None:
    """Answers of programs that we do not ask (einfo, elink, epost, espell, esummary) lie among them."""
    articles, searches, jats, foreign = Tally("PubMed records"), Tally("PubMed search"), Tally("JATS"), 0
    for file in sorted((RECORDED / "ncbi").rglob("*.xml")):
        body = file.read_bytes()
        try:
            root = _xml(body)
        except etree.XMLSyntaxError:
            assert file.name.startswith("einfo")  # recorded in part
            continue
        if _NCBI_RECORD in body:
            count = sum(1 for child in root if isinstance(child.tag, str))
            articles.add(count, map(asdict, read_articles(root)))
        elif root.tag == "eSearchResult":
            searches.add(body.count(b"<Id>"), ({"id": found} for found in read_search(root)))
        elif root.tag == "pmc-articleset":
            jats.add(1, [read_jats(body).model_dump()])
        else:
            for reader in (read_articles, read_search):
                with pytest.raises(SourceFailed, match="answered <e"):
                    reader(root)
            foreign += 1
    print("\n" + "\n".join(tally.line() for tally in (articles, searches, jats)))
    print(f"{'NCBI, other programs':<22} {foreign:>4} answers, refused by name")
    assert articles.answers >= 79 and articles.share == searches.share == jats.share == 1
    assert min(articles.filled[name] for name in ("pmid", "title", "authors", "date", "journal")) == articles.parsed
    assert articles.filled["doi"] >= 0.95 * articles.parsed


def test_the_recorded_shape_of_the_pmc_bucket_is_read() -> None:
    lines = (RECORDED / "pmc_cloud" / "README.txt").read_text().splitlines()
    (shape,) = [line.partition(": ")[2] for line in lines if line.startswith("metadata: ")]
    text = read_full_text(json.loads(shape))
    print(f"\n{'PMC bucket':<22}    1 answers     1 records  parsed 1.00")
    assert (text.licence, text.xml) == ("CC-BY-4.0", "PMC8593813.1/PMC8593813.1.xml")
    assert text.pdf == "PMC8593813.1/PMC8593813.1.pdf" and not text.retracted and not text.manuscript


def test_every_recorded_answer_of_wikipedia_is_read() -> None:
    hits, pages = Tally("Wikipedia search"), Tally("Wikipedia pages")
    for file in sorted((RECORDED / "wikipedia").glob("*.json")):
        query = json.loads(file.read_bytes()).get("query", {})
        if "search" in query:
            hits.add(len(query["search"]), (asdict(hit_of(hit)) for hit in query["search"]))
        elif found := pages_of(query):
            there = [page for page in found if "missing" not in page and "pageid" in page]
            pages.add(len(there), (asdict(about) for page in found if (about := about_of(page, "en"))))
    print("\n" + "\n".join(tally.line() for tally in (hits, pages)))
    assert hits.answers == 29 and hits.share == 1 and hits.filled["title"] == hits.parsed
    assert pages.answers > 20 and pages.share == 1


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[Wiki]:
    """The English Wikipedia as recorded; who asks for less than the recording did gets it too."""
    ours = {"redirects", "formatversion", "plnamespace", "clshow"}
    with replaying(RECORDED / "wikipedia", ignored=VOLATILE | ours) as server:
        job = CrawlJob(tmp_path, ["wikipedia"], endpoints={"wikipedia.en": server.at("https://en.wikipedia.org/w/")})
        services = services_for(job.spec.endpoints)
        named = named_endpoints((), job.spec.endpoints.values())
        yield Wiki(client_for(job.spec, services, named=named, turns=job.turns, pulse=lambda: None), services)


def test_the_wikipedia_adapter_runs_over_the_recorded_exchanges(wiki: Wiki) -> None:
    hits = list(wiki.search("Python programming", 10))
    assert len(hits) == 10 and hits[0].title == "Python (programming language)" and "<" not in hits[0].snippet
    links = wiki.links("Python_(programming_language)", limit=500)
    categories = wiki.categories("Python_(programming_language)", limit=500)
    print(f"\n{'Wikipedia replayed':<22} {len(hits)} hits, {len(links)} links, {len(categories)} categories")
    assert len(links) == 500 and "ALGOL 68" in links
    assert "Python (programming language)" in categories
