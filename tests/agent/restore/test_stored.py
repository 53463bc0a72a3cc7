"""What the store tells of jobs, and what of it does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Stage
from agent.errors import ArtifactCorrupt, InvalidSpec
from agent.ledger.memory import MemoryLedger
from agent.restore import agree_on_record, keep_record, read_shelf, stored_jobs, stored_record
from agent.store import ArtifactWriter, Store
from agent.store.artifact import MANIFEST_FILE
from tests.agent.restore.fake_job import DATA, JOB_ID, RECORD, SPEC, submit, work_to_the_end


def test_a_record_comes_back_as_it_was_kept(store: Store) -> None:
    keep_record(store, RECORD)
    assert stored_record(store, JOB_ID) == RECORD


def test_keeping_a_record_again_leaves_the_first(store: Store) -> None:
    keep_record(store, RECORD)
    keep_record(store, RECORD.model_copy(update={"user": "bob"}))
    assert stored_record(store, JOB_ID) == RECORD


def test_a_record_with_another_specification_is_never_overwritten(store: Store) -> None:
    keep_record(store, RECORD)
    with pytest.raises(InvalidSpec, match="'job' as a job with another specification"):
        keep_record(store, RECORD.model_copy(update={"spec": SPEC.model_copy(update={"seed": 99})}))
    assert stored_record(store, JOB_ID) == RECORD


def test_of_two_submissions_at_once_the_store_keeps_the_one_that_the_ledger_accepted(store: Store) -> None:
    keep_record(store, RECORD)
    accepted = RECORD.model_copy(update={"spec": SPEC.model_copy(update={"seed": 99})})
    agree_on_record(store, accepted)
    assert stored_record(store, JOB_ID) == accepted


@pytest.mark.parametrize("job_id", ["other", "../jobs/job", "", "."])
def test_an_id_that_is_not_there_or_leads_elsewhere_is_unknown(store: Store, job_id: str) -> None:
    keep_record(store, RECORD)
    assert stored_record(store, job_id) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}", RECORD.model_copy(update={"id": "other"}).model_dump_json().encode()]
)
def test_a_damaged_record_is_named_and_skipped_in_the_list(store: Store, content: bytes) -> None:
    store.write(f"jobs/{JOB_ID}/job.json", content)
    with pytest.raises(ArtifactCorrupt, match=r"job\.json"):
        stored_record(store, JOB_ID)
    assert stored_jobs(store) == ([], [JOB_ID])


def test_jobs_are_listed_oldest_first_with_the_stage_they_reached(store: Store, tmp_path: Path) -> None:
    keep_record(store, RECORD)
    keep_record(store, RECORD.model_copy(update={"id": "before", "submitted_at_ms": 1}))
    ledger = MemoryLedger()
    submit(ledger)
    work_to_the_end(ledger, store, tmp_path, most=5)
    known, unreadable = stored_jobs(store)
    assert [(job.record.id, job.furthest) for job in known] == [("before", None), (JOB_ID, Stage.PARSE)]
    assert unreadable == []


def test_a_store_without_jobs_lists_none(store: Store) -> None:
    assert stored_jobs(store) == ([], [])


def test_artifacts_that_do_not_count_are_named_with_the_reason(store: Store, tmp_path: Path) -> None:
    ledger = MemoryLedger()
    submit(ledger)
    work_to_the_end(ledger, store, tmp_path, most=6)
    paths = sorted(read_shelf(store, RECORD).artifacts)
    incomplete, garbled, lacking, *_ = paths
    store.remove(f"{incomplete}/{MANIFEST_FILE}")
    store.write(f"{garbled}/{MANIFEST_FILE}", b'{"job_id": "jo')
    store.remove(f"{lacking}/{DATA}")
    moved = f"jobs/{JOB_ID}/train/0-moved"
    store.write(f"{moved}/{MANIFEST_FILE}", store.read(f"{paths[3]}/{MANIFEST_FILE}"))
    foreign = ArtifactWriter(store, JOB_ID, "parse", "0009", "e1-x", config_sha256="another")
    foreign.commit()
    store.write(f"jobs/{JOB_ID}/train/0-checkpoints/e1-x/step-1/complete.json", b"{}")

    shelf = read_shelf(store, RECORD)
    assert sorted(shelf.artifacts) == paths[3:]
    assert shelf.ignored == {
        incomplete: "incomplete",
        garbled: "unreadable manifest",
        lacking: "files missing",
        moved: "not where its manifest says",
        foreign.path: "of another specification",
    }
