"""The polite HTTP client: every request of the crawl pool that is not the spider's goes through here.

Before each request, redirects and retries included: robots.txt or the terms of a documented service, the address
the host resolves to, and the pace. Answers are read in pieces, so that neither a huge body, nor one that unpacks
into a huge one, nor one that never ends is held in memory. Proxies and .netrc from the environment are not used:
they would carry credentials to strangers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin

import requests
import tenacity
import urllib3

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Evidence
from agent.ledger.contract import Limit
from agent.spec import JobSpec
from workers.crawl.http.address import address_allowed, resolve
from workers.crawl.http.canonical import Endpoint, canonical_url, endpoint, origin
from workers.crawl.http.guard import GuardedAdapter
from workers.crawl.http.identity import user_agent
from workers.crawl.http.limits import limit_for
from workers.crawl.http.robots import MAX_ROBOTS_BYTES, Robots, read_robots, unreachable_robots
from workers.crawl.http.services import Service, Services
from workers.runtime.turns import Turns

MAX_REDIRECTS = 5
"""RFC 9309 asks for five when fetching robots.txt; documents get no more."""

ATTEMPTS = 4
"""Tries of one request that is answered 429 or 5xx, or whose connection breaks."""

MAX_RETRY_AFTER_S = 60.0
"""A server that asks for a longer pause is left alone; the document fails with its status."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 500, 502, 503, 504})
_PIECE_BYTES = 64 * 1024
_LEASE_SLACK_S = 5.0
"""A request ends within its time limit for connecting and that for reading; a turn lapses so much later."""
_SLEEP_SLICE_S = 1.0
"""Longest silence toward the runner while waiting to try again."""

KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "link", "x-robots-tag")
"""Response headers that say something of the document; the rest is about the transfer."""


@dataclass(frozen=True)
class Fetched:
    """An answer, after redirects."""

    url: str
    """Canonical address of the last hop."""
    status: int
    headers: dict[str, str]
    """Those that say something of the document, lower-case names."""
    body: bytes
    fetched_at: str
    evidence: tuple[Evidence, ...]
    """For each hop the robots verdict, or the terms of the documented service it belongs to."""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            SourceFailed: it is none; the message shows how it begins.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise SourceFailed(f"{self.url} answered no JSON but {_beginning(self.body)}: {error}.") from error

    def xml(self) -> Any:
        """The body as an lxml element; entities and external references are not resolved.

        Raises:
            SourceFailed: it is not well formed.
        """
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self.body, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise SourceFailed(f"{self.url} answered no XML but {_beginning(self.body)}: {error}.") from error


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
        strict_robots: bool = False,
        pulse: Callable[[], None] = lambda: None,
    ) -> None:
        """Open no connection yet.

        ``turns`` grants requests; ``named`` are the hosts a user named, which may be private;
        ``strict_robots`` asks robots.txt about documented services too;
        ``pulse`` is called every second or so while waiting and reading, and may raise to end it.
        """
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._rate = requests_per_second
        self._turns = turns
        self.named = named
        self._services = services
        self._strict_robots = strict_robots
        self._pulse = pulse
        self._robots: dict[str, Robots] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"})
        self._session.mount("http://", GuardedAdapter(named))
        self._session.mount("https://", GuardedAdapter(named))

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> Fetched:
        """The document at ``url`` with ``params`` added to its query, redirects followed where each hop may be
        fetched.

        A service's key is added on the wire and appears in no answer, evidence or error.

        Raises:
            DocumentRejected: robots_disallow, terms_forbid_fetching, missing_key, private_address, http_<status>,
                too_large, timeout, connection_failed, tls_failed, too_many_redirects, bad_encoding or invalid_url.
        """
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        answer = self._follow(url, self._max_bytes, obey=True)
        if answer.status != 200:
            raise DocumentRejected(f"http_{answer.status}", answer.url)
        return answer

    def robots(self, url: str) -> Robots:
        """The robots.txt that governs ``url``, asked for once per origin.

        Raises:
            DocumentRejected: private_address; any other failure means that everything is closed.
        """
        where = origin(canonical_url(url))
        if where not in self._robots:
            self._robots[where] = self._ask_for_robots(f"{where}/robots.txt")
        return self._robots[where]

    def _ask_for_robots(self, url: str) -> Robots:
        try:
            answer = self._follow(url, MAX_ROBOTS_BYTES, obey=False, truncate=True)
        except DocumentRejected as error:
            if error.reason == "private_address":
                raise
            return unreachable_robots(url, error.reason, _now())
        return read_robots(url, answer.status, answer.body, answer.fetched_at)

    def _follow(self, url: str, max_bytes: int, *, obey: bool, truncate: bool = False) -> Fetched:
        evidence: list[Evidence] = []
        here = _canonical(url)
        for _ in range(MAX_REDIRECTS + 1):
            crawl_delay_s = 0.0
            service = self._services.of(here)
            if obey and service is not None and service.access == "never":
                raise DocumentRejected("terms_forbid_fetching", f"{here}: {service.terms.says} ({service.terms.url})")
            if obey and service is not None and service.access == "documented-api" and not self._strict_robots:
                evidence.append(_documented(service))
            elif obey:
                robots = self.robots(here)
                verdict = robots.verdict(here)
                evidence.append(verdict.evidence)
                if not verdict.allowed:
                    raise DocumentRejected("robots_disallow", f"{verdict.evidence.line} ({robots.url})")
                crawl_delay_s = robots.crawl_delay_s
            self._refuse_private(endpoint(here))
            limit = limit_for(here, service, self._rate, crawl_delay_s)
            status, headers, body = self._request(here, limit, max_bytes, truncate)
            if status in REDIRECTS and (target := headers.get("location")):
                here = _canonical(urljoin(here, target))
                continue
            kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
            return Fetched(here, status, kept, body, _now(), tuple(dict.fromkeys(evidence)))
        raise DocumentRejected("too_many_redirects", f"{url} redirects more than {MAX_REDIRECTS} times")

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

    def _request(self, url: str, limit: Limit, max_bytes: int, truncate: bool) -> tuple[int, dict[str, str], bytes]:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_waiting),
            wait=_pause_before_next,
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._request_once, url, limit, max_bytes, truncate)
        except _Again as error:
            if error.status:
                return error.status, {}, b""
            raise DocumentRejected(error.reason, error.detail) from error

    def _request_once(
        self, url: str, limit: Limit, max_bytes: int, truncate: bool
    ) -> tuple[int, dict[str, str], bytes]:
        key = self._key_for(url)
        with (
            self._turns.turn(limit, 2 * self._timeout_s + _LEASE_SLACK_S, lambda _: self._pulse()) as turn,
            _translated(url),
            self._session.get(url, stream=True, allow_redirects=False, timeout=self._timeout_s, **key) as answer,
        ):
            turn.sent()
            deadline = time.monotonic() + self._timeout_s
            headers = {name.lower(): value for name, value in answer.headers.items()}
            if answer.status_code in _BUSY:
                raise _Again(answer.status_code, pause_s=retry_after_s(headers.get("retry-after", "")))
            if answer.status_code != 200:
                return answer.status_code, headers, b""
            if not truncate and _declared_bytes(headers) > max_bytes:
                raise DocumentRejected("too_large", f"{url} declares more than {max_bytes} bytes")
            return 200, headers, self._read(answer.raw, url, max_bytes, deadline, truncate)

    def _key_for(self, url: str) -> dict[str, Any]:
        """How the service's key goes on the wire, as arguments for requests."""
        service = self._services.of(url)
        key = service.key if service else None
        if key is None:
            return {}
        if not key.value:
            if key.required:
                raise DocumentRejected(
                    "missing_key", f"the environment variable {key.variable} is not set on this worker"
                )
            return {}
        return {"params": {key.parameter: key.value}} if key.parameter else {"headers": {key.header: key.value}}

    def _read(self, raw: Any, url: str, max_bytes: int, deadline: float, truncate: bool) -> bytes:
        """The unpacked body. ``read1`` returns after one receive, so that a trickling body meets the
        deadline."""
        body = bytearray()
        while piece := raw.read1(_PIECE_BYTES, decode_content=True):
            body += piece
            self._pulse()
            if len(body) > max_bytes:
                if truncate:
                    return bytes(body[:max_bytes])
                raise DocumentRejected("too_large", f"{url} is larger than {max_bytes} bytes when unpacked")
            if time.monotonic() > deadline:
                raise DocumentRejected("timeout", f"{url} was not complete after {self._timeout_s:g} s")
        return bytes(body)

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._pulse()
            time.sleep(min(left, _SLEEP_SLICE_S))


def client_for(
    spec: JobSpec,
    services: Services,
    *,
    named: Collection[Endpoint],
    turns: Turns,
    pulse: Callable[[], None],
) -> PoliteClient:
    """The client of a job, with the limits that its specification sets."""
    return PoliteClient(
        user_agent=user_agent(spec.retrieve.contact),
        timeout_s=spec.retrieve.timeout_s,
        max_bytes=spec.retrieve.max_document_bytes,
        requests_per_second=spec.retrieve.requests_per_second,
        turns=turns,
        named=named,
        services=services,
        strict_robots=spec.permission.strict_robots,
        pulse=pulse,
    )


class _Again(Exception):
    """A request that may succeed later: status 429 or 5xx, or a connection that broke (status 0)."""

    def __init__(self, status: int, *, pause_s: float = 0.0, reason: str = "", detail: str = "") -> None:
        super().__init__(status or reason)
        self.status = status
        self.pause_s = pause_s
        self.reason = reason
        self.detail = detail


_doubling_pause = tenacity.wait_exponential_jitter(initial=0.5, max=MAX_RETRY_AFTER_S, jitter=0.5)


def _pause_before_next(state: tenacity.RetryCallState) -> float:
    """Seconds to wait: what the server asked for, else doubling from half a second."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause_s if isinstance(error, _Again) else 0.0
    return max(asked, _doubling_pause(state))


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, _Again) and error.pause_s <= MAX_RETRY_AFTER_S


def retry_after_s(value: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3); 0 for nothing
    readable."""
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _documented(service: Service) -> Evidence:
    terms = service.terms
    line = f"documented API {service.name}: {terms.says} (read {terms.read_on})"
    return Evidence(kind="terms", url=terms.url, line=line, time=_now())


def _beginning(body: bytes) -> str:
    return repr(body[:80].decode("utf-8", errors="replace"))


def _declared_bytes(headers: Mapping[str, str]) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isdigit() else 0


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError as error:
        raise DocumentRejected("invalid_url", str(error)) from error


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn what requests and urllib3 raise into our reasons; the one seam to them."""
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise DocumentRejected("timeout", f"{url}: {error}") from error
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        raise DocumentRejected("tls_failed", f"{url}: {error}") from error
    except (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError) as error:
        raise DocumentRejected("bad_encoding", f"{url}: {error}") from error
    except (requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError) as error:
        raise DocumentRejected("invalid_url", f"{url}: {error}") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _Again(0, reason="connection_failed", detail=f"{url}: {error}") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
