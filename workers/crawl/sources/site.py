"""``site:URL``: one web site, through its sitemap and links, crawled by Scrapy in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, BinaryIO, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Query
from workers.crawl.glance import glance
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.canonical import canonical_url, document_id, endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.identity import user_agent
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service
from workers.crawl.media import HTML, bare_type, declared_type, name_of
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext
from workers.crawl.spider.wire import CrawlLine, CrawlOrder

_POLL_S = 0.25
_MAX_MOVES = 2
"""Times a first page may lead to another origin: from http to https, and from the bare name to www."""


class Site:
    """The site's pages, fetched, and its other documents, by link only; what robots.txt closes is refused with
    its line.
    """

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "once_focused"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The site's documents in order of address; its limits are those of the crawl.

        Raises:
            SourceFailed: the site cannot be reached, forbids everything, or moved to another host.
        """
        context = self._context
        try:
            start = canonical_url(context.argument)
        except ValueError as error:
            raise SourceFailed(f"{error}.", next_step="Write site:https://host/path.") from error
        for _ in range(_MAX_MOVES + 1):
            folder = Path(mkdtemp(prefix="crawl-", dir=context.scratch))
            order = _order(start, _robots(context.http, start), context, folder)
            lines = _crawl(order, context)
            moved = next((line for line in lines if line.kind == "moved"), None)
            if moved is None:
                self.facts["unseen"] = lines[-1].unseen
                yield from _findings(lines, Path(order.bodies), context)
                return
            if not _same_site(start, moved.detail):
                raise SourceFailed(
                    f"{start} leads to another site, {moved.detail}.",
                    next_step=f"Name it: --source site:{moved.detail}",
                )
            start = moved.detail
        raise SourceFailed(f"{context.argument} leads from one address to the next.", next_step="Name the last one.")


def _robots(http: PoliteClient, start: str) -> Robots:
    host = endpoint(start).host
    try:
        robots = http.robots(start)
    except DocumentRejected as error:
        raise SourceFailed(
            f"{host} is refused: {error}.",
            next_step="Private hosts are crawled when a site: source names them.",
        ) from error
    verdict = robots.verdict(start)
    if robots.rule == "disallow_all":
        raise SourceFailed(
            f"robots.txt of {host} forbids everything: {verdict.evidence.line}.",
            next_step="Name another source.",
        )
    if not verdict.allowed and not robots.sitemaps:
        raise SourceFailed(
            f"robots.txt of {host} closes {start} ({verdict.evidence.line}) and names no sitemap.",
            next_step="Name a page that it leaves open, or another source.",
        )
    return robots


def _order(start: str, robots: Robots, context: SearchContext, folder: Path) -> CrawlOrder:
    spec = context.spec
    (folder / "bodies").mkdir()
    return CrawlOrder(
        start=start,
        robots=robots,
        user_agent=user_agent(spec.retrieve.contact),
        delay_s=max(1 / spec.retrieve.requests_per_second, robots.crawl_delay_s),
        timeout_s=spec.retrieve.timeout_s,
        max_bytes=spec.retrieve.max_document_bytes,
        max_depth=spec.discover.crawl_depth,
        max_pages=spec.discover.max_pages_per_site,
        private_allowed=endpoint(start) in named_endpoints([context.source]),
        bodies=str(folder / "bodies"),
    )


def _crawl(order: CrawlOrder, context: SearchContext) -> list[CrawlLine]:
    """Run the spider and return its lines, telling the runner of each page; killed when the runner says
    stop."""
    folder = Path(order.bodies).parent
    request, output, log = folder / "request.json", folder / "out.jsonl", folder / "spider.log"
    request.write_text(order.model_dump_json(), encoding="utf-8")
    output.touch()
    lines: list[CrawlLine] = []
    with log.open("wb") as errors, output.open("rb") as reader:
        child = subprocess.Popen(
            [sys.executable, "-m", "workers.crawl.spider.walk", str(request), str(output)],
            stdin=subprocess.PIPE,  # closes with this process: the spider then ends too
            stdout=errors,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
        )
        try:
            while child.poll() is None:
                lines += _complete_lines(reader)
                context.progress(len(lines))
                time.sleep(_POLL_S)
            lines += _complete_lines(reader)
        finally:
            child.kill()
            child.wait()
            if child.stdin:
                child.stdin.close()
    if not lines or lines[-1].kind not in ("end", "moved"):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise SourceFailed(f"The crawl of {order.start} broke off (exit {child.returncode}): {last[0]}")
    return lines


def _complete_lines(reader: BinaryIO) -> Iterator[CrawlLine]:
    """The lines that are whole by now; the rest of one being written is left for the next look."""
    while (line := reader.readline()).endswith(b"\n"):
        yield CrawlLine.model_validate_json(line)
    reader.seek(-len(line), os.SEEK_CUR)


def _findings(lines: list[CrawlLine], folder: Path, context: SearchContext) -> Iterator[Found | Refused]:
    for line in sorted(lines, key=lambda item: (item.url, item.kind)):
        candidate = Candidate(
            id=document_id(line.url),
            url=line.url,
            source=context.source,
            title=line.title or name_of(line.url),
            score=0.0,
            media_type=bare_type(line.headers.get("content-type", "")) or declared_type(line.url),
            evidence=line.evidence,
        )
        if line.kind == "refused":
            yield Refused(candidate, line.reason, line.detail, line.failed)
        elif line.kind == "link":
            yield Found(candidate)
        elif line.kind == "page":
            yield _with_bytes(candidate, line, folder, context)


def _with_bytes(candidate: Candidate, line: CrawlLine, folder: Path, context: SearchContext) -> Found:
    """The page with its bytes in the blob store, so that nothing is fetched a second time."""
    body = (folder / line.sha256).read_bytes()
    seen = glance(body, line.headers.get("content-type", "") or HTML)
    kept = candidate.model_copy(
        update={
            "title": seen.title or candidate.title,
            "blob": context.store.put_blob(body),
            "headers": line.headers,
            "fetched_at": line.time,
        }
    )
    return Found(kept, seen.text)


def _same_site(here: str, there: str) -> bool:
    """Whether two addresses differ at most by scheme, port and a leading www."""
    return endpoint(here).host.removeprefix("www.") == endpoint(there).host.removeprefix("www.")
