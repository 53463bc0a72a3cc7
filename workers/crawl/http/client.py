"""The polite HTTP client: every request of the crawl pool that is not the spider's goes through here.

Before each request, redirects included: robots.txt or the terms of a documented service (`access`), the address the
host resolves to, the shared cache (`cache`), and a turn (`sender`). What cannot be used leaves as DocumentRejected.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlencode, urljoin

import requests

from agent.errors import DocumentRejected
from agent.job.records import Evidence
from agent.spec import JobSpec
from agent.store import Store
from workers.crawl.http.access import permit
from workers.crawl.http.address import address_allowed, resolve
from workers.crawl.http.answer import KEPT_HEADERS
from workers.crawl.http.answer import Fetched as Fetched
from workers.crawl.http.cache import MAX_ROBOTS_FRESH, ROBOTS_FRESH, Freshness, Kept, SharedCache, now
from workers.crawl.http.canonical import Endpoint, canonical_url, endpoint, origin
from workers.crawl.http.identity import user_agent
from workers.crawl.http.limits import limit_for
from workers.crawl.http.refusal import refusal
from workers.crawl.http.robots import MAX_ROBOTS_BYTES, Robots, read_robots, unreachable_robots
from workers.crawl.http.sender import Errand, Sender
from workers.crawl.http.services import Service, Services
from workers.crawl.http.sniff import challenge_in, media_type_of
from workers.crawl.http.wire import Ask, Wire
from workers.runtime.turns import Turns

MAX_REDIRECTS = 5
"""RFC 9309 asks for five when fetching robots.txt; documents get no more."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PoliteClient:
    """Fetches one at a time over kept-alive connections."""

    def __init__(
        self,
        *,
        user_agent: str,
        timeout_s: float,
        max_bytes: int,
        requests_per_second: float,
        turns: Turns,
        named: Collection[Endpoint],
        services: Services,
        store: Store | None = None,
        strict_robots: bool = False,
        pulse: Callable[[], None] = lambda: None,
    ) -> None:
        """Open no connection yet.

        ``turns`` grants requests; ``named`` are the hosts a user named, which may be private; ``store`` holds the
        shared cache, None keeps nothing; ``strict_robots`` asks robots.txt about documented services too; ``pulse`` is
        called every second or so while waiting and reading, and may raise to end it.
        """
        self._max_bytes = max_bytes
        self._rate = requests_per_second
        self.named = named
        self._services = services
        self._strict_robots = strict_robots
        self._robots: dict[str, Robots] = {}
        self._headers = {"user-agent": user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        self._cache = SharedCache(store) if store else None
        self._sender = Sender(Wire(named, timeout_s, pulse), turns, services, timeout_s, pulse)

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> Fetched:
        """The document at ``url`` with ``params`` added to its query, redirects followed where each hop may be
        fetched; from the shared cache while it is fresh.

        A service's key is added on the wire and appears in no answer, evidence or error.

        Raises:
            DocumentRejected: robots_disallow, terms_forbid_fetching, missing_key, key_refused, private_address,
                challenge_page, http_<status>, no_text (an empty body), host_at_rest, too_large, timeout, truncated,
                connection_failed, tls_failed, too_many_redirects, bad_encoding or invalid_url.
        """
        with self._redacting():
            return self._document(Ask("GET", _with_params(url, params), self._headers))

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str | int] | None = None,
    ) -> Fetched:
        """What a service answers to a question sent as JSON, or as a form; never kept, no redirects.

        Raises:
            DocumentRejected: as `get` does.
        """
        body = json_text.dumps(json).encode() if form is None else urlencode(form).encode()
        kind = "application/json" if form is None else "application/x-www-form-urlencoded"
        with self._redacting():
            return self._document(Ask("POST", _with_params(url, params), self._headers | {"content-type": kind}, body))

    def robots(self, url: str) -> Robots:
        """The robots.txt that governs ``url``, asked for once per origin.

        Raises:
            DocumentRejected: private_address; any other failure means that everything is closed.
        """
        where = origin(_canonical(url))
        if where not in self._robots:
            with self._redacting():
                self._robots[where] = self._ask_for_robots(f"{where}/robots.txt")
        return self._robots[where]

    def _document(self, ask: Ask) -> Fetched:
        here, kept, evidence = self._follow(ask, self._max_bytes, obey=True)
        service, reply = self._services.of(here), kept.reply
        if refused := refusal(reply, here, service):
            raise refused
        headers = {name: reply.headers[name] for name in KEPT_HEADERS if name in reply.headers}
        declared = headers.get("content-type", "")
        seen = media_type_of(reply.body, declared)
        if seen:
            headers["content-type"] = seen
        return Fetched(
            here, reply.status, headers, reply.body, kept.fetched_at, evidence,
            service=service.name if service else "", declared_type=declared if seen != declared else "",
        )  # fmt: skip

    def _ask_for_robots(self, url: str) -> Robots:
        try:
            _, kept, _ = self._follow(
                Ask("GET", _canonical(url), self._headers), MAX_ROBOTS_BYTES, obey=False, truncate=True
            )
        except DocumentRejected as error:
            if error.reason == "private_address":
                raise
            return unreachable_robots(url, error.reason, now())
        reply = kept.reply
        return read_robots(
            url, reply.status, reply.body, kept.fetched_at, challenge=challenge_in(reply.headers, reply.body)
        )

    def _follow(
        self, ask: Ask, max_bytes: int, *, obey: bool, truncate: bool = False
    ) -> tuple[str, Kept, tuple[Evidence, ...]]:
        """Address, answer and evidence of the last hop; ``obey`` is off for robots.txt itself alone."""
        evidence: list[Evidence] = []
        here = _canonical(self._services.without_key_parameter(ask.url))
        for _ in range(MAX_REDIRECTS + 1):
            service = self._services.of(here)
            crawl_delay_s = 0.0
            if obey:
                granted = permit(here, service, self.robots, strict_robots=self._strict_robots)
                evidence.append(granted.evidence)
                crawl_delay_s = granted.crawl_delay_s
            # Before the cache as well: what one job was let in to see is not for all.
            self._refuse_private(endpoint(here))
            limit = limit_for(here, service, self._rate, crawl_delay_s)
            errand = Errand(Ask(ask.method, here, ask.headers, ask.body), limit, service, max_bytes, truncate)
            kept = self._answer(errand, service, about_robots=not obey)
            if kept.how:
                evidence.append(Evidence(kind="cache", url=here, line=kept.how, time=now()))
            target = kept.reply.headers.get("location", "")
            if kept.reply.status not in REDIRECTS or not target or ask.method != "GET":
                return here, kept, tuple(dict.fromkeys(evidence))
            here = _canonical(self._services.without_key_parameter(_joined(here, target)))
        raise DocumentRejected("too_many_redirects", f"{ask.url} redirects more than {MAX_REDIRECTS} times")

    def _answer(self, errand: Errand, service: Service | None, *, about_robots: bool) -> Kept:
        if self._cache is None or errand.ask.method != "GET":
            return Kept(self._sender.send(errand, errand.ask.headers), now())
        freshness = Freshness(service.fresh) if service else Freshness()
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
            if not address_allowed(address, target, self.named):
                raise DocumentRejected("private_address", f"{target.host}:{target.port} is {address}")

    @contextmanager
    def _redacting(self) -> Iterator[None]:
        """No key leaves in an error, nor in one behind it."""
        try:
            yield
        except DocumentRejected as error:
            clean = self._services.redacted(error.detail)
            if clean == error.detail:
                raise
            refused = DocumentRejected(error.reason, clean)
        else:
            return
        raise refused


def client_for(
    spec: JobSpec,
    services: Services,
    *,
    named: Collection[Endpoint],
    turns: Turns,
    pulse: Callable[[], None],
    store: Store | None = None,
) -> PoliteClient:
    """The client of a job, with the limits that its specification sets."""
    return PoliteClient(
        user_agent=user_agent(spec.retrieve.contact, f"python-requests/{requests.__version__}"),
        timeout_s=spec.retrieve.timeout_s,
        max_bytes=spec.retrieve.max_document_bytes,
        requests_per_second=spec.retrieve.requests_per_second,
        turns=turns,
        store=store,
        named=named,
        services=services,
        strict_robots=spec.permission.strict_robots,
        pulse=pulse,
    )


def _with_params(url: str, params: Mapping[str, str | int] | None) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


def _joined(here: str, target: str) -> str:
    try:
        return urljoin(here, target)
    except ValueError as error:
        raise DocumentRejected("invalid_url", f"{here} redirects to {target!r}: {error}") from error


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError as error:
        raise DocumentRejected("invalid_url", str(error)) from error
