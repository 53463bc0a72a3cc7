"""The clear stage: asks once more for every document whether it may be used, before anything is trained on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from agent.contract import Stage
from agent.errors import NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.licences import Profile, trainable
from agent.job.records import Chunk, Evidence, Row, SourceEntry, Split
from agent.store import ArtifactReader
from workers.runtime.work import Outcome, StageWork

R = TypeVar("R", Row, Chunk)

NOUN = "documents"
ROWS = "examples"
HELD_OUT_FILE = "heldout.jsonl"
SOURCES_FILE = "sources.jsonl"
WITHDRAWN = "permission_withdrawn"


def clear(work: StageWork) -> Outcome:
    """Write the dataset again without the documents whose permission was withdrawn, under the same file names;
    training follows.

    ``sources.jsonl`` keeps what the first decision rested on and adds what was found now, with its time.

    Raises:
        NotEnoughData: fewer training rows than ``assemble.min_examples`` are left.
    """
    dataset = work.inputs_from(Stage.ASSEMBLE)[0]
    entries = list(dataset.records(SOURCES_FILE, SourceEntry))
    work.output.receive(NOUN, len(entries))
    cleared: list[SourceEntry] = []
    withdrawn: dict[str, str] = {}
    for done, entry in enumerate(entries):
        work.tick(done, len(entries))
        line, evidence = _asked_again(entry, work.spec.permission.profile)
        known = entry.model_copy(update={"evidence": (*entry.evidence, *evidence)})
        if line:
            withdrawn[entry.document_id] = line
            work.output.reject(NOUN, entry.document_id, WITHDRAWN, line, url=entry.url, record=known)
        else:
            cleared.append(known)
    work.output.keep(NOUN, len(cleared))
    left = _write_rows(work, dataset, withdrawn)
    _demand_enough(left, work.spec.assemble.min_examples, len(withdrawn))
    work.output.write_records(SOURCES_FILE, cleared)
    work.output.facts |= {"withdrawn": len(withdrawn), "checked": len(entries)}
    work.tick(len(entries), len(entries))
    return Outcome((UnitPlan(stage=Stage.TRAIN, shard=work.shard, inputs=(work.output.path,)),))


def _asked_again(entry: SourceEntry, profile: Profile) -> tuple[str, Sequence[Evidence]]:
    """The line that withdraws the permission, '' while it stands; and what was found."""
    verdict = trainable(entry.licence, profile)
    stated = entry.licence or "no licence is stated"
    line = f"{stated}, {'taken' if verdict.allowed else verdict.reason} under profile {profile}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return "" if verdict.allowed else line, [Evidence(kind="licence", url=entry.url, line=line, time=now)]


def _write_rows(work: StageWork, dataset: ArtifactReader, withdrawn: Mapping[str, str]) -> int:
    """Write what is left of the rows and the held-out text; returns the number of training rows."""
    left = {}
    for split in Split:
        rows = list(dataset.records(f"{split}.jsonl", Row))
        work.output.receive(ROWS, len(rows))
        for row in rows:
            if line := withdrawn.get(row.document_id):
                work.output.reject(ROWS, row.id, WITHDRAWN, line, url=row.url)
        left[split] = work.output.write_records(f"{split}.jsonl", _of_cleared(rows, withdrawn))
        work.output.keep(ROWS, left[split])
    held_out = dataset.records(HELD_OUT_FILE, Chunk)
    work.output.write_records(HELD_OUT_FILE, _of_cleared(held_out, withdrawn))
    return left[Split.TRAIN]


def _of_cleared(records: Iterator[R] | Sequence[R], withdrawn: Mapping[str, str]) -> Iterator[R]:
    return (record for record in records if record.document_id not in withdrawn)


def _demand_enough(have: int, need: int, withdrawn: int) -> None:
    if have < need:
        raise NotEnoughData(
            f"{have} training rows are left and assemble.min_examples asks for {need}: the permission of {withdrawn} "
            f"document{'' if withdrawn == 1 else 's'} was withdrawn after retrieval.",
            next_step="Add sources, raise discover.max_documents, or lower assemble.min_examples.",
        )
