"""Answers recorded from real services, given back on loopback to whoever asks for the same address again.

    with replaying(RECORDED / "arxiv") as server:
        JobSpec(..., endpoints={"arxiv.api": server.at("https://export.arxiv.org/api/")})

The order of query parameters does not count, nor do empty ones, nor those in `VOLATILE`. What was not recorded is
answered 404 and listed in ``server.missed``; robots.txt is one of these, so that nothing is closed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.workers.crawl.site_server import Answer, Route, SiteServer, running

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "recorded"
"""Beside the checkout; absent on most machines, where tests that need it skip."""

VOLATILE = frozenset({"email", "mailto", "tool", "api_key", "maxlag"})
"""Query parameters that say who asks, not what for."""


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer."""

    url: str
    status: int
    headers: dict[str, str]
    file: Path

    @property
    def body(self) -> bytes:
        """As it was sent, unpacked."""
        return self.file.read_bytes()


def exchanges(folder: Path) -> list[Exchange]:
    """The GET requests in a folder's ``index.jsonl`` whose answer is there; empty without an index."""
    index = folder / "index.jsonl"
    lines = [json.loads(line) for line in index.read_text().splitlines()] if index.is_file() else []
    return [
        Exchange(line["url"], int(line.get("status") or 200), line.get("headers") or {}, folder / line["file"])
        for line in lines
        if line.get("url") and line.get("method", "GET") == "GET" and (folder / line["file"]).is_file()
    ]


class ReplayServer(SiteServer):
    """Serves exchanges; ``missed`` lists the addresses that nobody recorded."""

    def __init__(self, recorded: Collection[Exchange], ignored: Collection[str]) -> None:
        super().__init__({})
        self.missed: list[str] = []
        self._ignored = frozenset(ignored)
        self._recorded = {self._key(exchange.url): exchange for exchange in recorded}

    def at(self, base: str) -> str:
        """Where this server stands in for a service's own base: ``https://host/path/`` -> ``http://…/host/path/``."""
        return f"{self.base}/{base.partition('://')[2]}"

    def route(self, path: str) -> Route:
        """The recorded answer."""
        exchange = self._recorded.get(self._key(f"https:/{path}"))
        if exchange is None:
            self.missed.append(path)
            return Answer(status=404)
        kept = {name: value for name, value in exchange.headers.items() if name.lower() in ("content-type", "etag")}
        return Answer(exchange.body, exchange.status, kept)

    def _key(self, url: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        parts = urlsplit(url)
        pairs = [(name, value) for name, value in parse_qsl(parts.query) if name not in self._ignored]
        return parts.netloc, parts.path.rstrip("/"), tuple(sorted(pairs))


@contextmanager
def replaying(*folders: Path, ignored: Collection[str] = VOLATILE) -> Iterator[ReplayServer]:
    """A server with every exchange of the folders, until the block ends; ``ignored`` parameters do not count."""
    recorded = [exchange for folder in folders for exchange in exchanges(folder)]
    with running(ReplayServer(recorded, ignored)) as server:
        yield server
