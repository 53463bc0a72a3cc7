"""The retrieve stage: candidates become pages, each with the evidence that it may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.artifacts import UnitPlan
from agent.job.licences import LICENCE_UNKNOWN
from agent.job.records import Candidate, Copy, Evidence, Page
from agent.store import ArtifactReader
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import PoliteClient, client_for
from workers.crawl.http.services import Services
from workers.crawl.media import bare_type
from workers.crawl.permission.decide import Decision, decide
from workers.crawl.permission.foresee import (
    content_type_of,
    copies_of,
    fetched_reading,
    foreseen,
    goes_on,
    unfetched_reading,
)
from workers.crawl.permission.read_site import SiteReader
from workers.crawl.permission.tally import PermissionTally
from workers.crawl.sources import services_for
from workers.runtime.work import Outcome, StageWork

NOUN = "documents"

_BROKEN = frozenset(
    {
        "timeout", "connection_failed", "tls_failed", "bad_encoding", "too_many_redirects", "truncated", "host_at_rest",
        "key_refused",
    }
)  # fmt: skip


def retrieve(work: StageWork) -> Outcome:
    """Write ``pages.jsonl`` for the candidates of one shard; the parse unit of the same shard follows.

    Candidates that discovery had to fetch are not fetched again. Of several copies the first is taken that can be had
    and may be used. A document that cannot be had, opts out or is under a licence outside the profile is set aside with
    its reason, its record carrying the evidence; the others go on.
    """
    reader = ArtifactReader(work.store, work.inputs[0])
    candidates = list(reader.records(str(work.params["file"]), Candidate))
    work.output.receive(NOUN, len(candidates))
    pages: list[Page] = []
    done = 0
    services = services_for(work.spec.endpoints)
    http = _client(work, services, candidates, pulse=lambda: work.tick(done, len(candidates)))
    sites = SiteReader(work.spec, http, services)
    tally = PermissionTally(work.spec.permission)
    for done, candidate in enumerate(candidates):
        work.tick(done, len(candidates))
        try:
            fetched, body, decision = _usable_copy(work, http, sites, tally, candidate)
        except DocumentRejected as error:
            _reject(work, candidate, error.reason, error.detail)
            continue
        known = fetched.model_copy(update={"evidence": (*fetched.evidence, *_new(decision.evidence, fetched.evidence))})
        if body is not None:
            pages.append(_page(known, decision.licence, body))
        else:
            _reject(work, known, decision.reason, decision.detail)
    work.output.keep(NOUN, len(pages))
    work.output.write_records("pages.jsonl", pages)
    work.output.facts["permission"] = tally.facts()
    work.tick(len(candidates), len(candidates))
    following = UnitPlan(stage=Stage.PARSE, shard=work.shard, inputs=(work.output.path,), items=len(pages))
    return Outcome((following,))


def is_broken(reason: str) -> bool:
    """Whether something broke, rather than a rule saying no."""
    return reason.startswith("http_") or reason in _BROKEN


def _client(
    work: StageWork, services: Services, candidates: Sequence[Candidate], pulse: Callable[[], None]
) -> PoliteClient:
    listed = [candidate.url for candidate in candidates if candidate.source.startswith("urls:")]
    spec = work.spec
    # A candidate keeps the source it was first found by: on a list of candidates that is another than the job's.
    sources = {*spec.sources, *(candidate.source for candidate in candidates)}
    named = named_endpoints(sources, [*listed, *spec.endpoints.values()])
    return client_for(spec, services, named=named, turns=work.turns, store=work.store, pulse=pulse)


def _usable_copy(
    work: StageWork, http: PoliteClient, sites: SiteReader, tally: PermissionTally, candidate: Candidate
) -> tuple[Candidate, bytes | None, Decision]:
    """The first copy that can be had and may be used, with its bytes; else the first that may not be used, without.

    Raises:
        DocumentRejected: no copy can be had; with the reason of the best one.
    """
    config = work.spec.permission
    refused: tuple[Candidate, Decision] | None = None

    def of_use(copy: Copy) -> bool:
        """A form of the document that states no licence is not improved on by another of which none is known."""
        return refused is None or refused[1].reason != LICENCE_UNKNOWN or bool(copy.licence or candidate.licence)

    for fetched, body in _copies(work, http, sites, candidate, of_use):
        if body is None:
            reading = unfetched_reading(candidate, Copy(url=fetched.url, licence=fetched.licence), sites, _now())
        else:
            reading = fetched_reading(fetched, body, sites, _now())
        decision = decide(reading, config)
        if not goes_on(reading, decision):
            if refused is None:
                tally.add([reading], decision)
                refused = fetched, decision
        elif body is not None:
            return fetched, body, decision
    assert refused is not None
    return refused[0], None, refused[1]


def _copies(
    work: StageWork, http: PoliteClient, sites: SiteReader, candidate: Candidate, of_use: Callable[[Copy], bool]
) -> Iterator[tuple[Candidate, bytes | None]]:
    """The candidate as each of its copies gives it, with the bytes: from the blob store when discovery left them there.
    A copy that will be refused for its licence or its service's terms comes without, unfetched; before each,
    ``of_use`` is asked.

    Raises:
        DocumentRejected: no copy can be had; with the reason of the best one.
    """
    if candidate.blob:
        yield candidate, work.store.get_blob(candidate.blob)
        return
    first_refusal: DocumentRejected | None = None
    had = 0
    for copy in filter(of_use, copies_of(candidate)):
        if foreseen([unfetched_reading(candidate, copy, sites, _now())], work.spec.permission):
            had += 1
            yield candidate.model_copy(update={"url": copy.url, "licence": copy.licence or candidate.licence}), None
            continue
        try:
            answer = http.get(copy.url)
        except DocumentRejected as error:
            first_refusal = first_refusal or error
            continue
        had += 1
        declared = bare_type(answer.headers.get("content-type", ""))
        fetched = candidate.model_copy(
            update={
                "blob": work.store.put_blob(answer.body),
                "headers": answer.headers | ({"content-location": answer.url} if answer.url != candidate.url else {}),
                "media_type": copy.media_type or declared or candidate.media_type,
                "licence": copy.licence or candidate.licence,
                "fetched_at": answer.fetched_at,
                "evidence": tuple(dict.fromkeys((*candidate.evidence, *answer.evidence))),
            }
        )
        yield fetched, answer.body
    if not had:
        assert first_refusal is not None
        raise first_refusal


def _new(found: Sequence[Evidence], known: Sequence[Evidence]) -> list[Evidence]:
    """What decision adds to the evidence that is there already, whatever the second it was read in."""
    lines = {(item.kind, item.url, item.line) for item in known}
    return [item for item in found if (item.kind, item.url, item.line) not in lines]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _page(candidate: Candidate, licence: str, body: bytes) -> Page:
    return Page(
        id=candidate.id,
        url=candidate.url,
        source=candidate.source,
        title=candidate.title,
        score=candidate.score,
        blob=candidate.blob,
        size_bytes=len(body),
        media_type=bare_type(content_type_of(candidate)),
        headers=candidate.headers,
        licence=licence,
        fetched_at=candidate.fetched_at,
        evidence=candidate.evidence,
    )


def _reject(work: StageWork, candidate: Candidate, reason: str, detail: str) -> None:
    failed = is_broken(reason)
    work.output.reject(NOUN, candidate.id, reason, detail, url=candidate.url, record=candidate, failed=failed)
