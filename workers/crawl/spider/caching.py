"""The spider's side of the shared cache: its parent is asked before each request, and shown each answer.

Only the spider's process imports this module, since it loads Scrapy.
"""

from __future__ import annotations

from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from workers.crawl.spider.parent import PARENT
from workers.crawl.spider.wire import Told

EXCHANGE = "EXCHANGE_WITH_THE_PARENT"
"""Name of the setting that holds the file through which bodies pass."""

_KEPT = "kept"
"""Key of a request's meta: the `Told` that its response was made of."""
_AGAIN = "again"
"""Key of a request's meta: it was sent a second time, since what the host called unchanged was gone."""
_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class FromCache:
    """A downloader middleware. Between retries and decompression: what is kept is unpacked, and each try is looked up.

    What comes from the cache never reaches the downloader, so that it costs no delay, takes no turn and says nothing
    of the site's pace.
    """

    def __init__(self, exchange: Path, max_bytes: int) -> None:
        """``exchange`` is the file that bodies pass through."""
        self._exchange = exchange
        self._max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FromCache:
        """As Scrapy makes its middlewares."""
        return cls(Path(crawler.settings[EXCHANGE]), crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    async def process_request(self, request: Request) -> Response | None:
        """The kept answer while it is fresh; else the request goes on, asking for what is newer."""
        request.meta.pop(_KEPT, None)
        for name in _CONDITIONS:
            request.headers.pop(name, None)  # of an earlier try
        told = await PARENT.look(request.url, _plain(request.headers))
        if told.kind == "use":
            return self._kept(request, told)
        for header, value in told.headers.items():
            request.headers[header] = value.encode("latin-1")
        return None

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """The response, or the kept one that it says is still good."""
        if _KEPT in request.meta or "Content-Encoding" in response.headers:
            return response  # the latter could not be unpacked, and only what was is kept
        self._exchange.write_bytes(response.body)
        told = await PARENT.answer(response.status, _plain(response.headers))
        if told.kind == "use":
            return self._kept(request, told)
        if told.kind == "fetch" and _AGAIN not in request.meta:
            again = request.replace(dont_filter=True)
            again.meta[_AGAIN] = True
            return again
        return response

    def _kept(self, request: Request, told: Told) -> Response:
        if (size := self._exchange.stat().st_size) > self._max_bytes:
            # Kept by a job that takes more. Raised as Scrapy's decompression does it.
            raise IgnoreRequest(f"{request.url} has {size} bytes, more than {self._max_bytes}")
        request.meta[_KEPT] = told
        body = self._exchange.read_bytes()
        headers = Headers({name: value.encode("latin-1") for name, value in told.headers.items()})
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(request.url, status=told.status, headers=headers, body=body, request=request)


def kept_answer(response: Response) -> Told | None:
    """What the parent told of a response that came from the cache; None for one that came from the site."""
    return response.meta.get(_KEPT)


def _plain(headers: Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): b", ".join(headers.getlist(name)).decode("latin-1") for name in headers}
