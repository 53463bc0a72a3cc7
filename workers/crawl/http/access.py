"""Whether an address may be asked for at all: by a service's terms, or by robots.txt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from agent.errors import DocumentRejected
from agent.job.records import Evidence
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service


class Permit(NamedTuple):
    """What allows a request."""

    evidence: Evidence
    crawl_delay_s: float = 0.0
    """Seconds between two requests that robots.txt asks for; 0 where it was not asked, or asks for none."""


def permit(url: str, service: Service | None, robots_of: Callable[[str], Robots], *, strict_robots: bool) -> Permit:
    """The permit for a canonical address.

    A documented API is on an explicit list, with the terms that invite programs; ``strict_robots`` lets robots.txt
    decide there as well. Everything else is an ordinary crawl.

    Raises:
        DocumentRejected: terms_forbid_fetching or robots_disallow, with the line that decides; missing_key, where
            the service answers nobody without one.
    """
    if service is not None and service.access == "never":
        raise DocumentRejected("terms_forbid_fetching", f"{url}: {service.terms.says} ({service.terms.url})")
    if service is not None and (key := service.key) is not None and key.required and not key.value:
        # Before anything is asked, names included: the answer would be the same.
        raise DocumentRejected("missing_key", f"the environment variable {key.variable} is not set on this worker")
    if service is not None and service.access == "documented-api" and not strict_robots:
        terms = service.terms
        line = f"documented API {service.name}: {terms.says} (read {terms.read_on})"
        time = datetime.now(UTC).isoformat(timespec="seconds")
        return Permit(Evidence(kind="terms", url=terms.url, line=line, time=time))
    robots = robots_of(url)
    verdict = robots.verdict(url)
    if not verdict.allowed:
        raise DocumentRejected("robots_disallow", f"{verdict.evidence.line} ({robots.url})")
    return Permit(verdict.evidence, robots.crawl_delay_s)
