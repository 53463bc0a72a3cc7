"""The clear stage: asks once more for every document whether it may be used, before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from agent.contract import Stage
from agent.errors import NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.records import Chunk, Example, Row, SourceEntry, Split
from agent.store import ArtifactReader
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.canonical import origin
from workers.crawl.http.client import client_for
from workers.crawl.permission.read_site import SiteReader
from workers.crawl.rights import Rights, asked_again
from workers.crawl.sources import services_for
from workers.runtime.work import Outcome, StageWork

R = TypeVar("R", Row, Example, Chunk)

NOUN = "documents"
ROWS = "examples"
HELD_OUT_FILE = "heldout.jsonl"
CHOICES_FILE = "choices.jsonl"
EXAMPLES_FILE = "examples.jsonl"
SOURCES_FILE = "sources.jsonl"
WITHDRAWN = "permission_withdrawn"


def clear(work: StageWork) -> Outcome:
    """Write the dataset again without the documents whose permission was withdrawn, under the same file names;
    training follows.

    ``sources.jsonl`` keeps what the first decision rested on and adds what was found now, with its time. Sites that
    gave no answer stand under ``facts["unanswered"]``.

    Raises:
        NotEnoughData: fewer training rows than ``assemble.min_examples`` are left.
    """
    dataset = work.inputs_from(Stage.ASSEMBLE)[0]
    entries = list(dataset.records(SOURCES_FILE, SourceEntry))
    work.output.receive(NOUN, len(entries))
    cleared: list[SourceEntry] = []
    withdrawn: dict[str, str] = {}
    found = _asked(work, entries)
    for entry, rights in zip(entries, found, strict=True):
        known = entry.model_copy(update={"evidence": (*entry.evidence, *rights.evidence)})
        if rights.withdrawn:
            withdrawn[entry.document_id] = rights.withdrawn
            work.output.reject(NOUN, entry.document_id, WITHDRAWN, rights.withdrawn, url=entry.url, record=known)
        else:
            cleared.append(known)
    work.output.keep(NOUN, len(cleared))
    work.output.facts |= _figures(entries, found)
    left = _write_rows(work, dataset, withdrawn)
    _demand_enough(left, work.spec.assemble.min_examples, len(withdrawn))
    work.output.write_records(SOURCES_FILE, cleared)
    work.tick(len(entries), len(entries))
    return Outcome((UnitPlan(stage=Stage.TRAIN, shard=work.shard, inputs=(work.output.path,)),))


def _asked(work: StageWork, entries: Sequence[SourceEntry]) -> list[Rights]:
    """What became of the permission of each, in the same order."""
    spec = work.spec
    found: list[Rights] = []
    listed = [entry.url for entry in entries if entry.source.startswith("urls:")]
    # A document keeps the source it was first found by: of a list of candidates that is another than the job's.
    sources = {*spec.sources, *(entry.source for entry in entries)}
    services = services_for(spec.endpoints)
    http = client_for(
        spec,
        services,
        named=named_endpoints(sources, [*listed, *spec.endpoints.values()]),
        turns=work.turns,
        pulse=lambda: work.tick(len(found), len(entries)),
    )
    ask = partial(asked_again, config=spec.permission, http=http, sites=SiteReader(spec, http, services))
    for entry in entries:
        work.tick(len(found), len(entries))
        found.append(ask(entry, now=datetime.now(UTC)))
    return found


def _figures(entries: Sequence[SourceEntry], found: Sequence[Rights]) -> dict[str, object]:
    return {
        "withdrawn": sum(bool(rights.withdrawn) for rights in found),
        "read_again": sum(rights.read_again for rights in found),
        "unanswered": {
            origin(entry.fetched_from or entry.url): rights.unanswered
            for entry, rights in zip(entries, found, strict=True)
            if rights.unanswered
        },
    }


def _write_rows(work: StageWork, dataset: ArtifactReader, withdrawn: Mapping[str, str]) -> int:
    """Write what is left of the rows, of what they were made of, and of the held-out text; returns the number of
    training rows."""
    left = {}
    for name in (*(f"{split}.jsonl" for split in Split), CHOICES_FILE):
        rows = list(dataset.records(name, Row))
        work.output.receive(ROWS, len(rows))
        for row in rows:
            if line := _withdrawn(row, withdrawn):
                work.output.reject(ROWS, row.id, WITHDRAWN, line, url=row.url)
        left[name] = work.output.write_records(name, _of_cleared(rows, withdrawn))
        work.output.keep(ROWS, left[name])
    work.output.write_records(EXAMPLES_FILE, _of_cleared(dataset.records(EXAMPLES_FILE, Example), withdrawn))
    work.output.write_records(HELD_OUT_FILE, _of_cleared(dataset.records(HELD_OUT_FILE, Chunk), withdrawn))
    return left[f"{Split.TRAIN}.jsonl"]


def _of_cleared(records: Iterator[R] | Sequence[R], withdrawn: Mapping[str, str]) -> Iterator[R]:
    return (record for record in records if not _withdrawn(record, withdrawn))


def _withdrawn(record: Row | Example | Chunk, withdrawn: Mapping[str, str]) -> str:
    """The line that took back the permission of a document that the record rests on, '' where all still stand."""
    documents = (record.document_id,) if isinstance(record, Chunk) else record.documents
    return next((withdrawn[document] for document in documents if document in withdrawn), "")


def _demand_enough(have: int, need: int, withdrawn: int) -> None:
    if have < need:
        raise NotEnoughData(
            f"{have} training rows are left and assemble.min_examples asks for {need}: the permission of {withdrawn} "
            f"document{'' if withdrawn == 1 else 's'} was withdrawn after retrieval.",
            next_step="Add sources, raise discover.max_documents, or lower assemble.min_examples.",
        )
