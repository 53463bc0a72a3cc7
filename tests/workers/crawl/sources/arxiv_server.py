"""A small arXiv on loopback: Atom search with paging and its known fault, OAI-PMH, papers behind robots.txt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.workers.crawl.site_server import Answer, Route, SiteServer, page

ROBOTS = "User-agent: *\nCrawl-delay: 15\nDisallow: /api\nDisallow: /e-print\nAllow: /abs\nAllow: /html\nAllow: /pdf\n"
BY = "http://creativecommons.org/licenses/by/4.0/"
OWN = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"

_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/ours</id><title>arXiv Query: {query}</title>
<updated>2026-11-20T00:00:00Z</updated><opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>"""

_ERROR = """<entry><id>https://arxiv.org/api/errors#{anchor}</id><title>Error</title>
<updated>2026-11-20T00:00:00Z</updated><summary>{summary}</summary>
<author><name>arXiv api core</name></author></entry>"""


@dataclass(frozen=True)
class Preprint:
    """One paper of the archive."""

    id: str
    title: str
    abstract: str
    licence: str = BY
    updated: str = "2025-06-01"
    comment: str = ""
    doi: str = ""
    journal: str = ""
    categories: tuple[str, ...] = ("quant-ph",)
    html: bool = True

    @property
    def entry(self) -> str:
        """Its part of a feed."""
        terms = "".join(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in self.categories)
        doi = f"<arxiv:doi>{self.doi}</arxiv:doi>" if self.doi else ""
        journal = f"<arxiv:journal_ref>{escape(self.journal)}</arxiv:journal_ref>" if self.journal else ""
        return f"""<entry><id>http://arxiv.org/abs/{self.id}v2</id><title>{escape(self.title)}</title>
<updated>{self.updated}T10:00:00Z</updated><link href="https://arxiv.org/abs/{self.id}v2" rel="alternate" \
type="text/html"/><link href="https://arxiv.org/pdf/{self.id}v2" rel="related" type="application/pdf" title="pdf"/>
<summary>{escape(self.abstract)}
</summary>{terms}<published>2021-05-06T09:00:00Z</published><arxiv:comment>{escape(self.comment)}</arxiv:comment>
<arxiv:primary_category term="{self.categories[0]}"/>{journal}<author><name>A. Writer</name></author>
<author><name>Ö. Second</name></author>{doi}</entry>"""

    @property
    def record(self) -> str:
        """Its record in OAI-PMH."""
        licence = f"<license>{self.licence}</license>" if self.licence else ""
        return f"""<GetRecord><record><header><identifier>oai:arXiv.org:{self.id}</identifier>
<datestamp>2025-06-02</datestamp><setSpec>physics:quant-ph</setSpec></header><metadata>
<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{self.id}</id><created>2021-05-06</created><authors><author>
<keyname>Writer</keyname><forenames>A.</forenames></author></authors><title>{escape(self.title)}</title>
<categories>{" ".join(self.categories)}</categories>{licence}<abstract>{escape(self.abstract)}</abstract></arXiv>
</metadata></record></GetRecord>"""


class ArxivServer(SiteServer):
    """Serves preprints. The page that begins at ``gap`` comes empty the first ``gaps`` times; ``refuses`` is the error
    that every search gets, as a feed under ``status``; ``oai_down`` answers 403 there.
    """

    def __init__(
        self,
        preprints: Sequence[Preprint],
        *,
        gap: int = -1,
        gaps: int = 1,
        refuses: str = "",
        status: int = 400,
        oai_down: bool = False,
    ) -> None:
        super().__init__({"/robots.txt": Answer(ROBOTS, headers={"Content-Type": "text/plain"})})
        self.preprints = preprints
        self.gap = gap
        self.gaps = gaps
        self.refuses = refuses
        self.status = status
        self.oai_down = oai_down

    @property
    def endpoints(self) -> dict[str, str]:
        """What stands in for arXiv's addresses."""
        return {"arxiv.api": f"{self.base}/api/", "arxiv.oai": f"{self.base}/oai", "arxiv.papers": f"{self.base}/"}

    @property
    def queries(self) -> list[dict[str, str]]:
        """The parameters of every search."""
        paths = [urlsplit(path) for _, path, _ in self.asked]
        return [dict(parse_qsl(parts.query)) for parts in paths if parts.path == "/api/query"]

    def route(self, path: str) -> Route:
        """The answer of one of the services."""
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/api/query":
            return self._search(asked)
        if parts.path == "/oai":
            return Answer(status=403) if self.oai_down else self._record(asked)
        for preprint in self.preprints:
            if parts.path == f"/html/{preprint.id}v2" and preprint.html:
                return page(title=preprint.title, text=preprint.abstract)
            if parts.path == f"/pdf/{preprint.id}v2":
                return Answer(b"%PDF-1.5 not looked into here", headers={"Content-Type": "application/pdf"})
        return super().route(path)

    def _search(self, asked: dict[str, str]) -> Answer:
        query, start, size = asked["search_query"], int(asked["start"]), int(asked["max_results"])
        if self.refuses:
            entry = _ERROR.format(anchor="x", summary=escape(self.refuses))
            return _atom(_FEED.format(query="x", size=1, total=1, start=0, entries=entry), self.status)
        found = [one for one in self.preprints if _matches(one, query)]
        some = found[start : start + size]
        if start == self.gap and self.gaps:
            self.gaps -= 1
            some = []
        entries = "\n".join(one.entry for one in some)
        feed = _FEED.format(query=escape(query), size=size, total=len(found), start=start, entries=entries)
        return _atom(feed)

    def _record(self, asked: dict[str, str]) -> Answer:
        inside = '<error code="idDoesNotExist">Nothing to be found here</error>'
        for preprint in self.preprints:
            if asked["identifier"] == f"oai:arXiv.org:{preprint.id}" and asked["metadataPrefix"] == "arXiv":
                inside = preprint.record
        body = f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-22T00:00:00Z</responseDate>
<request verb="GetRecord">https://oaipmh.arxiv.org/oai</request>{inside}</OAI-PMH>"""
        return Answer(body, headers={"Content-Type": "text/xml"})


def _matches(preprint: Preprint, query: str) -> bool:
    """The little of the search's syntax that is needed: one phrase, or words; and one category."""
    wanted, _, category = query.partition(" AND (cat:")
    if category and category.rstrip(")") not in preprint.categories:
        return False
    text = f"{preprint.title} {preprint.abstract}".lower()
    if '"' in wanted:
        return wanted.split('"')[1].lower() in text
    words = wanted.strip("()").replace("all:", "").lower().split(" and ")
    return all(word in text for word in words)


def _atom(body: str, status: int = 200) -> Answer:
    return Answer(body, status, headers={"Content-Type": "application/atom+xml; charset=utf-8"})
