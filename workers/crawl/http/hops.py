"""From an address to its answer over redirects: each hop permitted, its host looked up, asked for through the shared
cache, and in turn."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple
from urllib.parse import urljoin

from agent.errors import DocumentRejected
from agent.job.records import Evidence
from workers.crawl.http.access import Permit
from workers.crawl.http.address import address_allowed, resolve
from workers.crawl.http.cache import MAX_ROBOTS_FRESH, ROBOTS_FRESH, Freshness, Kept, SharedCache, now
from workers.crawl.http.canonical import Endpoint, canonical_url, endpoint
from workers.crawl.http.limits import limit_for
from workers.crawl.http.sender import Errand, Sender
from workers.crawl.http.services import Service, Services
from workers.crawl.http.wire import Ask

MAX_REDIRECTS = 5
"""RFC 9309 asks for five when fetching robots.txt; documents get no more."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})

Permitting = Callable[[str, Service | None], Permit]


class Arrival(NamedTuple):
    """The end of the way."""

    url: str
    service: Service | None
    kept: Kept
    evidence: tuple[Evidence, ...]


class Hops:
    """Follows one request at a time."""

    def __init__(
        self,
        services: Services,
        named: Collection[Endpoint],
        requests_per_second: float,
        sender: Sender,
        cache: SharedCache | None,
    ) -> None:
        self._services = services
        self._named = named
        self._rate = requests_per_second
        self._sender = sender
        self._cache = cache

    def follow(
        self, ask: Ask, max_bytes: int, permitting: Permitting | None = None, *, truncate: bool = False
    ) -> Arrival:
        """The answer of the last hop; without ``permitting`` for robots.txt itself alone.

        Raises:
            DocumentRejected: a hop is not permitted, private, no address or one too many, or its request failed.
        """
        evidence: list[Evidence] = []
        here = canonical(self._services.without_key_parameter(ask.url))
        for _ in range(MAX_REDIRECTS + 1):
            service = self._services.of(here)
            crawl_delay_s = 0.0
            if permitting:
                permit = permitting(here, service)
                evidence.append(permit.evidence)
                crawl_delay_s = permit.crawl_delay_s
            # Before the cache as well: what one job was let in to see is not for all.
            self._refuse_private(endpoint(here))
            limit = limit_for(here, service, self._rate, crawl_delay_s)
            errand = Errand(Ask(ask.method, here, ask.headers, ask.body), limit, service, max_bytes, truncate)
            kept = self._answer(errand, about_robots=permitting is None)
            if kept.how:
                evidence.append(Evidence(kind="cache", url=here, line=kept.how, time=now()))
            target = kept.reply.headers.get("location", "")
            if kept.reply.status not in REDIRECTS or not target or ask.method != "GET":
                return Arrival(here, service, kept, tuple(dict.fromkeys(evidence)))
            here = canonical(self._services.without_key_parameter(_joined(here, target)))
        raise DocumentRejected("too_many_redirects", f"{ask.url} redirects more than {MAX_REDIRECTS} times")

    def _answer(self, errand: Errand, *, about_robots: bool) -> Kept:
        if self._cache is None or errand.ask.method != "GET":
            return Kept(self._sender.send(errand, errand.ask.headers), now())
        freshness = Freshness(errand.service.fresh) if errand.service else Freshness()
        if about_robots:
            freshness = Freshness(ROBOTS_FRESH, MAX_ROBOTS_FRESH)
        return self._cache.fetch(errand.ask, partial(self._sender.send, errand), freshness)

    def _refuse_private(self, target: Endpoint) -> None:
        """Look the host up before anything connects; `GuardedAdapter` looks again at what was connected
        to."""
        try:
            addresses = resolve(target)
        except (OSError, UnicodeError) as error:
            raise DocumentRejected("connection_failed", f"{target.host}: {error}") from error
        for address in addresses:
            if not address_allowed(address, target, self._named):
                raise DocumentRejected("private_address", f"{target.host}:{target.port} is {address}")


def canonical(url: str) -> str:
    """The canonical form of an address.

    Raises:
        DocumentRejected: invalid_url.
    """
    try:
        return canonical_url(url)
    except ValueError as error:
        raise DocumentRejected("invalid_url", str(error)) from error


def _joined(here: str, target: str) -> str:
    try:
        return urljoin(here, target)
    except ValueError as error:
        raise DocumentRejected("invalid_url", f"{here} redirects to {target!r}: {error}") from error
