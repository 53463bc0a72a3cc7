"""A floor under going to the subject first: a crawl with a small budget, beside breadth-first on the same site."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agent.job.records import Topic, TopicMap
from agent.ledger.contract import Limit
from agent.store import Store
from tests.workers.crawl.site_server import serving
from tests.workers.crawl.spider.generated_site import SUBJECT, generated_site
from tests.workers.turns import LeapingTurns
from workers.crawl.http.cache import SharedCache
from workers.crawl.http.robots import read_robots
from workers.crawl.spider.answering import Asking
from workers.crawl.spider.process import crawl
from workers.crawl.spider.wire import CrawlOrder

BUDGET = 100
"""Of 400 pages."""
SEEDS = (7, 8, 9)
FOUND = 0.55
"""0.63 when pinned."""
RATIO = 2.0
"""2.9 when pinned: breadth-first finds 0.22, less than the 0.25 that chance would."""
TOPICS = TopicMap(subject=SUBJECT, topics=(Topic(name=SUBJECT, weight=1.0),))


@pytest.mark.slow
def test_the_pages_on_the_subject_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    focused, breadth = 0.0, 0.0
    for seed in SEEDS:
        focused += _share_found(tmp_path / f"focused-{seed}", seed, TOPICS) / len(SEEDS)
        breadth += _share_found(tmp_path / f"breadth-{seed}", seed, None) / len(SEEDS)
    with capsys.disabled():
        print(f"\nfound within {BUDGET} fetches: focused {focused:.2f}, breadth-first {breadth:.2f}, "
              f"ratio {focused / max(breadth, 0.01):.1f}")  # fmt: skip
    assert focused >= FOUND
    assert focused >= RATIO * breadth


def _share_found(folder: Path, seed: int, topics: TopicMap | None) -> float:
    """Of the pages on the subject, the share that a crawl of `BUDGET` pages fetches."""
    (folder / "bodies").mkdir(parents=True)
    routes, about = generated_site(seed=seed)
    with serving(routes) as site:
        order = CrawlOrder(
            start=f"{site.base}/", robots=read_robots(f"{site.base}/robots.txt", 404, b"", ""), topics=topics,
            user_agent="finetune-agent/test", delay_s=0.0, timeout_s=5.0, max_bytes=1_000_000, max_depth=20,
            max_pages=BUDGET, private_allowed=True, bodies=str(folder / "bodies"),
        )  # fmt: skip
        asking = Asking(LeapingTurns(), Limit("127.0.0.1", 0.001), SharedCache(Store(str(folder / "store"))))
        lines = crawl(order, asking, lambda seen: None)
    fetched = {urlsplit(line.url).path for line in lines if line.kind == "page"}
    return len(fetched & about) / len(about)
