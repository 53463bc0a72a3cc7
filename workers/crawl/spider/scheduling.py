"""Scrapy's scheduler over the frontier: what is urgent first, then the page that promises most, to the budget's end.

Only the spider's process imports this module, since it loads Twisted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from scrapy import Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.http import Request

from workers.crawl.spider.frontier import Frontier

PROMISE = "promise"
"""Key of a request's meta: what a page promises; a request without it (sitemap, feed, retry) is urgent."""

PAGES = "PAGES_OF_THE_CRAWL"
"""Name of the setting that holds the budget."""


class BestFirst(BaseScheduler):
    """Hands out pages best first and counts them; a page that waits already is taken again for its better promise."""

    def __init__(self) -> None:
        self.wanted: Callable[[str], bool] = lambda address: True
        """Whether an address that waited is still to be fetched; the spider sets it."""
        self.frontier: Frontier[Request] = Frontier()
        self._urgent: deque[Request] = deque()
        self._pages_left = 0

    def open(self, spider: Spider) -> None:
        """Take the budget and `wanted` from the spider."""
        self._pages_left = spider.crawler.settings.getint(PAGES)
        self.wanted = spider.wanted  # type: ignore[attr-defined]

    @property
    def unseen(self) -> int:
        """Pages that nobody will fetch if the crawl ends now."""
        return len(self.frontier) + self.frontier.dropped

    def has_pending_requests(self) -> bool:
        """Whether there is anything to do within the budget."""
        return bool(self._urgent) or (self._pages_left > 0 and len(self.frontier) > 0)

    def enqueue_request(self, request: Request) -> bool:
        """Let it wait."""
        if PROMISE in request.meta:
            self.frontier.put(request.cb_kwargs["address"], request.meta[PROMISE], request)
        else:
            self._urgent.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next one; a page's promise is taken off it, so that another try of it is urgent."""
        if self._urgent:
            return self._urgent.popleft()
        while self._pages_left > 0 and (request := self.frontier.take()):
            if self.wanted(request.cb_kwargs["address"]):
                self._pages_left -= 1
                del request.meta[PROMISE]
                return request
        return None
