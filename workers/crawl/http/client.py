"""The polite HTTP client: every request of the crawl pool that is not the spider's goes through here.

Before each request, redirects included (`hops`): robots.txt or the terms of a documented service (`access`), the
address the host resolves to, the shared cache (`cache`), and a turn (`sender`). What cannot be used leaves as
DocumentRejected.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import requests

from agent.errors import DocumentRejected
from agent.spec import JobSpec
from agent.store import Store
from workers.crawl.http.access import Permit, permit
from workers.crawl.http.answer import KEPT_HEADERS
from workers.crawl.http.answer import Fetched as Fetched
from workers.crawl.http.cache import SharedCache, now
from workers.crawl.http.canonical import Endpoint, origin
from workers.crawl.http.hops import Hops, canonical
from workers.crawl.http.identity import user_agent
from workers.crawl.http.refusal import refusal
from workers.crawl.http.robots import MAX_ROBOTS_BYTES, Robots, read_robots, unreachable_robots
from workers.crawl.http.sender import Sender
from workers.crawl.http.services import Service, Services
from workers.crawl.http.sniff import challenge_in, media_type_of
from workers.crawl.http.wire import Ask, Wire
from workers.runtime.turns import Turns


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
        self.named = named
        self._services = services
        self._strict_robots = strict_robots
        self._robots: dict[str, Robots] = {}
        self._headers = {"user-agent": user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        sender = Sender(Wire(named, timeout_s, pulse), turns, services, timeout_s, pulse)
        self._hops = Hops(services, named, requests_per_second, sender, SharedCache(store) if store else None)

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
        where = origin(canonical(url))
        if where not in self._robots:
            with self._redacting():
                self._robots[where] = self._ask_for_robots(f"{where}/robots.txt")
        return self._robots[where]

    def _document(self, ask: Ask) -> Fetched:
        here, service, kept, evidence = self._hops.follow(ask, self._max_bytes, self._permit)
        reply = kept.reply
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
            kept = self._hops.follow(Ask("GET", url, self._headers), MAX_ROBOTS_BYTES, truncate=True).kept
        except DocumentRejected as error:
            if error.reason == "private_address":
                raise
            return unreachable_robots(url, error.reason, now())
        reply = kept.reply
        return read_robots(
            url, reply.status, reply.body, kept.fetched_at, challenge=challenge_in(reply.headers, reply.body)
        )

    def _permit(self, url: str, service: Service | None) -> Permit:
        return permit(url, service, self.robots, strict_robots=self._strict_robots)

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
