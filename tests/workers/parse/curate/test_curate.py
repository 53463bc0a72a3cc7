"""The curate stage: what is left, how it is split and cut, and what is said when too little is left."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from agent.job.records import Chunk, Document, Split, Topic, TopicMap
from agent.spec import CurateConfig, GenerateConfig, JobSpec, PermissionConfig
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.workers.parse.shards import JOB, PROSE, document, parsed, spec, unit
from workers.parse.curate.curate import curate
from workers.parse.curate.figures import forecast_steps
from workers.runtime.work import Outcome

SENTENCES = PROSE.split(". ")
OFF_TOPIC = (
    "Prune roses in early spring, when the frost is over and the buds swell, and water the garden beds well. " * 6
)


def on_topic(number: int) -> Document:
    """A document on the subject that shares no run of words with the others."""
    words = PROSE.split()
    random.Random(number).shuffle(words)
    return document(f"d{number:02d}", PROSE.split(". ")[number % 5] + ". " + " ".join(words) + ".")


def run(root: Path, documents: list[Document], job: JobSpec) -> tuple[Outcome, ArtifactReader]:
    work = unit(root, "curate", [parsed(root, documents)], job)
    outcome = curate(work)
    work.output.commit()
    return outcome, ArtifactReader(work.store, work.output.path)


def test_documents_are_filtered_split_and_cut_and_all_are_accounted_for(tmp_path: Path) -> None:
    good = [on_topic(number) for number in range(12)]
    copy = good[0].model_copy(update={"id": "copy", "url": "file:///z.md"})
    closed = on_topic(20).model_copy(update={"licence": "CC-BY-ND-4.0"})
    job = spec(generate=GenerateConfig(shard_size=5))
    outcome, artifact = run(tmp_path, [*good, copy, closed, document("roses", OFF_TOPIC, title="Roses")], job)

    assert {one.id: one.reason for one in artifact.rejected() if one.noun == "documents"} == {
        "copy": "exact_duplicate",
        closed.id: "licence_no_derivatives",
        "roses": "off_topic",
    }
    splits = json.loads(artifact.read_file("splits.json"))
    assert splits.keys() == {one.id for one in good} and set(splits.values()) == {"train", "validation", "test"}
    files = [str(plan.params["file"]) for plan in outcome.successors]
    chunks = [chunk for file in files for chunk in artifact.records(file, Chunk)]
    assert all(chunk.split == splits[chunk.document_id] for chunk in chunks)
    assert [plan.shard for plan in outcome.successors] == [f"{n:04d}" for n in range(len(files))]
    assert all(plan.inputs == (artifact.path,) and plan.stage == "generate" for plan in outcome.successors)
    facts = artifact.manifest.facts
    assert sum(facts["documents_per_split"].values()) == 12 and facts["languages"] == {"en": 12}
    assert facts["train_tokens"] == sum(chunk.tokens for chunk in chunks if chunk.split is Split.TRAIN)


def test_the_map_of_the_subject_is_handed_on(tmp_path: Path) -> None:
    topics = TopicMap(subject="quantum computing", topics=(Topic(name="qubits", weight=1.0),))
    found = ArtifactWriter(Store(str(tmp_path)), JOB, "discover", "0", "e1")
    found.write_records("topics.jsonl", [topics])
    found.commit()
    work = unit(tmp_path, "curate", [found.path, parsed(tmp_path, [on_topic(number) for number in range(4)])], spec())
    curate(work)
    work.output.commit()
    assert list(ArtifactReader(work.store, work.output.path).records("topics.jsonl", TopicMap)) == [topics]


def test_the_document_that_repeats_another_names_it(tmp_path: Path) -> None:
    good = [on_topic(number) for number in range(4)]
    copy = good[0].model_copy(update={"id": "copy", "url": "file:///z.md"})
    _, artifact = run(tmp_path, [*good, copy], spec())
    (rejected,) = [one for one in artifact.rejected() if one.noun == "documents"]
    assert "file:///d00.md" in rejected.detail
    stands_for = {each.id: each.copies for each in artifact.records("documents.jsonl", Document) if each.copies}
    assert stands_for == {"d00": ("file:///z.md",)}


def test_of_two_copies_the_freer_licence_stays_although_the_other_is_nearer_to_the_subject(tmp_path: Path) -> None:
    good = [on_topic(number) for number in range(4)]
    closer = good[0].model_copy(update={"id": "closer", "licence": "CC-BY-SA-4.0", "score": 0.9})
    _, artifact = run(tmp_path, [closer, *good], spec())
    (rejected,) = [one for one in artifact.rejected() if one.noun == "documents"]
    assert rejected.id == "closer" and rejected.detail.endswith("kept: freer licence")
    (kept,) = [each for each in artifact.records("documents.jsonl", Document) if each.copies]
    assert [(each.step, each.reason) for each in kept.decisions] == [
        ("curate.copies", "freer licence than file:///d00.md")
    ]


def test_what_counted_the_tokens_is_told(tmp_path: Path) -> None:
    _, artifact = run(tmp_path, [on_topic(number) for number in range(4)], spec())
    told = artifact.manifest.facts["tokenizer"]
    assert told["name"] == "estimate" and "no tokenizer" in told["reason"]


def test_overlap_repeats_blocks_but_no_text_of_its_own(tmp_path: Path) -> None:
    documents = [document(f"d{n}", *(on_topic(12 * n + m).text[-250:] for m in range(12))) for n in range(4)]
    config = CurateConfig(chunk_tokens=150, chunk_overlap_blocks=1, near_duplicate_similarity=1.0)
    outcome, artifact = run(tmp_path, documents, spec(curate=config))
    chunks = [each for plan in outcome.successors for each in artifact.records(str(plan.params["file"]), Chunk)]
    assert any(chunk.overlap for chunk in chunks)
    own = [text for chunk in chunks for text in chunk.own_text.split("\n\n")]
    assert len(own) == len(set(own))


def test_versions_of_one_work_are_never_parted(tmp_path: Path) -> None:
    works = [on_topic(number).model_copy(update={"doi": f"10.1/{number % 4}"}) for number in range(16)]
    _, artifact = run(tmp_path, works, spec())
    splits = json.loads(artifact.read_file("splits.json"))
    assert all(len({splits[each.id] for each in works if each.doi == f"10.1/{n}"}) == 1 for n in range(4))


def test_the_profile_decides_on_licences_found_while_parsing(tmp_path: Path) -> None:
    good = [on_topic(number).model_copy(update={"licence": "MIT"}) for number in range(3)]
    shared = on_topic(5).model_copy(update={"licence": "CC-BY-SA-4.0"})
    job = spec(permission=PermissionConfig(profile="strict"))
    unstated = on_topic(6).model_copy(update={"licence": ""})
    _, artifact = run(tmp_path, [*good, shared, unstated], job)
    assert {one.id: one.reason for one in artifact.rejected() if one.noun == "documents"} == {
        shared.id: "licence_outside_profile",
        "d06": "licence_unknown",
    }


def test_too_few_documents_fail_with_counts_reasons_and_the_next_step(tmp_path: Path) -> None:
    documents = [on_topic(1), document("roses", OFF_TOPIC, title="Roses")]
    with pytest.raises(NotEnoughData) as caught:
        run(tmp_path, documents, spec())
    assert "1 of 2 fetched documents are left, and 3 are needed" in caught.value.message
    assert "off_topic (1)" in caught.value.message and "curate.min_relevance" in caught.value.next_step


def test_documents_without_a_usable_chunk_fail_before_anything_is_generated(tmp_path: Path) -> None:
    job = spec(curate=CurateConfig(chunk_tokens=220, min_chunk_tokens=200))
    with pytest.raises(NotEnoughData, match=r"too_short"):
        run(tmp_path, [document(f"d{n}", SENTENCES[n] + " on quantum computing.") for n in range(5)], job)


def test_the_same_documents_give_the_same_artifact(tmp_path: Path) -> None:
    documents = [on_topic(number) for number in range(9)]
    _, one = run(tmp_path / "1", documents, spec())
    _, other = run(tmp_path / "2", documents, spec())
    assert one.manifest.files == other.manifest.files


def test_the_forecast_counts_packed_sequences_and_obeys_the_limit() -> None:
    job = spec(train={"epochs": 2, "sequence_length": 256, "batch_sequences": 8})
    assert forecast_steps(20_480, job) == 20
    assert forecast_steps(1, job) == 1
    assert forecast_steps(20_480, spec(train={"max_steps": 7})) == 7
