"""``candidates:FILE``: a list that `finetune discover` wrote and a person looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from agent.errors import StoreUnavailable
from agent.job.candidate_list import read_candidates
from agent.job.records import Candidate, Query
from workers.crawl.http.services import Service
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext


class CandidateList:
    """The documents of the list, as they were found; nobody judges their relevance again.

    Bytes that discovery kept in this deployment's store are used; elsewhere the document is fetched, or read from its
    folder, anew. Permission is decided for each as for any other.
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
            yield self._with_bytes(candidate)
            self._context.progress(done)

    def _with_bytes(self, candidate: Candidate) -> Found | Refused:
        store = self._context.store
        if candidate.blob and not store.has_blob(candidate.blob):
            candidate = candidate.model_copy(update={"blob": "", "headers": {}, "fetched_at": ""})
        if not candidate.blob and candidate.url.startswith("file:"):
            try:
                body = Path(unquote(urlsplit(candidate.url).path)).read_bytes()
                candidate = candidate.model_copy(update={"blob": store.put_blob(body)})
            except StoreUnavailable:
                raise
            except OSError as error:
                return Refused(candidate, "unreadable", str(error), failed=True)
        return Found(candidate, chosen=True)
