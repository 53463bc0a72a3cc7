"""Reads what speaks for a whole site, once an origin, through the polite client."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from requests.utils import parse_header_links

from agent.errors import DocumentRejected
from agent.spec import JobSpec
from workers.crawl.glance import Statement
from workers.crawl.http.canonical import origin
from workers.crawl.http.client import Fetched, PoliteClient
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service, Services
from workers.crawl.http.sniff import text_of
from workers.crawl.permission import ai_txt, rsl, tdmrep
from workers.crawl.permission.decide import SiteFiles
from workers.crawl.permission.robots_groups import read_groups
from workers.crawl.permission.statement import Text

MAX_FILE_BYTES = 512 * 1024
"""A larger file is not read: robots.txt ends at 500 KiB too, and these say less."""

_MAX_RSL_FILES = 5
"""RSL files followed for one document; a site has one, seldom two."""


class SiteReader:
    """The site files of every origin that a unit of work meets; what cannot be had says nothing.

    Only for addresses that robots.txt decides: of documented services the terms are known, and a folder has no site.
    """

    def __init__(self, spec: JobSpec, http: PoliteClient, services: Services) -> None:
        """Ask nothing yet."""
        self._strict = spec.permission.strict_robots
        self._http = http
        self._services = services
        self._sites: dict[str, SiteFiles] = {}
        self._rsl: dict[str, Text | None] = {}

    def service_of(self, url: str) -> Service | None:
        """The documented service that an address belongs to."""
        return self._services.of(url)

    def robots(self, url: str) -> Robots | None:
        """The robots.txt that decides on ``url``, None where none does."""
        service = self._services.of(url)
        documented = service is not None and service.access == "documented-api"
        if not url.startswith(("http://", "https://")) or (documented and not self._strict):
            return None
        try:
            return self._http.robots(url)
        except DocumentRejected:
            return None  # the fetch itself says why: a private address, or no address at all

    def files(self, url: str, rsl_links: Sequence[Statement] = (), link_header: str = "") -> SiteFiles:
        """All that speaks for the site of ``url``, with the RSL files that the page itself or its Link header names."""
        robots = self.robots(url)
        service = self._services.of(url)
        if robots is None or (service is not None and service.access == "documented-api"):
            return SiteFiles(robots=robots)
        where = origin(url)
        if where not in self._sites:
            named = [urljoin(robots.url, rule.value) for rule in read_groups(robots.text).licences]
            self._sites[where] = SiteFiles(
                robots=robots,
                tdmrep=self._text(f"{where}{tdmrep.WELL_KNOWN}"),
                ai_txt=self._text(f"{where}{ai_txt.PLACE}"),
                rsl=self._rsl_files(named),
            )
        site = self._sites[where]
        links = [urljoin(url, item.value) for item in rsl_links] + [
            urljoin(url, link) for link in _rsl_links(link_header)
        ]
        return site._replace(rsl=tuple(dict.fromkeys((*site.rsl, *self._rsl_files(links))))) if links else site

    def _rsl_files(self, addresses: list[str]) -> tuple[Text, ...]:
        for address in addresses[:_MAX_RSL_FILES]:
            if address not in self._rsl:
                self._rsl[address] = self._text(address)
        return tuple(file for address in addresses[:_MAX_RSL_FILES] if (file := self._rsl[address]))

    def _text(self, url: str) -> Text | None:
        try:
            answer: Fetched = self._http.get(url)
        except DocumentRejected:
            return None
        if len(answer.body) > MAX_FILE_BYTES:
            return None
        return Text(answer.url, text_of(answer.body), answer.fetched_at)


def _rsl_links(header: str) -> list[str]:
    links = parse_header_links(header) if header else []
    return [link["url"] for link in links if link.get("type", "").lower() == rsl.MEDIA_TYPE]
