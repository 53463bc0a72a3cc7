"""How often an address may be asked."""

from __future__ import annotations

import pytest

from agent.ledger.contract import Limit
from tests.workers.crawl.http.clients import key, service
from workers.crawl.http.limits import CRAWL_CONNECTIONS, limit_for

URL = "https://api.example.org/works"


@pytest.mark.parametrize(("rate", "delay_s", "interval_s"), [(4.0, 0.0, 0.25), (4.0, 5.0, 5.0), (0.1, 5.0, 10.0)])
def test_a_crawled_host_gets_the_slower_of_the_jobs_rate_and_its_own_delay(
    rate: float, delay_s: float, interval_s: float
) -> None:
    assert limit_for(URL, None, rate, delay_s) == Limit("api.example.org", interval_s, CRAWL_CONNECTIONS)


def test_a_service_keeps_its_own_interval_whatever_the_job_asks_for() -> None:
    arxiv = service(URL, interval_s=3.0, connections=1, shares_limit_with="arxiv")
    assert limit_for(URL, arxiv, 100.0, 0.0) == Limit("arxiv", 3.0, 1)


def test_a_key_that_is_set_makes_a_service_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    ncbi = service(URL, interval_s=0.34, key=key(), interval_with_key_s=0.1)
    monkeypatch.delenv("LIBRARY_KEY", raising=False)
    assert limit_for(URL, ncbi, 100.0, 0.0).interval_s == 0.34
    monkeypatch.setenv("LIBRARY_KEY", "x")
    assert limit_for(URL, ncbi, 100.0, 0.0).interval_s == 0.1
