"""What citation and open-access services know about papers that discovery found.

They are asked by DOI, and what they say is put together: a paper is retracted when one of them says so, each open copy
keeps the licence that was stated for it, and where two say something of one copy the stricter licence stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Copy
from agent.spec import JobSpec
from workers.crawl.copies import is_resolver, with_copies
from workers.crawl.http.canonical import document_id
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Service, Services
from workers.crawl.sources import scholar_of
from workers.crawl.sources.contract import Found, Refused
from workers.crawl.sources.work import Work

_ONE_BY_ONE = "unpaywall"
"""It answers one DOI a request, and nothing but copies: it is asked last, about papers that have no licensed one."""


@dataclass(frozen=True)
class LookedUp:
    """The documents after the look-up."""

    found: list[Found]
    refused: list[Refused]
    """``retracted`` papers; papers known by their metadata alone, which have ``no_open_copy``; and addresses that
    their owner's terms close, ``terms_forbid_fetching``."""
    notes: dict[str, str]
    """Service -> why it could not be asked, or not about everything."""


@dataclass(frozen=True)
class _Caller:
    """Who asks, as the adapters want it."""

    source: str
    spec: JobSpec
    http: PoliteClient
    services: Services


def looked_up(found: Sequence[Found], spec: JobSpec, http: PoliteClient, services: Services) -> LookedUp:
    """The same documents with citations, venue, date, authors, retraction and open copies filled in where a service
    knows them; those that must go are set aside with their reason.

    A service that fails is noted, what it said before counts, and the others are asked. A paper that a service itself
    found is not put to it again.
    """
    notes: dict[str, str] = {}
    known = list(found)
    names = dict.fromkeys(spec.discover.look_up)
    for name in [*(each for each in names if each != _ONE_BY_ONE), *(each for each in names if each == _ONE_BY_ONE)]:
        dois = sorted({item.candidate.doi for item in known if _worth_asking(item.candidate, name)})
        if not dois:
            continue
        said: dict[str, list[Work]] = defaultdict(list)
        try:
            for work in scholar_of(name)(_Caller(name, spec, http, services)).look_up(dois):
                said[work.doi].append(work)
        except (SourceFailed, DocumentRejected) as error:
            notes[name] = str(error)
        known = [_with_works(item, said.get(item.candidate.doi, ())) for item in known]
    sorted_out = [_fetchable(item, services) for item in known]
    return LookedUp(
        [item for item in sorted_out if isinstance(item, Found)],
        [item for item in sorted_out if isinstance(item, Refused)],
        notes,
    )


def _worth_asking(candidate: Candidate, service: str) -> bool:
    if not candidate.doi:
        return False
    if service == _ONE_BY_ONE:
        return not candidate.blob and not any(copy.licence for copy in candidate.copies)
    told_by = (candidate.source, *candidate.also)
    return not any(each.partition(" ")[0].partition(":")[0] == service for each in told_by)


def _with_works(item: Found, works: Iterable[Work]) -> Found:
    """The find with what services say of it; what its source stated stays, but for what adds up or warns."""
    for work in works:
        candidate = with_copies(item.candidate, work.copies)
        counts = [count for count in (candidate.citations, work.citations) if count is not None]
        candidate = candidate.model_copy(
            update={
                "title": candidate.title or work.title,
                "authors": candidate.authors or work.authors,
                "date": candidate.date or work.date,
                "venue": candidate.venue or work.venue,
                "language": candidate.language or work.language,
                "citations": max(counts, default=None),
                "retracted": candidate.retracted or bool(work.retraction),
                "evidence": tuple(dict.fromkeys((*candidate.evidence, *work.evidence))),
            }
        )
        item = replace(item, candidate=candidate, text=item.text or work.abstract)
    return item


def _fetchable(item: Found, services: Services) -> Found | Refused:
    """The find with the copies that may be fetched, or why it cannot be used."""
    candidate = item.candidate
    if candidate.retracted:
        lines = dict.fromkeys(line.line for line in candidate.evidence if line.kind == "meta")
        return Refused(candidate, "retracted", "; ".join(lines) or "its source says that it is retracted")
    if candidate.blob:
        return item
    closed = _closed(candidate.url, services)
    if closed and not candidate.doi and not candidate.copies:
        return Refused(candidate, "terms_forbid_fetching", f"{closed.terms.says} ({closed.terms.url})")
    copies = [copy for copy in candidate.copies if not _closed(copy.url, services)]
    if closed:  # its DOI leads back to where nothing may be fetched
        copies = [copy for copy in copies if not is_resolver(copy.url)]
    if not copies and (closed or candidate.copies or (candidate.doi and is_resolver(candidate.url))):
        return Refused(candidate, "no_open_copy", "no service knows a copy that may be fetched")
    kept = candidate.model_copy(update={"copies": tuple(copies)})
    # A documented API gives the bytes and no page: there the closed one stays what people open.
    moves = closed and not _documented(copies[0].url, services)
    return replace(item, candidate=_moved(kept, copies[0]) if moves else kept)


def _moved(candidate: Candidate, copy: Copy) -> Candidate:
    """The candidate at its open copy, under that copy's licence, with the closed address it was found at."""
    also = tuple(sorted({*candidate.also, f"{candidate.source} {candidate.url}"}))
    return candidate.model_copy(
        update={"id": document_id(copy.url), "url": copy.url, "licence": copy.licence, "also": also}
    )


def _documented(url: str, services: Services) -> bool:
    service = services.of(url)
    return service is not None and service.access == "documented-api"


def _closed(url: str, services: Services) -> Service | None:
    """The service whose terms close the address, None where it may be fetched."""
    service = services.of(url)
    return service if service is not None and service.access == "never" else None
