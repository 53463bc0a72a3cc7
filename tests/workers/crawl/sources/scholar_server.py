"""OpenAlex, Crossref, Semantic Scholar, Unpaywall and IEEE Xplore on loopback, over one small library of ours.

Each service answers in its real format, with its own paging and its own words for the same things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.workers.crawl.site_server import Answer, Route, SiteServer, running


@dataclass(frozen=True)
class Paper:
    """One work of the library."""

    doi: str
    title: str
    abstract: str = "Quantum computers apply gates to qubits."
    authors: tuple[str, ...] = ("Ada Rhee", "Tom Okafor")
    year: int = 2024
    venue: str = "Annals of Invented Physics"
    citations: int = 3
    retracted: bool = False
    open_at: str = ""
    """Address of its open PDF, '' for a closed paper."""
    licence: str = "cc-by"
    version: str = "publishedVersion"


def papers(count: int) -> list[Paper]:
    """So many open papers on quantum computing."""
    return [
        Paper(
            f"10.5555/qc.{number}",
            f"Quantum computing with invented qubits, part {number}",
            open_at=f"https://open.example/qc-{number}.pdf",
        )
        for number in range(count)
    ]


@dataclass
class Library:
    """What the services hold, and how they misbehave."""

    papers: Sequence[Paper]
    faults: dict[str, Answer] = field(default_factory=dict)
    """Service -> what it answers instead of everything."""
    fault_after: dict[str, int] = field(default_factory=dict)
    """Service -> requests that are answered well before its fault."""


class ScholarServer(SiteServer):
    """Serves a library; the first part of a path is the service."""

    def __init__(self, library: Library) -> None:
        super().__init__({})
        self.library = library

    @property
    def endpoints(self) -> dict[str, str]:
        """What a job specification takes to ask this server."""
        return {
            "openalex.api": f"{self.base}/openalex/",
            "crossref.api": f"{self.base}/crossref/",
            "semanticscholar.api": f"{self.base}/s2/graph/v1/",
            "unpaywall.api": f"{self.base}/unpaywall/v2/",
        }

    def asked_of(self, service: str) -> list[dict[str, str]]:
        """The parameters of each request to a service."""
        return [_parameters(path) for _, path, _ in self.asked if path.startswith(f"/{service}/")]

    def route(self, path: str) -> Route:
        """The service's answer."""
        service, _, rest = urlsplit(path).path.lstrip("/").partition("/")
        before = sum(1 for _, asked, _ in self.asked if asked.startswith(f"/{service}/")) - 1
        if service in self.library.faults and before >= self.library.fault_after.get(service, 0):
            return self.library.faults[service]
        if path.startswith("/s2/graph/v1/paper/batch"):
            return self._batch()
        speak = {"openalex": openalex, "crossref": crossref, "s2": semantic_scholar, "unpaywall": unpaywall}.get(
            service
        )
        return speak(self.library.papers, unquote(rest), _parameters(path)) if speak else Answer(status=404)

    def _batch(self) -> Answer:
        """Semantic Scholar's answer to a list of identifiers: null for what it does not know."""
        wanted = [each.removeprefix("DOI:") for each in json.loads(self.received[-1])["ids"]]
        if len(wanted) > 500:
            return _json({"error": "Too many ids"}, 400)
        known = {paper.doi: semantic_scholar_paper(paper) for paper in self.library.papers}
        if not known.keys() & set(wanted):
            return _json({"error": "No valid paper ids given"}, 400)
        return _json([known.get(doi) for doi in wanted])


@contextmanager
def serving_scholars(library: Library) -> Iterator[ScholarServer]:
    """The server, until the block ends."""
    with running(ScholarServer(library)) as server:
        yield server


def openalex(library: Sequence[Paper], rest: str, asked: dict[str, str]) -> Answer:
    """``/works`` by search or DOI filter, paged by number or, with a key, by cursor; ``/works/doi:…``."""
    if rest.startswith("works/doi:"):
        known = [paper for paper in library if paper.doi == rest.removeprefix("works/doi:")]
        return _json(_openalex_work(known[0])) if known else Answer("<h1>Not Found</h1>", 404)
    filters = dict(part.split(":", 1) for part in asked.get("filter", "").split(",") if part)
    if "cursor" in asked and "api_key" not in asked:
        return _json({"error": "Unauthorized", "message": "A key is needed for this."}, 401)
    if "doi" in filters:
        library = [paper for paper in library if paper.doi in filters["doi"].split("|")]
    if filters.get("open_access.is_oa") == "true":
        library = [paper for paper in library if paper.open_at]
    size = int(asked.get("per_page", 25))
    start = int(asked["cursor"].replace("*", "0")) if "cursor" in asked else (int(asked.get("page", 1)) - 1) * size
    meta: dict[str, Any] = {"count": len(library), "per_page": size, "page": asked.get("page"), "next_cursor": None}
    if "cursor" in asked and library[start : start + size]:
        meta["next_cursor"] = str(start + size)
    return _json(
        {"meta": meta, "results": [_openalex_work(one) for one in library[start : start + size]], "group_by": []}
    )


def _openalex_work(paper: Paper) -> dict[str, Any]:
    places: list[dict[str, Any]] = [
        {
            "is_oa": bool(paper.open_at), "landing_page_url": f"https://doi.org/{paper.doi}",
            "pdf_url": paper.open_at or None, "license": paper.licence if paper.open_at else None,
            "version": paper.version, "source": {"display_name": paper.venue, "type": "journal"},
        },
        {"is_oa": False, "landing_page_url": "https://closed.example/x", "pdf_url": None, "source": None},
    ]  # fmt: skip
    index: dict[str, list[int]] = {}
    for at, word in enumerate(paper.abstract.split()):
        index.setdefault(word, []).append(at)
    return {
        "id": f"https://openalex.org/W{abs(hash(paper.doi))}", "doi": f"https://doi.org/{paper.doi}",
        "display_name": paper.title, "publication_date": f"{paper.year}-05-17", "publication_year": paper.year,
        "cited_by_count": paper.citations, "is_retracted": paper.retracted, "language": "en",
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "primary_location": places[0], "best_oa_location": places[0] if paper.open_at else None, "locations": places,
        "abstract_inverted_index": index or None,
    }  # fmt: skip


def crossref(library: Sequence[Paper], rest: str, asked: dict[str, str]) -> Answer:
    """``/works`` by query or DOI filter, paged by cursor; ``/works/{doi}``."""
    if rest.startswith("works/"):
        known = [paper for paper in library if paper.doi == rest.removeprefix("works/")]
        if not known:
            return Answer("Resource not found.", 404, {"Content-Type": "text/plain"})
        return _json({"status": "ok", "message-type": "work", "message": _crossref_work(known[0])})
    filters = [part.split(":", 1) for part in asked.get("filter", "").split(",") if part]
    if dois := {value for name, value in filters if name == "doi"}:
        library = [paper for paper in library if paper.doi in dois]
    rows, cursor = int(asked.get("rows", 20)), asked.get("cursor", "*")
    if cursor != "*" and not cursor.startswith("AoJ"):
        fault = [{"type": "cursor-invalid", "value": cursor, "message": "Cursor specified but it is invalid"}]
        return _json({"status": "failed", "message-type": "resource-failure", "message": fault}, 404)
    start = 0 if cursor == "*" else int(cursor.removeprefix("AoJ"))
    message = {
        "facets": {}, "total-results": len(library), "next-cursor": f"AoJ{start + rows}",
        "items": [_crossref_work(paper) for paper in library[start : start + rows]], "items-per-page": rows,
    }  # fmt: skip
    return _json({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})


def _crossref_work(paper: Paper) -> dict[str, Any]:
    licence = {"cc-by": "https://creativecommons.org/licenses/by/4.0/"}.get(
        paper.licence, "https://www.example.com/tdm"
    )
    record: dict[str, Any] = {
        "DOI": paper.doi.upper(), "URL": f"https://doi.org/{paper.doi}", "type": "journal-article",
        "title": [f"<i>{paper.title}</i>"], "container-title": [paper.venue.replace("of", "&amp;")],
        "author": [
            {"given": name.split()[0], "family": name.split()[-1], "sequence": "first", "affiliation": []}
            for name in paper.authors
        ],
        "abstract": f"<jats:title>Abstract</jats:title><jats:p>{paper.abstract}</jats:p>",
        "published": {"date-parts": [[paper.year, 5]]}, "issued": {"date-parts": [[None]]},
        "is-referenced-by-count": paper.citations,
    }  # fmt: skip
    if paper.open_at:
        record["license"] = [{"URL": licence, "content-version": "vor", "delay-in-days": 0}]
        record["link"] = [
            {"URL": paper.open_at, "content-type": "application/pdf", "content-version": "vor"},
            {"URL": f"{paper.open_at}?am", "content-type": "unspecified", "content-version": "am"},
        ]
    if paper.retracted:
        record["updated-by"] = [{"DOI": f"{paper.doi}.r", "type": "retraction", "source": "retraction-watch"}]
    return record


def semantic_scholar(library: Sequence[Paper], rest: str, asked: dict[str, str]) -> Answer:
    """``/paper/search`` by offset, without ``data`` where there is nothing."""
    if rest.removeprefix("graph/v1/") != "paper/search":
        return _json({"error": "Not found"}, 404)
    offset, size = int(asked["offset"]), int(asked["limit"])
    if offset + size > 1000:
        return _json({"error": "Requested data for this limit and/or offset is not available"}, 400)
    if not library:
        return _json({"total": 0, "offset": 0})
    found = [semantic_scholar_paper(paper) for paper in library[offset : offset + size]]
    after = {"next": offset + size} if offset + size < len(library) else {}
    return _json({"total": len(library), "offset": offset, **after, "data": found})


def semantic_scholar_paper(paper: Paper) -> dict[str, Any]:
    """One paper; licences are written together, and a copy that is not known has an empty address."""
    return {
        "paperId": "0" * 40, "externalIds": {"DOI": paper.doi.upper(), "CorpusId": 7},
        "url": "https://www.semanticscholar.org/paper/0", "title": paper.title, "abstract": paper.abstract or None,
        "venue": paper.venue, "year": paper.year, "publicationDate": None, "citationCount": paper.citations,
        "authors": [{"authorId": "1", "name": name} for name in paper.authors],
        "openAccessPdf": {"url": paper.open_at, "status": None, "license": paper.licence.upper().replace("-", "")},
    }  # fmt: skip


def unpaywall(library: Sequence[Paper], rest: str, asked: dict[str, str]) -> Answer:
    """``/v2/{doi}?email=``."""
    if "@" not in asked.get("email", ""):
        return _json({"HTTP_status_code": 422, "error": True, "message": "Email address required"}, 422)
    known = [paper for paper in library if paper.doi == rest.removeprefix("v2/")]
    if not known:
        return _json({"HTTP_status_code": 404, "error": True, "message": "isn't in Unpaywall"}, 404)
    paper = known[0]
    place = {
        "url": paper.open_at, "url_for_pdf": paper.open_at, "url_for_landing_page": f"https://doi.org/{paper.doi}",
        "license": paper.licence, "version": paper.version, "host_type": "publisher",
    }  # fmt: skip
    return _json(
        {
            "doi": paper.doi, "title": paper.title, "year": paper.year, "published_date": f"{paper.year}-05-17",
            "journal_name": paper.venue, "is_oa": bool(paper.open_at),
            "best_oa_location": place if paper.open_at else None, "oa_locations": [place] if paper.open_at else [],
            "z_authors": [{"author_position": "first", "raw_author_name": name} for name in paper.authors],
        }
    )  # fmt: skip


def _json(content: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(content), status, {"Content-Type": "application/json"})


def _parameters(path: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(path).query, keep_blank_values=True).items()}
