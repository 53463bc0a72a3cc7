"""``candidates:FILE``: a list that `finetune discover` wrote and a person looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from agent.errors import StoreUnavailable
from agent.job.candidate_list import read_candidates
from agent.job.records import Candidate, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.services import Service
from workers.crawl.media import declared_type
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext


class CandidateList:
    """The documents of the list, as they were found; nobody judges their relevance again.

    Bytes that discovery kept in this deployment's store are used; elsewhere the document is fetched, or read from its
    folder, anew. Where the address was edited nothing that was found under the old one is believed of the new.
    Permission is decided for each as for any other.
    """

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "once"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The listed documents; the limit is for searches, a list is taken whole.

        Raises:
            SourceFailed: the file cannot be read, or a line is no candidate.
        """
        for done, candidate in enumerate(read_candidates(Path(self._context.argument).expanduser()), 1):
            yield self._with_bytes(as_written(candidate))
            self._context.progress(done)

    def _with_bytes(self, candidate: Candidate) -> Found | Refused:
        store = self._context.store
        if candidate.blob and not store.has_blob(candidate.blob):
            candidate = candidate.model_copy(update={"blob": "", "headers": {}, "fetched_at": ""})
        if not candidate.blob and candidate.url.startswith("file:"):
            try:
                file = Path(unquote(urlsplit(candidate.url).path))
                limit = self._context.spec.retrieve.max_document_bytes
                if not file.is_file():  # a device has no end
                    return Refused(candidate, "unreadable", f"{file} is no file", failed=True)
                if file.stat().st_size > limit:
                    return Refused(candidate, "too_large", f"{file.stat().st_size} bytes, limit {limit}")
                candidate = candidate.model_copy(update={"blob": store.put_blob(file.read_bytes())})
            except StoreUnavailable:
                raise
            except OSError as error:
                return Refused(candidate, "unreadable", str(error), failed=True)
        return Found(candidate, chosen=True)


def as_written(candidate: Candidate) -> Candidate:
    """The candidate, or, where its address is not the one that its id was made of, a new one at the address it has
    now."""
    if candidate.id == document_id(candidate.url):
        return candidate
    try:
        url = candidate.url if candidate.url.startswith("file:") else canonical_url(candidate.url)
    except ValueError:
        url = candidate.url  # retrieval says so
    return Candidate(
        id=document_id(url),
        url=url,
        source=candidate.source,
        title=candidate.title,
        score=candidate.score,
        media_type=declared_type(url),
    )
