"""Where the full text of a document can be had: several copies in the order to try them."""

from __future__ import annotations

from collections.abc import Iterable

from agent.job.licences import PROFILES, trainable
from agent.job.records import Candidate, Copy
from workers.crawl.http.canonical import endpoint

_VERSIONS = ("published", "accepted", "submitted", "")
_RESOLVERS = frozenset({"doi.org", "dx.doi.org"})


def best_first(copies: Iterable[Copy]) -> tuple[Copy, ...]:
    """Each address once: licensed copies first, the freest before them all, then by version (published, accepted,
    submitted), then by form (HTML and XML, which keep structure; PDF; not known, which is mostly a landing page with
    no more than the abstract).

    Where one address is stated twice, what the one leaves open the other fills in; of two licences the stricter
    stands, since a permission must hold on every account.
    """
    at: dict[str, Copy] = {}
    for copy in copies:
        at[copy.url] = _united(at[copy.url], copy) if copy.url in at else copy
    return tuple(sorted(at.values(), key=_order))


def with_copies(candidate: Candidate, more: Iterable[Copy]) -> Candidate:
    """The candidate with further copies, best first, each with its own licence.

    A candidate's licence speaks of its own copies, not of those that others know: it is written onto them, and stays
    on the candidate only where all copies have it.
    """
    further = tuple(more)
    own = candidate.copies
    if candidate.blob:  # its bytes are here already: the licence is theirs, and stays
        return candidate.model_copy(update={"copies": best_first((*own, *further))})
    if not own and further and not is_resolver(candidate.url):
        own = (Copy(url=candidate.url, media_type=candidate.media_type),)
    if candidate.licence:
        own = tuple(copy if copy.licence else copy.model_copy(update={"licence": candidate.licence}) for copy in own)
    copies = best_first((*own, *further))
    if not copies:
        return candidate
    licences = {copy.licence for copy in copies}
    return candidate.model_copy(
        update={"copies": copies, "licence": licences.pop() if len(licences) == 1 else ""},
    )


def is_resolver(url: str) -> bool:
    """Whether the address is that of a DOI: it leads to a publisher's page, which may hold the text or ask for
    money."""
    return endpoint(url).host in _RESOLVERS


def licence_rank(licence: str) -> int:
    """0 for what every profile takes, larger for each further that it needs, largest for what none takes or what is
    not known."""
    if not licence:
        return len(PROFILES) + 1
    return next((rank for rank, profile in enumerate(PROFILES) if trainable(licence, profile).allowed), len(PROFILES))


def _order(copy: Copy) -> tuple[int, int, int, str]:
    version = copy.version if copy.version in _VERSIONS else ""
    return licence_rank(copy.licence), _VERSIONS.index(version), _form(copy.media_type), copy.url


def _form(media_type: str) -> int:
    if "html" in media_type or "xml" in media_type or "json" in media_type:
        return 0
    return 1 if media_type else 2


def _united(one: Copy, other: Copy) -> Copy:
    stated = sorted(
        {copy.licence for copy in (one, other) if copy.licence}, key=lambda each: (licence_rank(each), each)
    )
    versions = sorted({copy.version for copy in (one, other) if copy.version}, key=_VERSIONS.index)
    return Copy(
        url=one.url,
        media_type=max(one.media_type, other.media_type),
        licence=stated[-1] if stated else "",
        version=versions[0] if versions else "",
    )
