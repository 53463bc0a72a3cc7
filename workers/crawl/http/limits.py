"""How often an address may be asked: its service's terms, or the job's rate and the site's Crawl-delay."""

from __future__ import annotations

from agent.ledger.contract import Limit
from workers.crawl.http.canonical import endpoint
from workers.crawl.http.services import Service

CRAWL_CONNECTIONS = 2
"""Requests under way at once to a host that says nothing of it: one slow page does not hold up the next, and a
browser opens six."""


def limit_for(url: str, service: Service | None, requests_per_second: float, crawl_delay_s: float) -> Limit:
    """The limit that a request for ``url`` counts against.

    A service's own interval holds whatever the job asks for, and robots.txt can only slow a request down.
    """
    host = endpoint(url).host
    if service is None:
        return Limit(host, max(1.0 / requests_per_second, crawl_delay_s), CRAWL_CONNECTIONS)
    interval_s = service.interval_s
    if service.interval_with_key_s is not None and service.key is not None and service.key.value:
        interval_s = service.interval_with_key_s
    return Limit(service.shares_limit_with or host, max(interval_s, crawl_delay_s), service.connections)
