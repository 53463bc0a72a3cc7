"""What a request came back with: the bytes, what they are, and readers that name who answered nonsense."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.errors import SourceFailed
from agent.job.records import Evidence

KEPT_HEADERS = (
    "content-type", "content-language", "last-modified", "etag", "link",
    "x-robots-tag", "content-signal", "content-usage", "tdm-reservation", "tdm-policy",
)  # fmt: skip
"""Response headers that say something of the document and its use; the rest is about the transfer."""
_SHOWN_CHARS = 80
_NAMES_A_CRAWLER = re.compile(r"\s*[^\s,:]+\s*:")


def united(name: str, values: Sequence[str]) -> str:
    """A header that was sent several times as one value, joined by commas (RFC 9110, 5.3).

    In X-Robots-Tag a crawler's name would then reach over what the next line says to all, so that such a line gets the
    ``*`` that it stands for.
    """
    if name != "x-robots-tag":
        return ", ".join(values)
    return ", ".join(
        value if number == 0 or _NAMES_A_CRAWLER.match(value) else f"*: {value.strip()}"
        for number, value in enumerate(values)
    )


@dataclass(frozen=True)
class Fetched:
    """An answer, after redirects."""

    url: str
    """Canonical address of the last hop."""
    status: int
    headers: dict[str, str]
    """Those that say something of the document, lower-case names; ``content-type`` as the bytes have it where they
    contradict the server."""
    body: bytes
    fetched_at: str
    """When the bytes came from their server, ISO 8601 UTC."""
    evidence: tuple[Evidence, ...]
    """For each hop the robots verdict, or the terms of the documented service it belongs to; ``cache`` where no bytes
    travelled."""
    service: str = ""
    """Name of the documented service that answered, '' for the web at large."""
    declared_type: str = ""
    """The Content-Type that the server sent, where the bytes contradict it."""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceFailed: it is none; the message shows how it begins.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise self._nonsense("JSON", error) from None

    def xml(self) -> Any:
        """The body as an lxml element; entities and external references are not resolved, nothing is loaded.

        Raises:
            SourceFailed: it is not well formed, or it declares entities of its own (the way of XML bombs).
        """
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(self.body, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise self._nonsense("XML", error) from None
        declared = root.getroottree().docinfo.internalDTD
        if declared is not None and any(True for _ in declared.iterentities()):
            raise self._nonsense("plain XML", "it declares entities of its own")
        return root

    def _nonsense(self, wanted: str, fault: object) -> SourceFailed:
        who = f"{self.service} ({self.url})" if self.service else self.url
        beginning = repr(self.body[:_SHOWN_CHARS].decode("utf-8", errors="replace")) if self.body else "nothing"
        return SourceFailed(
            f"{who} answered no {wanted} but {beginning}: {fault}.",
            next_step="Ask again later; if it stays so, its interface has changed.",
        )
