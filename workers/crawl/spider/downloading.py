"""How the spider downloads: Scrapy's settings, a resolver that refuses private addresses, a retry that waits
as asked.

Only the spider's process imports this module, since it loads Twisted.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.error import DNSLookupError

from workers.crawl.http.address import address_allowed
from workers.crawl.http.canonical import Endpoint
from workers.crawl.http.patience import MAX_RETRY_AFTER_S
from workers.crawl.spider.caching import EXCHANGE, FromCache
from workers.crawl.spider.scheduling import PAGES, BestFirst
from workers.crawl.spider.turns import InTurn, rest_of
from workers.crawl.spider.wire import CrawlOrder

MAX_AUTOTHROTTLE_S = 30.0
"""Slowest pace that latency alone leads to; the same as the longest Crawl-delay."""


class PublicResolver(CachingThreadedResolver):
    """Resolves names as Scrapy does, but to public addresses only.

    The parent has looked already and says so in better words; this is for a name that changes its address meanwhile.
    """

    @inlineCallbacks
    def getHostByName(self, name: str, timeout: Any = ()) -> Generator[Deferred[Any], Any, str]:
        """The address; a name that leads to one the crawl may not connect to is a name without an address."""
        address: str = yield super().getHostByName(name, timeout)
        if not address_allowed(address, Endpoint(name, 0), named=()):
            raise DNSLookupError(f"{name} is the private address {address}")
        return address


class PatientRetry(RetryMiddleware):
    """Scrapy's retries, but of no answer whose rest is too long to wait for."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The response, or the request again; its turn then comes after the rest that `InTurn` asked for."""
        if rest_of(response, 0) > MAX_RETRY_AFTER_S:
            return response
        return super().process_response(request, response)


def settings_for(order: CrawlOrder) -> dict[str, Any]:
    """Scrapy's settings for one crawl; each that differs from its default with the reason."""
    settings: dict[str, Any] = {
        "USER_AGENT": order.user_agent,
        # One request at a time to the one host of a crawl: polite, and the same order each time.
        "CONCURRENT_REQUESTS": 1,
        "DOWNLOAD_DELAY": order.delay_s,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": order.timeout_s,
        # Holds for the unpacked size too.
        "DOWNLOAD_MAXSIZE": order.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        # The spider asks robots.txt itself: Scrapy takes a 5xx and an unreachable file as permission, and
        # names no line.
        "ROBOTSTXT_OBEY": False,
        # The spider looks at each redirect's target before it follows.
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        # Statuses are told to the parent, not dropped.
        "HTTPERROR_ALLOW_ALL": True,
        # Nothing of this machine's environment or of an earlier page goes to the site.
        "HTTPPROXY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # The page that promises most comes first.
        "SCHEDULER": BestFirst,
        PAGES: order.max_pages,
        # Each request takes its turn among all workers.
        "DOWNLOAD_HANDLERS": {"http": InTurn, "https": InTurn},
        # A site that answers slowly is asked more slowly, never faster than DOWNLOAD_DELAY.
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": order.delay_s,
        "AUTOTHROTTLE_MAX_DELAY": max(MAX_AUTOTHROTTLE_S, order.delay_s),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            PatientRetry: 550,  # where the one it replaces stands
            FromCache: 570,
        },
        EXCHANGE: order.exchange,
        "LOG_LEVEL": "ERROR",
    }
    if not order.private_allowed:
        settings["DNS_RESOLVER"] = PublicResolver
    return settings
