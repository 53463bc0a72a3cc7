"""Asks once more whether one document of the dataset may be used, and weighs a site that does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.errors import DocumentRejected
from agent.job.records import Evidence, SourceEntry
from agent.spec import PermissionConfig
from workers.crawl.http.client import Fetched, PoliteClient
from workers.crawl.permission.decide import Decision, Reading, decide
from workers.crawl.permission.read_site import SiteReader
from workers.crawl.permission.recheck import recheck

FRESH = timedelta(hours=24)
"""A page read within a day is not fetched again; what speaks for its whole site is. RFC 9309, 2.4, lets even
robots.txt be taken from a cache for so long."""

PATIENCE = timedelta(days=30)
"""How long a permission outlives a site that does not answer. While robots.txt cannot be reached, RFC 9309, 2.4, goes
on with the copy that was had, and 2.3.1.4 names 30 days as a reasonably long time of that. What comes then it leaves
to the crawler: we take silence for a no."""

_CLOSED_NOW = frozenset({"robots_disallow", "terms_forbid_fetching"})
"""Refusals to fetch the page again that are an answer: another address it leads to now is closed."""


@dataclass(frozen=True)
class Rights:
    """What became of one permission."""

    withdrawn: str
    """The line that withdraws it, '' while it stands."""
    evidence: tuple[Evidence, ...]
    """What was found now, the verdict last."""
    unanswered: str = ""
    """Why its site could not be asked, '' when it was or need not be."""
    read_again: bool = False
    """Whether the page itself was fetched again."""


def asked_again(
    entry: SourceEntry, config: PermissionConfig, http: PoliteClient, sites: SiteReader, now: datetime
) -> Rights:
    """Whether the document may still be trained on: its licence and the terms of its service under the present
    profile, its site's files, and the page itself where it was read more than a day ago.

    A site that gives no answer, or whose page is gone, takes back nothing that was read less than 30 days ago.
    """
    address = entry.fetched_from or entry.url
    moment = now.isoformat(timespec="seconds")
    crawled = _is_crawled(address, config, sites)
    if silence := _silence_of_robots(address, http) if crawled else "":
        here = Reading(
            url=address, source=entry.source, time=moment, licence=entry.licence, media_type=entry.media_type,
            service=sites.service_of(address),
        )  # fmt: skip
        return _weighed(entry, decide(here, config), now, silence)
    page, silence = None, ""
    if crawled and now - _read_at(entry) > FRESH:
        try:
            page = http.get(address)
        except DocumentRejected as error:
            if error.reason in _CLOSED_NOW:
                line = error.detail or error.reason
                return Rights(line, (Evidence(kind="robots", url=address, line=line, time=moment),))
            silence = str(error)
    return _weighed(entry, _of_site(entry, address, config, sites, moment, page), now, silence, page is not None)


def _of_site(
    entry: SourceEntry, address: str, config: PermissionConfig, sites: SiteReader, moment: str, page: Fetched | None
) -> Decision:
    return recheck(
        page.url if page else address,
        entry.source,
        entry.licence,
        config,
        sites,
        moment,
        media_type=entry.media_type,
        headers=page.headers if page else None,
        body=page.body if page else None,
    )


def _weighed(entry: SourceEntry, decision: Decision, now: datetime, silence: str, read_again: bool = False) -> Rights:
    """The decision, unless the site kept silent for too long."""
    if not decision.allowed:
        return Rights(f"{decision.reason}: {decision.detail}", decision.evidence, silence, read_again)
    if not silence:
        return Rights("", decision.evidence, "", read_again)
    address = entry.fetched_from or entry.url
    stands = now - _read_at(entry) <= PATIENCE
    since = f"the permission of {entry.fetched_at or 'an unknown day'}"
    line = f"not re-checked: {silence}; {since} " + (
        "stands" if stands else f"is older than {PATIENCE.days} days and is withdrawn"
    )
    told = Evidence(kind="unanswered", url=address, line=line, time=now.isoformat(timespec="seconds"))
    return Rights("" if stands else line, (*decision.evidence, told), silence)


def _silence_of_robots(address: str, http: PoliteClient) -> str:
    """Why robots.txt gave no answer, '' when it gave one."""
    try:
        robots = http.robots(address)
    except DocumentRejected as error:
        return str(error)
    return "" if robots.answered else f"{robots.url}: {robots.because}"


def _is_crawled(address: str, config: PermissionConfig, sites: SiteReader) -> bool:
    """Whether its site is asked: not a folder's, nor a documented service, whose terms say all there is to say."""
    service = sites.service_of(address)
    documented = service is not None and service.access == "documented-api" and not config.strict_robots
    return address.startswith(("http://", "https://")) and not documented


def _read_at(entry: SourceEntry) -> datetime:
    """When its bytes were read; long ago where nobody knows."""
    try:
        moment = datetime.fromisoformat(entry.fetched_at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
