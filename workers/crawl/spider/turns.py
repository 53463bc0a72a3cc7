"""The spider's side of the shared limit: before each request it waits for its turn.

Only the spider's process imports this module, since it loads Twisted.
"""

from __future__ import annotations

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from workers.crawl.http.patience import retry_after_s
from workers.crawl.spider.parent import PARENT

BUSY = frozenset({429, 503})
"""Statuses of a host that wants to be asked less (RFC 6585, RFC 9110)."""

FIRST_REST_S = 1.0
"""For a busy host that does not say how long; doubled each time."""

LONGEST_REST_S = 86_400.0
"""A host that asks for more than a day means something else, or harm."""


class InTurn(HTTP11DownloadHandler):
    """Scrapy's handler, which takes a turn at the last moment before the request leaves.

    The interval asked for is the delay that AutoThrottle has come to, so that a slow site is spared by every worker.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(PARENT.sent, signals.headers_received)

    async def download_request(self, request: Request) -> Response:
        """The response, as soon as it is this process's turn."""
        engine = self._crawler.engine
        assert engine is not None
        slot = engine.downloader.slots.get(request.meta.get("download_slot", ""))
        await PARENT.turn(slot.delay if slot else 0.0)
        try:
            response = await super().download_request(request)
            if rest_s := rest_of(response, request.meta.get("retry_times", 0)):
                PARENT.rest(rest_s)  # while the turn is held, so that nobody asks in between
            return response
        finally:
            PARENT.end()


def rest_of(response: Response, tries: int) -> float:
    """Seconds that the host of this answer is to be left alone; 0 for an answer that asks for nothing."""
    if response.status not in BUSY:
        return 0.0
    header = response.headers.get("Retry-After") or b""
    return min(retry_after_s(header.decode("latin-1")) or FIRST_REST_S * 2.0**tries, LONGEST_REST_S)
