"""Scrapy by itself, fetching the addresses of a list: ``python -m tests.bench.plain_scrapy LIST FOLDER INTERVAL``.

One request at a time to each host, robots.txt obeyed, the bodies written to the folder; prints the pages kept and the
seconds from the first request to the last body.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class Plain(scrapy.Spider):
    """Fetches and writes."""

    name = "plain"

    def __init__(self, addresses: list[str], folder: Path) -> None:
        super().__init__()
        self._addresses = addresses
        self._folder = folder
        self.began = self.ended = 0.0
        self.kept = 0

    async def start(self) -> AsyncIterator[Any]:
        self.began = time.perf_counter()
        for address in self._addresses:
            yield scrapy.Request(address)

    def parse(self, response: Response, **kwargs: Any) -> None:
        (self._folder / hashlib.sha256(response.body).hexdigest()).write_bytes(response.body)
        self.kept += 1
        self.ended = time.perf_counter()


def main() -> None:
    """Crawl the list."""
    addresses = Path(sys.argv[1]).read_text().split()
    interval_s = float(sys.argv[3])
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": interval_s,
            "DOWNLOAD_DELAY_JITTER": 0,
            "USER_AGENT": "finetune-agent/bench",
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Plain)
    process.crawl(crawler, addresses=addresses, folder=Path(sys.argv[2]))
    process.start()
    spider = crawler.spider
    assert isinstance(spider, Plain)
    print(spider.kept, spider.ended - spider.began)


if __name__ == "__main__":
    main()
