"""An artifact is complete when its manifest is there, and only when its counts add up."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agent.errors import ArtifactCorrupt, Superseded
from agent.job.artifacts import Tally
from agent.job.records import Candidate, Page, Rejected
from agent.store import ArtifactReader, ArtifactWriter, Store, artifact_path, read_failures

CANDIDATES = [
    Candidate(id=f"{number:016x}", url=f"http://a.example/{number}", source="site:http://a.example/", score=0.5)
    for number in range(3)
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def a_writer(store: Store, attempt: str = "e1") -> ArtifactWriter:
    return ArtifactWriter(
        store, "job", "retrieve", "0000", attempt, config_sha256="c0ffee", inputs=["jobs/job/discover/0-e1"]
    )


def committed(store: Store) -> str:
    writer = a_writer(store)
    writer.receive("documents", 3)
    writer.keep("documents", 2)
    writer.reject("documents", CANDIDATES[2].id, "robots", "Disallow: /", url=CANDIDATES[2].url, record=CANDIDATES[2])
    writer.write_records("pages.jsonl", CANDIDATES[:2])
    writer.facts["bytes"] = 12
    writer.commit()
    return writer.path


def test_two_attempts_at_a_unit_never_share_a_folder() -> None:
    assert artifact_path("job", "parse", "0000", "e1") == "jobs/job/parse/0000-e1"
    assert artifact_path("job", "parse", "0000", "e2") == "jobs/job/parse/0000-e2"


def test_what_a_unit_wrote_is_read_back_with_its_counts_and_origin(store: Store) -> None:
    reader = ArtifactReader(store, committed(store))
    manifest = reader.manifest
    assert list(reader.records("pages.jsonl", Candidate)) == CANDIDATES[:2]
    assert manifest.tallies == {"documents": Tally(received=3, kept=2, rejected={"robots": 1})}
    assert (manifest.job_id, manifest.stage, manifest.shard, manifest.attempt) == ("job", "retrieve", "0000", "e1")
    assert (manifest.config_sha256, manifest.inputs) == ("c0ffee", ("jobs/job/discover/0-e1",))
    assert manifest.facts == {"bytes": 12}
    assert manifest.producer.startswith("finetune-agent")
    entry = manifest.files["pages.jsonl"]
    assert entry.records == 2
    assert entry.sha256 == hashlib.sha256(reader.read_file("pages.jsonl")).hexdigest()


def test_a_rejected_item_can_be_read_again_with_its_reason(store: Store) -> None:
    (row,) = ArtifactReader(store, committed(store)).rejected()
    assert row == Rejected(
        id=CANDIDATES[2].id,
        url=CANDIDATES[2].url,
        noun="documents",
        reason="robots",
        detail="Disallow: /",
        record=CANDIDATES[2].model_dump(mode="json"),
    )


@pytest.mark.parametrize(("received", "kept"), [(3, 2), (2, 3), (0, 1)])
def test_counts_that_do_not_reconcile_are_never_committed(store: Store, received: int, kept: int) -> None:
    writer = a_writer(store)
    writer.receive("documents", received)
    writer.keep("documents", kept)
    with pytest.raises(ArtifactCorrupt, match="documents do not reconcile"):
        writer.commit()
    assert not store.exists(f"{writer.path}/manifest.json")


def test_every_noun_must_reconcile(store: Store) -> None:
    writer = a_writer(store)
    writer.receive("chunks", 1)
    writer.keep("chunks", 1)
    writer.reject("examples", "e1", "too_short")
    with pytest.raises(ArtifactCorrupt, match="examples do not reconcile"):
        writer.commit()


def test_what_broke_is_told_apart_from_what_a_rule_refused(store: Store) -> None:
    writer = a_writer(store)
    writer.receive("documents", 3)
    writer.reject("documents", "a", "robots")
    writer.reject("documents", "b", "http_500", failed=True)
    writer.reject("documents", "c", "http_500", failed=True)
    assert writer.commit().tallies["documents"] == Tally(received=3, rejected={"robots": 1}, failed={"http_500": 2})
    assert [row.failed for row in ArtifactReader(store, writer.path).rejected()] == [False, True, True]


def test_an_artifact_without_its_manifest_is_not_there(store: Store) -> None:
    writer = a_writer(store)
    writer.write_records("pages.jsonl", CANDIDATES)
    with pytest.raises(ArtifactCorrupt, match=r"manifest\.json is missing"):
        ArtifactReader(store, writer.path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"job_id": "job"}', b"\xff\xfe"])
def test_a_damaged_manifest_is_corrupt(store: Store, content: bytes) -> None:
    path = committed(store)
    store.write(f"{path}/manifest.json", content)
    with pytest.raises(ArtifactCorrupt) as error:
        ArtifactReader(store, path)
    assert f"{path}/manifest.json is no manifest" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_changed_after_the_commit_is_corrupt(store: Store) -> None:
    path = committed(store)
    store.write(f"{path}/pages.jsonl", store.read(f"{path}/pages.jsonl") + b"\n")
    with pytest.raises(ArtifactCorrupt, match=r"pages.jsonl has changed"):
        list(ArtifactReader(store, path).records("pages.jsonl", Candidate))


def test_a_file_that_the_manifest_does_not_name_is_not_read(store: Store) -> None:
    path = committed(store)
    store.write(f"{path}/smuggled.jsonl", b"{}\n")
    with pytest.raises(ArtifactCorrupt, match=r"no file smuggled.jsonl"):
        ArtifactReader(store, path).read_file("smuggled.jsonl")


def test_a_line_that_is_no_such_record_is_named(store: Store) -> None:
    with pytest.raises(ArtifactCorrupt) as error:
        list(ArtifactReader(store, committed(store)).records("pages.jsonl", Page))
    assert str(error.value) == "jobs/job/retrieve/0000-e1/pages.jsonl, line 1, is no Page: size_bytes: Field required."


def test_text_with_every_kind_of_line_break_stays_one_record(store: Store) -> None:
    odd = CANDIDATES[0].model_copy(update={"title": "a\nb\r\nc\u2028d\u2029e\x85f\x0bg\x0ch\x1ci"})
    writer = a_writer(store)
    assert writer.write_records("pages.jsonl", [odd, CANDIDATES[1]]) == 2
    writer.commit()
    assert list(ArtifactReader(store, writer.path).records("pages.jsonl", Candidate)) == [odd, CANDIDATES[1]]


def test_a_folder_is_part_of_the_artifact_with_a_hash_for_each_file(store: Store, tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "tokenizer").mkdir(parents=True)
    (model / "weights.bin").write_bytes(b"w" * 3_000_000)
    (model / "tokenizer" / "vocab.json").write_text("{}")
    writer = a_writer(store)
    writer.put_folder(model, "model")
    files = writer.commit().files
    assert {name for name in files if name.startswith("model/")} == {"model/weights.bin", "model/tokenizer/vocab.json"}
    assert files["model/weights.bin"].sha256 == hashlib.sha256(b"w" * 3_000_000).hexdigest()
    assert files["model/weights.bin"].size_bytes == 3_000_000
    reader = ArtifactReader(store, writer.path)
    assert (reader.folder("model", tmp_path / "scratch") / "tokenizer" / "vocab.json").read_text() == "{}"


def test_a_writer_that_lost_its_unit_writes_nothing_more(store: Store, tmp_path: Path) -> None:
    def superseded() -> None:
        raise Superseded("Another worker has it.")

    writer = ArtifactWriter(store, "job", "retrieve", "0000", "e1-a", guard=superseded)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.bin").write_bytes(b"w")
    for write in (
        lambda: writer.write_file("pages.jsonl", b""),
        lambda: writer.put_folder(tmp_path / "model", "model"),
        writer.commit,
    ):
        with pytest.raises(Superseded):
            write()
    assert store.list("jobs") == []


def test_the_same_work_makes_the_same_files(tmp_path: Path) -> None:
    hashes = []
    for folder in ("one", "two"):
        store = Store(str(tmp_path / folder))
        hashes.append(ArtifactReader(store, committed(store)).manifest.files)
    assert hashes[0] == hashes[1]


def test_an_artifact_is_the_same_on_a_store_that_is_no_disk(store: Store, tmp_path: Path) -> None:
    remote = Store("memory://artifacts")
    here, there = ArtifactReader(store, committed(store)), ArtifactReader(remote, committed(remote))
    assert here.manifest.files == there.manifest.files
    assert list(there.records("pages.jsonl", Candidate)) == CANDIDATES[:2]


def test_what_a_failed_unit_had_set_aside_is_read_again_and_makes_no_artifact(store: Store) -> None:
    writer = a_writer(store)
    writer.receive("documents", 2)
    writer.reject("documents", CANDIDATES[0].id, "off_topic", url=CANDIDATES[0].url, record=CANDIDATES[0])
    writer.facts["sources"] = [{"source": "arxiv"}]
    writer.leave_failure("Nothing is left.")
    (failure,) = read_failures(store, "job", "retrieve")
    assert (failure.reason, failure.facts) == ("Nothing is left.", {"sources": [{"source": "arxiv"}]})
    assert [(row.url, row.reason, row.record) for row in failure.rejected] == [(CANDIDATES[0].url, "off_topic", {})]
    with pytest.raises(ArtifactCorrupt):
        ArtifactReader(store, writer.path)


def test_of_a_unit_that_failed_again_the_last_try_counts_and_none_once_it_is_done(store: Store) -> None:
    for shard, attempt in (("0000", "e10-af"), ("0000", "e9-c0"), ("0001", "e2-aa")):
        ArtifactWriter(store, "job", "retrieve", shard, attempt).leave_failure(f"{shard} {attempt}")
    reasons = [failure.reason for failure in read_failures(store, "job", "retrieve")]
    assert reasons == ["0000 e10-af", "0001 e2-aa"]
    ArtifactWriter(store, "job", "retrieve", "0001", "e3-bb").commit()
    assert [failure.reason for failure in read_failures(store, "job", "retrieve")] == ["0000 e10-af"]


def test_a_stage_without_failures_or_with_an_unreadable_one_has_none(store: Store) -> None:
    assert read_failures(store, "job", "retrieve") == []
    store.write("jobs/job/retrieve/0000-e1/failure.json", b"{")
    assert read_failures(store, "job", "retrieve") == []
