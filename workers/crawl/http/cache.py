"""One cache for all workers and jobs of a deployment: nothing is fetched twice while it is fresh.

What may be kept, for how long, and how it is asked for again follows RFC 9111, decided by hishel's state machine; here
are its effects: entries and bodies in the artifact store. A service's key is no part of an entry, nor of its name.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from hishel import (
    AnyState,
    CacheMiss,
    CacheOptions,
    CouldNotBeStored,
    Entry,
    FromCache,
    Headers,
    IdleClient,
    InvalidateEntries,
    NeedRevalidation,
    NeedToBeUpdated,
    Request,
    Response,
    StoreAndUse,
)
from pydantic import ValidationError

from agent.errors import ArtifactCorrupt
from agent.job.records import Record
from agent.store import Store
from workers.crawl.http.wire import Ask, Reply

MAX_ROBOTS_FRESH = timedelta(hours=24)
"""RFC 9309, 2.4: no cached robots.txt is used for longer."""
ROBOTS_FRESH = timedelta(hours=1)
"""Of a robots.txt that says nothing of it; the re-check before training shall see what changed since."""
MISSING_FRESH = timedelta(minutes=10)
"""Of the word that something is not there, where it says nothing of it: the units of one job need not all ask."""
_OPTIONS = CacheOptions(shared=True, supported_methods=["GET"], allow_stale=False)
_KEPT_STATUSES = frozenset({200, 301, 308, 404, 410})
_OF_THE_TRANSFER = frozenset({"content-length", "content-encoding", "transfer-encoding", "set-cookie", "connection"})
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)
_FORBIDS = re.compile(r"\b(?:no-store|no-cache|private)\b", re.IGNORECASE)


class Arrived(Exception):
    """Another worker fetched it while this one waited for its turn."""


@dataclass(frozen=True)
class Freshness:
    """How long an answer counts as fresh, beside what it says itself."""

    unstated: timedelta | None = None
    """Of an answer without caching headers; None leaves it to the RFC's own guess."""
    at_most: timedelta | None = None
    """Cuts whatever it says."""


@dataclass(frozen=True)
class Kept:
    """An answer, and whether any bytes travelled for it."""

    reply: Reply
    fetched_at: str
    """When its bytes came from the server, ISO 8601 UTC."""
    how: str = ""
    """'' when they came just now; else a sentence for the evidence."""


class _Stored(Record):
    """An entry as it lies in the store."""

    id: uuid.UUID
    method: str
    url: str
    asked_with: dict[str, str]
    status: int
    headers: dict[str, str]
    blob: str
    fetched_at: str


class SharedCache:
    """Answers of GET requests under ``http/`` of a store, bodies among its blobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def fetch(
        self, ask: Ask, send: Callable[[Mapping[str, str], Callable[[], bool]], Reply], freshness: Freshness
    ) -> Kept:
        """The answer: kept, found unchanged, or sent for.

        ``send`` gets the headers to ask with, and a look at whether the answer has arrived meanwhile; when it has,
        ``send`` may raise `Arrived` instead of asking.
        """
        request = Request(ask.method, ask.url, Headers(dict(ask.headers)))
        stored = self._read(ask)
        reply = Reply(0, {})
        moment = now()
        state: AnyState = IdleClient(_OPTIONS).next(request, _entries(stored))
        while True:
            if isinstance(state, CacheMiss | NeedRevalidation):
                try:
                    reply = send(dict(state.request.headers), lambda: self._is_fresh(ask, request))
                except Arrived:
                    stored = self._read(ask)
                    state = IdleClient(_OPTIONS).next(request, _entries(stored))
                    continue
                moment = now()
                state = state.next(Response(reply.status, Headers(_dated(reply, freshness))))
            elif isinstance(state, StoreAndUse):
                self._keep(ask, reply, dict(state.response.headers), moment)
                return Kept(reply, moment)
            elif isinstance(state, CouldNotBeStored):
                return Kept(reply, moment)
            elif isinstance(state, NeedToBeUpdated):
                assert stored is not None
                stored = stored.model_copy(update={"headers": dict(state.updating_entries[-1].response.headers)})
                self._write(stored)
                state = state.next()
            elif isinstance(state, InvalidateEntries):
                state = state.next()  # one entry an address: the next one takes its place
            else:
                assert isinstance(state, FromCache) and stored is not None
                body = self._body(stored)
                if body is None:
                    self._store.remove(_path(ask.method, ask.url))
                    stored = None
                    state = IdleClient(_OPTIONS).next(request, [])
                    continue
                how = f"unchanged since {stored.fetched_at} (304)" if reply.status == 304 else "still fresh"
                return Kept(Reply(stored.status, stored.headers, body), stored.fetched_at, f"kept copy, {how}")

    def _is_fresh(self, ask: Ask, request: Request) -> bool:
        return isinstance(IdleClient(_OPTIONS).next(request, _entries(self._read(ask))), FromCache)

    def _keep(self, ask: Ask, reply: Reply, headers: dict[str, str], moment: str) -> None:
        reusable = any(name in headers for name in ("cache-control", "expires", "etag", "last-modified"))
        if reply.status not in _KEPT_STATUSES or not reusable:
            return
        blob = self._store.put_blob(reply.body)
        self._write(
            _Stored(
                id=uuid.uuid4(),
                method=ask.method,
                url=ask.url,
                asked_with=dict(ask.headers),
                status=reply.status,
                headers=headers,
                blob=blob,
                fetched_at=moment,
            )
        )

    def _read(self, ask: Ask) -> _Stored | None:
        try:
            return _Stored.model_validate_json(self._store.read(_path(ask.method, ask.url)))
        except (ArtifactCorrupt, ValidationError):
            return None  # not there, or written by another version

    def _write(self, stored: _Stored) -> None:
        self._store.write(_path(stored.method, stored.url), stored.model_dump_json().encode())

    def _body(self, stored: _Stored) -> bytes | None:
        try:
            return self._store.get_blob(stored.blob)
        except ArtifactCorrupt:
            return None


def _path(method: str, url: str) -> str:
    name = hashlib.sha256(f"{method} {url}".encode()).hexdigest()
    return f"http/{name[:2]}/{name}.json"


def _entries(stored: _Stored | None) -> list[Entry]:
    if stored is None:
        return []
    request = Request(stored.method, stored.url, Headers(dict(stored.asked_with)))
    return [Entry(stored.id, request, Response(stored.status, Headers(dict(stored.headers))))]


def _dated(reply: Reply, freshness: Freshness) -> dict[str, str | list[str]]:
    """The headers to keep, with a Date (RFC 9110, 6.6.1: a recipient adds one) and the lifetime that holds here."""
    headers = reply.headers
    kept: dict[str, str | list[str]] = {k: v for k, v in headers.items() if k not in _OF_THE_TRANSFER}
    try:
        believable = parsedate_to_datetime(headers.get("date", "")).astimezone(UTC) <= datetime.now(UTC)
    except (ValueError, OverflowError):
        believable = False
    if not believable:
        kept["date"] = format_datetime(datetime.now(UTC), usegmt=True)
    said = headers.get("cache-control", "")
    if reply.status == 304:
        return kept  # what it does not say stays as it was
    unstated = MISSING_FRESH if reply.status in (404, 410) and freshness.unstated is None else freshness.unstated
    if unstated is not None and not said and "expires" not in headers:
        kept["cache-control"] = f"max-age={unstated.total_seconds():.0f}"
    if freshness.at_most is not None and not _FORBIDS.search(said):
        most_s = freshness.at_most.total_seconds()
        stated = _MAX_AGE.search(said)
        unstated_s = freshness.unstated.total_seconds() if freshness.unstated else 0
        kept["cache-control"] = f"max-age={min(most_s, int(stated[1]) if stated else unstated_s):.0f}"
    return kept


def now() -> str:
    """This moment, ISO 8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
