"""One request and its answer on the wire, within limits of time and size.

Nothing is followed, repeated or kept here. Proxies, cookies and .netrc are not used: they would carry credentials to
strangers. The texts of foreign errors hold whole addresses, keys included, so none of them leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http.client import IncompleteRead
from typing import Any, Protocol

import requests
import urllib3

from agent.errors import DocumentRejected
from workers.crawl.http.answer import united
from workers.crawl.http.canonical import Endpoint
from workers.crawl.http.deadline import Deadline
from workers.crawl.http.guard import GuardedAdapter

_CONNECT_S = 10.0
"""A host that takes longer to accept a connection is down for us; the rest of the time limit is for its answer."""
_PIECE_BYTES = 64 * 1024
_ERROR_BYTES = 64 * 1024
"""Read of an answer that is no document: enough to tell a bot challenge and to quote an API's complaint."""
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate", "identity"})
"""What we ask for, and unpack."""


@dataclass(frozen=True)
class Ask:
    """A request as it may be shown and kept: a service's key is no part of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Credential:
    """How a key goes on the wire."""

    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Reply:
    """An answer as it came, its body unpacked."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes = b""


@dataclass(frozen=True)
class Prepared:
    """A request ready to leave, as often as it is tried."""

    request: requests.PreparedRequest = field(repr=False)
    """With the key."""
    url: str
    """Without."""


class Broken(Exception):
    """An exchange that broke and may succeed when repeated."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Watch(Protocol):
    """Who wants to know how far a request is."""

    def sent(self) -> None:
        """It is on its way."""

    def answered(self) -> None:
        """Its answer begins."""


class Wire:
    """Sends one request at a time over kept-alive connections."""

    def __init__(self, named: Collection[Endpoint], timeout_s: float, pulse: Callable[[], None]) -> None:
        """``timeout_s`` is for a whole exchange, connecting included; ``pulse`` is called while a body is read."""
        self._timeout_s = timeout_s
        self._pulse = pulse
        self._deadline = Deadline()
        self._on_sent: Callable[[], None] = lambda: None
        self._on_answer: Callable[[], None] = lambda: None
        self._adapter = GuardedAdapter(
            named, self._deadline.watch, sent=lambda: self._on_sent(), answered=lambda: self._on_answer()
        )

    def prepared(self, ask: Ask, credential: Credential) -> Prepared:
        """The request as it goes on the wire, with the service's key.

        Raises:
            DocumentRejected: invalid_url.
        """
        try:
            request = requests.Request(
                ask.method, ask.url, {**ask.headers, **credential.headers}, data=ask.body, params=credential.parameters
            )
            return Prepared(request.prepare(), ask.url)
        except _FOREIGN:
            failure = DocumentRejected("invalid_url", ask.url)
        raise failure  # out of the handler, so that the foreign text is not chained to it

    def send(self, prepared: Prepared, max_bytes: int, watch: Watch, *, truncate: bool = False) -> Reply:
        """The answer, of whatever status.

        ``watch`` is told when the request is on its way and when the answer begins. A longer body is cut at
        ``max_bytes`` where ``truncate`` says so.

        Raises:
            Broken: connection_failed or truncated.
            DocumentRejected: timeout, private_address, too_large, tls_failed, bad_encoding or invalid_url.
        """
        self._on_sent, self._on_answer = watch.sent, watch.answered
        try:
            with self._deadline.within(self._timeout_s):
                return self._exchange(prepared.request, prepared.url, max_bytes, truncate)
        except _FOREIGN as error:
            failure = self._named(error, prepared.url)
        raise failure  # out of the handler, so that the foreign text is not chained to it

    def _exchange(self, prepared: requests.PreparedRequest, url: str, max_bytes: int, truncate: bool) -> Reply:
        ends_s = time.monotonic() + self._timeout_s
        limits = (min(_CONNECT_S, self._timeout_s), self._timeout_s)
        with self._adapter.send(prepared, stream=True, timeout=limits) as answer:
            headers = {name.lower(): united(name.lower(), answer.raw.headers.getlist(name)) for name in answer.headers}
            reply = Reply(answer.status_code, headers)
            if reply.status in _BODILESS:
                return reply
            if reply.status != 200:
                max_bytes, truncate = min(max_bytes, _ERROR_BYTES), True
            encodings = {each.strip().lower() for each in headers.get("content-encoding", "identity").split(",")}
            if not encodings <= _ENCODINGS:
                raise DocumentRejected("bad_encoding", f"{url}: packed as {', '.join(sorted(encodings))}")
            declared = headers.get("content-length", "")
            if not truncate and declared.isdigit() and int(declared) > max_bytes:
                raise DocumentRejected("too_large", f"{url} declares {declared} bytes, more than {max_bytes}")
            return Reply(reply.status, headers, self._read(answer.raw, url, max_bytes, ends_s, truncate))

    def _read(self, raw: Any, url: str, max_bytes: int, ends_s: float, truncate: bool) -> bytes:
        """The unpacked body. ``read1`` returns after one receive, so that a trickling body meets the deadline and a
        job that ends is noticed."""
        body = bytearray()
        while piece := raw.read1(_PIECE_BYTES, decode_content=True):
            body += piece
            self._pulse()
            if len(body) > max_bytes:
                if truncate:
                    return bytes(body[:max_bytes])
                raise DocumentRejected("too_large", f"{url} is larger than {max_bytes} bytes when unpacked")
            if time.monotonic() > ends_s:
                raise TimeoutError
        if self._deadline.passed:
            raise TimeoutError  # a body without a length ends like this too when its connection is cut
        return bytes(body)

    def _named(self, error: Exception, url: str) -> Exception:
        """Our word for what requests, urllib3 or the socket raised."""
        chain = _chain(error)
        why = str(chain[-1]) or type(chain[-1]).__name__
        if self._deadline.passed or any(map(_is_timeout, chain)):
            return DocumentRejected("timeout", f"{url}: no whole answer within {self._timeout_s:g} s")
        if any(isinstance(each, requests.exceptions.SSLError | urllib3.exceptions.SSLError) for each in chain):
            return DocumentRejected("tls_failed", f"{url}: {why}")
        if any(isinstance(each, urllib3.exceptions.DecodeError) for each in chain):
            return DocumentRejected("bad_encoding", f"{url}: its packed body cannot be unpacked")
        if any(isinstance(each, IncompleteRead) for each in chain):
            return Broken("truncated", f"{url}: the connection ended before the body was complete")
        if isinstance(error, ValueError):  # of several classes, all for an address that cannot be used
            return DocumentRejected("invalid_url", url)
        return Broken("connection_failed", f"{url}: {why}")


_BODILESS = frozenset({204, 301, 302, 303, 304, 307, 308})
"""No body, or none that anybody reads."""
_FOREIGN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


def _is_timeout(error: BaseException) -> bool:
    # urllib3 derives "nobody listens" from its time-outs.
    return isinstance(error, _TIMEOUTS) and not isinstance(error, urllib3.exceptions.NewConnectionError)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it stands for, innermost last."""
    chain = [error]
    while True:
        last = chain[-1]
        inner = getattr(last, "reason", None), *last.args, last.__cause__
        found = next((each for each in inner if isinstance(each, BaseException) and each not in chain), None)
        if found is None:
            return chain
        chain.append(found)
