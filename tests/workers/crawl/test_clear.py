"""The clear stage on a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from agent.job.artifacts import Tally, UnitPlan
from agent.job.records import Chunk, Row, SourceEntry, Split
from tests.workers.crawl.units import CrawlJob

SPLITS = {"train": Split.TRAIN, "validation": Split.VALIDATION, "test": Split.TEST}
DATASET = ("train.jsonl", "validation.jsonl", "test.jsonl", "heldout.jsonl")


def entry(name: str, split: str = "train", *, url: str = "", licence: str = "CC-BY-4.0") -> SourceEntry:
    return SourceEntry(
        document_id=name, url=url or f"file:///notes/{name}.md", title=name, licence=licence, split=SPLITS[split],
        blob="0" * 64, rows=2,
    )  # fmt: skip


def job(folder: Path, **spec: object) -> CrawlJob:
    return CrawlJob(folder, ["dir:/notes"], **{"assemble": {"min_examples": 1}, **spec})


def documents_of(at: CrawlJob) -> dict[str, list[str]]:
    """File of the cleared dataset -> the documents that its lines come from."""
    cleared = at.cleared()
    rows = {name: [row.document_id for row in cleared.records(name, Row)] for name in DATASET[:3]}
    return rows | {"heldout.jsonl": [chunk.document_id for chunk in cleared.records("heldout.jsonl", Chunk)]}


def test_where_nothing_was_withdrawn_the_dataset_is_the_same_bytes_and_training_follows(tmp_path: Path) -> None:
    at = job(tmp_path)
    plan = at.assemble([entry("a"), entry("b", "validation"), entry("c", "test")])
    outcome = at.clear(plan)
    cleared = at.cleared()
    assert outcome.successors == (UnitPlan(stage="train", shard="0", inputs=(cleared.path,)),)
    for name in DATASET:
        assert cleared.read_file(name) == at.store.read(f"{plan.inputs[0]}/{name}")
    assert cleared.manifest.tallies["documents"] == Tally(received=3, kept=3)
    assert cleared.manifest.tallies["examples"] == Tally(received=6, kept=6)


def test_a_licence_outside_the_profile_takes_all_rows_of_its_documents_along(tmp_path: Path) -> None:
    at = job(tmp_path, permission={"profile": "strict"})
    share_alike = [entry(f"sa-{split}", split, licence="CC-BY-SA-4.0") for split in SPLITS]
    at.clear(at.assemble([*(entry(f"by-{split}", split) for split in SPLITS), *share_alike]))
    assert documents_of(at) == {
        "train.jsonl": ["by-train"] * 2,
        "validation.jsonl": ["by-validation"] * 2,
        "test.jsonl": ["by-test"] * 2,
        "heldout.jsonl": ["by-test"],
    }
    assert [each.document_id for each in at.cleared().records("sources.jsonl", SourceEntry)] == [
        f"by-{split}" for split in SPLITS
    ]
    refused = [row for row in at.cleared().rejected() if row.noun == "documents"]
    assert {(row.id, row.reason) for row in refused} == {(f"sa-{split}", "permission_withdrawn") for split in SPLITS}
    assert all("CC-BY-SA-4.0" in row.detail for row in refused)
    assert at.cleared().manifest.tallies == {
        "documents": Tally(received=6, kept=3, rejected={"permission_withdrawn": 3}),
        "examples": Tally(received=12, kept=6, rejected={"permission_withdrawn": 6}),
    }


def test_too_few_rows_left_end_the_job_with_one_sentence(tmp_path: Path) -> None:
    at = job(tmp_path, permission={"profile": "strict"}, assemble={"min_examples": 3})
    plan = at.assemble([entry("a"), entry("b", licence="CC-BY-NC-4.0")])
    with pytest.raises(NotEnoughData, match=r"2 training rows are left and assemble\.min_examples asks for 3") as error:
        at.clear(plan)
    assert "the permission of 1 document was withdrawn" in str(error.value)
