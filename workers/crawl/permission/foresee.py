"""What is known of a document's permission so far: no budget is spent on fetching or parsing what will be refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.job.licences import LICENCE_UNKNOWN, PROFILES, Profile, use_of
from agent.job.records import Candidate, Copy, Foreseen
from agent.spec import PermissionConfig
from workers.crawl.glance import glance
from workers.crawl.media import HTML, bare_type, declared_type
from workers.crawl.permission.decide import Decision, Reading, SiteFiles, decide
from workers.crawl.permission.read_site import SiteReader


def readings_of(candidate: Candidate, sites: SiteReader, now: str, body: bytes | None = None) -> list[Reading]:
    """What was read about a candidate: of its bytes and its site when they are here, else one reading for each copy
    that says what is known without asking anybody.
    """
    if body is not None:
        return [fetched_reading(candidate, body, sites, now)]
    return [unfetched_reading(candidate, copy, sites, now) for copy in copies_of(candidate)]


def fetched_reading(candidate: Candidate, body: bytes, sites: SiteReader, now: str) -> Reading:
    """Everything about a candidate whose bytes are here; asks for its site's files, once an origin."""
    url = candidate.headers.get("content-location", candidate.url)
    content_type = content_type_of(candidate)
    seen = glance(body, content_type)
    return Reading(
        url=url,
        source=candidate.source,
        time=candidate.fetched_at or now,
        licence=candidate.licence,
        media_type=bare_type(content_type),
        headers=candidate.headers,
        seen=seen,
        site=sites.files(url, seen.rsl, candidate.headers.get("link", "")),
        service=sites.service_of(url),
    )


def unfetched_reading(candidate: Candidate, copy: Copy, sites: SiteReader, now: str) -> Reading:
    """What is known of one copy before it is fetched: its licence and the service that holds it."""
    return Reading(
        url=copy.url,
        source=candidate.source,
        time=now,
        licence=copy.licence or candidate.licence,
        media_type=copy.media_type or candidate.media_type,
        service=sites.service_of(copy.url),
    )


def with_robots(readings: Sequence[Reading], sites: SiteReader) -> list[Reading]:
    """The same with each origin's robots.txt, which is asked for now."""
    return [replace(reading, site=SiteFiles(robots=sites.robots(reading.url))) for reading in readings]


def foreseen(readings: Sequence[Reading], config: PermissionConfig) -> Decision | None:
    """The refusal or quarantine that nothing still to come can change; None where one of the copies may be used.

    A licence that is not known yet may still be stated: by a document that is not here, or inside a PDF, which only
    the parse stage looks into. The decision returned is that on the first, best copy.
    """
    decisions = [decide(reading, config) for reading in readings]
    for reading, decision in zip(readings, decisions, strict=True):
        if goes_on(reading, decision):
            return None
    return decisions[0]


def goes_on(reading: Reading, decision: Decision) -> bool:
    """Whether the document may be used, or nobody can tell before the parse stage has looked into it."""
    return decision.allowed or (decision.reason == LICENCE_UNKNOWN and not reading.seen.whole)


def outlook(readings: Sequence[Reading], config: PermissionConfig, *, whole: bool) -> Foreseen:
    """What can be told of a candidate that `foreseen` lets go on; ``whole`` says that its bytes are here."""
    decisions = [decide(reading, config) for reading in readings]
    allowed = next((decision for decision in decisions if decision.allowed), None)
    if allowed is None:
        return Foreseen()
    return Foreseen(verdict="allowed" if whole else "licence_fits", licence=allowed.licence)


def profiles_for(readings: Sequence[Reading], config: PermissionConfig) -> tuple[Profile, ...]:
    """The profiles, each with an intended use that goes with it, under which the document would go on."""
    return tuple(profile for profile in PROFILES if foreseen(readings, under(profile, config)) is None)


def under(profile: Profile, config: PermissionConfig) -> PermissionConfig:
    """The same configuration under another profile, with the nearest use for which that profile is made."""
    return config.model_copy(update={"profile": profile, "intended_use": use_of(profile, config.intended_use)})


def copies_of(candidate: Candidate) -> tuple[Copy, ...]:
    """Where it can be had, best first."""
    return candidate.copies or (Copy(url=candidate.url, media_type=candidate.media_type),)


def content_type_of(candidate: Candidate) -> str:
    """As declared with its charset; by the extension where the server says nothing of use; else a web page."""
    declared = candidate.headers.get("content-type", "") or candidate.media_type
    if bare_type(declared) in ("", "application/octet-stream", "binary/octet-stream"):
        return declared_type(candidate.url) or HTML
    return declared
