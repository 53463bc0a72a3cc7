"""Permission asked a second time, shortly before training: signals change between a crawl and the use of what it found.

A licence once granted stays granted for the copy in hand; an opt-out that came since does not bind by law what was
fetched before, but is honoured here all the same. What could be read at the crawl is read again: robots.txt, the files
of the site, the terms of the service, and the page's headers and elements where the caller has a fresh copy.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.job.licences import joined
from agent.spec import PermissionConfig
from workers.crawl.glance import Glance, glance
from workers.crawl.media import bare_type
from workers.crawl.permission.decide import Decision, Reading, decide
from workers.crawl.permission.read_site import SiteReader


def recheck(
    url: str,
    source: str,
    licence: str,
    config: PermissionConfig,
    sites: SiteReader,
    now: str,
    *,
    media_type: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Decision:
    """The verdict on a document as of ``now`` (ISO 8601 UTC).

    ``url`` is where its bytes came from, ``licence`` the SPDX expression that it was admitted under; of a page fetched
    again, ``headers`` (lower-case names) and ``body`` say whether it has opted out since. A licence that the new copy
    states binds beside the old one.

    A site that cannot be reached is closed, as at the crawl (RFC 9309, 2.3.1.4): the reason is then
    ``robots_disallow`` and its line says that robots.txt could not be had, which a caller may weigh differently.
    """
    sent = dict(headers or {})
    seen = glance(body, sent.get("content-type", media_type)) if body is not None else Glance()
    reading = Reading(
        url=url,
        source=source,
        time=now,
        licence=joined((licence,)),
        media_type=media_type or bare_type(sent.get("content-type", "")),
        headers=sent,
        seen=seen,
        site=sites.files(url, seen.rsl, sent.get("link", "")),
        service=sites.service_of(url),
    )
    return decide(reading, config)
