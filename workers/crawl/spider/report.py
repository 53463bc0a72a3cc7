"""The lines that the spider writes for its parent, and the bytes beside them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from agent.job.records import Evidence
from workers.crawl.spider.outline import Link
from workers.crawl.spider.wire import CrawlLine, CrawlOrder, Told


class Report:
    """One line for each address that is settled, written at once."""

    def __init__(self, order: CrawlOrder, output: TextIO) -> None:
        self._order = order
        self._output = output

    def page(self, url: str, body: bytes, kept: Told | None, **fields: Any) -> None:
        """A page that was fetched, or ``kept`` since it was; its bytes go to the folder of the order."""
        sha256 = hashlib.sha256(body).hexdigest()
        Path(self._order.bodies, sha256).write_bytes(body)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        evidence = self._open(url)
        if kept is not None:
            evidence += (Evidence(kind="cache", url=url, line=kept.how, time=time),)
            time = kept.fetched_at
        self._write(CrawlLine(kind="page", url=url, sha256=sha256, time=time, evidence=evidence, **fields))

    def document(self, url: str, link: Link) -> None:
        """A document for retrieve to fetch, with the words of the link that led there."""
        self._write(CrawlLine(kind="link", url=url, title=link.anchor, evidence=self._open(url)))

    def refused(self, url: str, reason: str, detail: str = "", **fields: Any) -> None:
        """An address that is not kept; ``failed=True`` when something broke."""
        self._write(CrawlLine(kind="refused", url=url, reason=reason, detail=detail, **fields))

    def closed(self, url: str, title: str, line: Evidence) -> None:
        """An address that robots.txt closes."""
        self.refused(url, "robots_disallow", f"{line.line} ({line.url})", title=title, evidence=(line,))

    def moved(self, url: str, target: str) -> None:
        """The first page stands at another origin."""
        self._write(CrawlLine(kind="moved", url=url, detail=target))

    def end(self, unseen: int) -> None:
        """The crawl is complete."""
        self._write(CrawlLine(kind="end", unseen=unseen))

    def _open(self, url: str) -> tuple[Evidence, ...]:
        return (self._order.robots.verdict(url).evidence,)

    def _write(self, line: CrawlLine) -> None:
        self._output.write(f"{line.model_dump_json()}\n")
        self._output.flush()
