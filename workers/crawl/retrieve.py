"""The retrieve stage: candidates become pages, each with the evidence that it may be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.artifacts import UnitPlan
from agent.job.records import Candidate, Copy, Page
from agent.store import ArtifactReader
from workers.crawl.glance import glance
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import PoliteClient, client_for
from workers.crawl.media import HTML, bare_type, declared_type
from workers.crawl.permission.decide import Access, decide_access
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

    Candidates that discovery had to fetch are not fetched again. A document that cannot be had, opts out or
    is under a licence outside the policy is set aside with its reason, its record carrying the evidence; the
    others go on.
    """
    reader = ArtifactReader(work.store, work.inputs[0])
    candidates = list(reader.records(str(work.params["file"]), Candidate))
    work.output.receive(NOUN, len(candidates))
    pages: list[Page] = []
    done = 0
    http = _client(work, candidates, pulse=lambda: work.tick(done, len(candidates)))
    for done, candidate in enumerate(candidates):
        work.tick(done, len(candidates))
        try:
            fetched, body = _with_bytes(work, http, candidate)
        except DocumentRejected as error:
            _reject(work, candidate, error.reason, error.detail)
            continue
        access = _access(work, fetched, body)
        known = fetched.model_copy(update={"evidence": (*fetched.evidence, *access.evidence)})
        if access.allowed:
            pages.append(_page(known, access.licence, body))
        else:
            _reject(work, known, access.reason, access.deciding_line)
    work.output.keep(NOUN, len(pages))
    work.output.write_records("pages.jsonl", pages)
    work.tick(len(candidates), len(candidates))
    following = UnitPlan(stage=Stage.PARSE, shard=work.shard, inputs=(work.output.path,), items=len(pages))
    return Outcome((following,))


def is_broken(reason: str) -> bool:
    """Whether something broke, rather than a rule saying no."""
    return reason.startswith("http_") or reason in _BROKEN


def _client(work: StageWork, candidates: Sequence[Candidate], pulse: Callable[[], None]) -> PoliteClient:
    listed = [candidate.url for candidate in candidates if candidate.source.startswith("urls:")]
    spec = work.spec
    # A candidate keeps the source it was first found by: on a list of candidates that is another than the job's.
    sources = {*spec.sources, *(candidate.source for candidate in candidates)}
    named = named_endpoints(sources, [*listed, *spec.endpoints.values()])
    return client_for(spec, services_for(spec.endpoints), named=named, turns=work.turns, store=work.store, pulse=pulse)


def _with_bytes(work: StageWork, http: PoliteClient, candidate: Candidate) -> tuple[Candidate, bytes]:
    """The candidate with its bytes: from the blob store when discovery left them there, else of the first copy that
    can be had.

    Raises:
        DocumentRejected: no copy can be had; with the reason of the best one.
    """
    if candidate.blob:
        return candidate, work.store.get_blob(candidate.blob)
    first_refusal: DocumentRejected | None = None
    for copy in candidate.copies or (Copy(url=candidate.url),):
        try:
            answer = http.get(copy.url)
        except DocumentRejected as error:
            first_refusal = first_refusal or error
            continue
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
        return fetched, answer.body
    assert first_refusal is not None
    raise first_refusal


def _access(work: StageWork, candidate: Candidate, body: bytes) -> Access:
    return decide_access(
        candidate.url,
        stated_licence=candidate.licence,
        seen=glance(body, _content_type(candidate)),
        headers=candidate.headers,
        policy=work.spec.retrieve.licence_policy,
        time=candidate.fetched_at or datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _content_type(candidate: Candidate) -> str:
    """As declared with its charset; by the extension where the server says nothing of use; else a web
    page."""
    declared = candidate.headers.get("content-type", "") or candidate.media_type
    if bare_type(declared) in ("", "application/octet-stream", "binary/octet-stream"):
        return declared_type(candidate.url) or HTML
    return declared


def _page(candidate: Candidate, licence: str, body: bytes) -> Page:
    return Page(
        id=candidate.id,
        url=candidate.url,
        source=candidate.source,
        title=candidate.title,
        score=candidate.score,
        blob=candidate.blob,
        size_bytes=len(body),
        media_type=bare_type(_content_type(candidate)),
        headers=candidate.headers,
        licence=licence,
        fetched_at=candidate.fetched_at,
        evidence=candidate.evidence,
    )


def _reject(work: StageWork, candidate: Candidate, reason: str, detail: str) -> None:
    failed = is_broken(reason)
    work.output.reject(NOUN, candidate.id, reason, detail, url=candidate.url, record=candidate, failed=failed)
