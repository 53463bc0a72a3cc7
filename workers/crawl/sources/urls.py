"""``urls:LIST``: addresses one by one, from a file with one on a line or separated by commas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from agent.errors import SourceFailed
from agent.job.records import Candidate, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.services import Service
from workers.crawl.media import declared_type, name_of
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext


class AddressList:
    """The addresses in the order written; nothing is fetched here. What is no web address is ``invalid_url``."""

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "once"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The addresses; the limit is for searches, a list is taken whole.

        Raises:
            SourceFailed: the file cannot be read, or holds no address.
        """
        for done, entry in enumerate(listed_addresses(self._context.argument), 1):
            yield self._take(entry)
            self._context.progress(done)

    def _take(self, entry: str) -> Found | Refused:
        source = self._context.source
        try:
            url = canonical_url(entry)
        except ValueError as error:
            return Refused(
                Candidate(id=document_id(entry), url=entry, source=source, score=0.0), "invalid_url", str(error)
            )
        return Found(
            Candidate(
                id=document_id(url),
                url=url,
                source=source,
                title=name_of(url),
                score=0.0,
                media_type=declared_type(url),
            )
        )


def listed_addresses(argument: str) -> list[str]:
    """The addresses as written, without blank lines and lines that begin with #.

    Raises:
        SourceFailed: the file cannot be read, or holds no address.
    """
    if "://" in argument:
        entries = argument.split(",")
    else:
        try:
            entries = Path(argument).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceFailed(
                f"The list of addresses {argument} cannot be read: {error}.",
                next_step="Name a text file with one address on a line, or separate addresses by commas.",
            ) from error
    addresses = [entry.strip() for entry in entries if entry.strip() and not entry.strip().startswith("#")]
    if not addresses:
        raise SourceFailed(f"The list {argument} holds no address.", next_step="Write one http address on a line.")
    return addresses
