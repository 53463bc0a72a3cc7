"""``pubmed``: articles by PubMed's search, with their full text from PMC's cloud bucket where it is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Copy, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.identity import PRODUCT_TOKEN
from workers.crawl.http.services import Key, Service, Terms
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext
from workers.crawl.sources.pubmed_records import (
    Article,
    FullText,
    newest_metadata,
    read_articles,
    read_full_text,
    read_search,
)

JATS = "application/jats+xml"
"""PMC's full text; the bucket itself declares no more than XML."""

_EUTILS = Service(
    "ncbi.eutils",
    "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/",
    Terms(
        url="https://www.ncbi.nlm.nih.gov/books/NBK25497/",
        read_on="2026-11-22",
        says="Programs may ask three times a second, ten times with a key, naming tool and e-mail; abstracts may be "
        "under their publishers' copyright.",
    ),
    interval_s=0.34,
    interval_with_key_s=0.1,
    fresh=timedelta(days=1),
    key=Key("NCBI_API_KEY", parameter="api_key"),
)
_CLOUD = Service(
    "ncbi.pmc_cloud",
    "https://pmc-oa-opendata.s3.amazonaws.com/",
    Terms(
        url="https://pmc.ncbi.nlm.nih.gov/tools/pmcaws/",
        read_on="2026-11-22",
        says="The bucket is there for programs to take articles from; each is under the licence that its metadata "
        "names.",
    ),
    interval_s=0.1,  # a public bucket with no stated limit: as fast as E-utilities with a key
    connections=2,
    fresh=timedelta(days=1),
)
_NOT_BY_PROGRAMS = Terms(
    url="https://pmc.ncbi.nlm.nih.gov/about/copyright/",
    read_on="2026-11-22",
    says="Its pages must not be retrieved by programs; the cloud bucket and E-utilities are there for them.",
)
_PMC_PAGES = Service("ncbi.pmc_pages", "https://pmc.ncbi.nlm.nih.gov/", _NOT_BY_PROGRAMS, access="never")
_PUBMED_PAGES = Service("ncbi.pubmed_pages", "https://pubmed.ncbi.nlm.nih.gov/", _NOT_BY_PROGRAMS, access="never")

_AT_ONCE = 200
"""Records of one request by address; more need another method."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SYNTAX = re.compile(r"[\[\]\"()*]")
"""What the search takes for field names, phrases and groups."""


class PubMed:
    """Searches as people do in PubMed, whose own rules turn the words into MeSH terms and synonyms.

    An article in PMC's bucket has its JATS, and PDF, as copies under the licence that the bucket names. Others are
    known by their abstract alone, which may be a publisher's: those with a DOI are handed on without a copy, for
    `workers.crawl.look_up` to find one, the rest is refused as ``no_open_copy``.
    """

    services: ClassVar[tuple[Service, ...]] = (_EUTILS, _CLOUD, _PMC_PAGES, _PUBMED_PAGES)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self._full_texts: dict[str, FullText | None] = {}
        self.facts: dict[str, Any] = {"in_pmc": 0, "with_full_text": 0}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Articles by PubMed's best match.

        Ids are carried from search to records in the address, not in NCBI's history, whose addresses are new each
        time: so the cache can serve both again.

        Raises:
            SourceFailed: E-utilities answer an error or nonsense.
        """
        term = " ".join(_SYNTAX.sub(" ", query.text).split())
        found = self._ask("esearch.fcgi", {"term": term, "retmax": limit, "retstart": 0, "sort": "relevance"})
        numbers = read_search(found)[:limit]
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            records = read_articles(self._ask("efetch.fcgi", {"id": ",".join(some)}))
            known = {article.pmid: article for article in records}
            for number in some:
                if number in known:
                    yield self._taken(known[number])
                    self._context.progress(1)

    def _ask(self, program: str, params: dict[str, str | int]) -> Any:
        email = _EMAIL.search(self._context.spec.retrieve.contact)
        who = {"tool": PRODUCT_TOKEN} | ({"email": email[0]} if email else {})
        address = f"{self._context.services.base(_EUTILS)}{program}"
        return self._context.http.get(address, {"db": "pubmed", "retmode": "xml", **params, **who}).xml()

    def _taken(self, article: Article) -> Found | Refused:
        text = self._full_text(article.pmcid) if article.pmcid else None
        candidate = self._candidate(article, text)
        if not candidate.copies and not article.doi:
            return Refused(candidate, "no_open_copy", "PMC has no full text of it and it has no DOI to look one up by")
        said = "\n".join((article.abstract, ", ".join(article.subjects))).strip()
        return Found(candidate, said)

    def _full_text(self, pmcid: str) -> FullText | None:
        """What the bucket has; None where it has nothing or does not answer for this article."""
        if pmcid in self._full_texts:
            return self._full_texts[pmcid]
        self.facts["in_pmc"] += 1
        base, http = self._context.services.base(_CLOUD), self._context.http
        try:
            # The full stop keeps PMC123 apart from PMC1234.
            listing = http.get(base, {"list-type": 2, "prefix": f"metadata/{pmcid}."}).xml()
            key = newest_metadata(listing)
            text = read_full_text(http.get(f"{base}{key}").json()) if key else None
        except (SourceFailed, DocumentRejected) as error:
            self.facts["pmc_fault"] = str(error)
            return None
        self._full_texts[pmcid] = text
        self.facts["with_full_text"] += bool(text and text.xml)
        return text

    def _candidate(self, article: Article, text: FullText | None) -> Candidate:
        base = self._context.services.base(_CLOUD)
        page = f"{_PUBMED_PAGES.base}{article.pmid}/"
        copies: list[Copy] = []
        retraction = article.retraction
        if text:
            page = f"{_PMC_PAGES.base}articles/{article.pmcid}/"
            forms = ((text.xml, JATS), (text.pdf, "application/pdf"))
            version = "accepted" if text.manuscript else "published"
            copies = [
                Copy(url=f"{base}{path}", media_type=kind, licence=text.licence, version=version)
                for path, kind in forms
                if path
            ]
            retraction = retraction or ("is_retracted: true" if text.retracted else "")
        url = canonical_url(page)
        return Candidate(
            id=document_id(url),
            url=url,
            source=self._context.source,
            title=article.title,
            score=0.0,
            authors=article.authors,
            date=article.date,
            venue=article.journal,
            doi=article.doi,
            retracted=bool(retraction),
            language=article.language,
            licence=text.licence if text else "",
            copies=tuple(copies),
            evidence=tuple(_evidence(article, text, retraction)),
        )


def _evidence(article: Article, text: FullText | None, retraction: str) -> Iterator[Evidence]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if text and text.code:
        where = f"{_CLOUD.base}metadata/{article.pmcid}"
        yield Evidence(kind="licence", url=where, line=f"license_code: {text.code}", time=now)
    if retraction:
        yield Evidence(kind="meta", url=f"{_PUBMED_PAGES.base}{article.pmid}/", line=retraction, time=now)
