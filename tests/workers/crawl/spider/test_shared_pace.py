"""One host, several processes: a spider and a fetching worker keep their distance from each other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from agent.ledger.contract import Limit
from agent.ledger.redis import RedisLedger
from tests.workers.crawl.site_server import Route, page, serving
from tests.workers.crawl.spider.test_walk import crawled
from workers.runtime.turns import Turns

INTERVAL_S = 0.1
NOISE_S = 0.02
"""The server notes arrivals in a thread of the test's own process, which may be late on a busy machine."""
PAGES = 12

_FETCH = """
import sys
from agent.ledger.redis import RedisLedger
from workers.crawl.http.canonical import endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Services
from workers.runtime.turns import Turns

redis_url, base, interval_s = sys.argv[1:]
client = PoliteClient(
    user_agent="finetune-agent/test", timeout_s=5.0, max_bytes=10_000, requests_per_second=1 / float(interval_s),
    turns=Turns(RedisLedger(redis_url), "fetcher"), named=(endpoint(base + "/"),), services=Services((), {}),
)
while True:
    client.get(f"{base}/fetched.html")
"""


def test_a_spider_and_another_worker_share_the_pace_of_a_host(tmp_path: Path, redis_url: str) -> None:
    routes: dict[str, Route] = {f"/{number}.html": page(text=chr(97 + number)) for number in range(PAGES)}
    routes |= {"/fetched.html": page(text="fetched")}
    root = Path(__file__).parents[4]
    with serving({"/": page(*(f"/{number}.html" for number in range(PAGES))), **routes}) as site:
        arguments = [redis_url, site.base, str(INTERVAL_S)]
        with subprocess.Popen(
            [sys.executable, "-c", _FETCH, *arguments], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
        ) as fetcher:
            while not site.count("/fetched.html"):
                assert fetcher.poll() is None
                time.sleep(0.05)
            turns = Turns(RedisLedger(redis_url), "spider")
            lines = crawled(tmp_path, f"{site.base}/", turns=turns, limit=Limit("127.0.0.1", INTERVAL_S, 2))
            fetcher.kill()
        asked = sorted(site.asked, key=lambda entry: entry[0])
    fetched = [path.startswith("/fetched") for _, path, _ in asked]
    assert sum(line.kind == "page" for line in lines) == PAGES + 1
    assert sum(here != there for here, there in pairwise(fetched)) >= 3, "they worked at the same time"
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(asked)]
    assert min(gaps) >= INTERVAL_S - NOISE_S
