"""What the report says of the search, of permission, and of a job that ended with it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.job.records import Query
from agent.ledger.contract import StageView
from agent.report import write_report
from agent.report.facts import PermissionFacts, SourceFacts
from agent.report.finding import finding_of, kept_out
from agent.results import read_result
from agent.spec import PermissionConfig
from agent.store import ArtifactWriter, Store
from tests.agent.report.sample import DISCOVER_FACTS, HOSTILE, JOB_ID, discovered_job, failed_job, finished_job
from tests.agent.report.sample import FinishedJob as Finished
from tests.agent.report.test_report import _Page


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(str(tmp_path))


def _html(job: Finished) -> str:
    return Path(write_report(job.view, job.outputs, job.store, job.result)).read_text()


def _text(job: Finished) -> str:
    return re.sub(r"[ \n\t]+", " ", _Page(_html(job)).text)


def test_queries_are_shown_heaviest_first_with_who_proposed_them_and_what_they_found(store: Store) -> None:
    text = _text(finished_job(store))
    assert "quantum computing 1.00 the subject itself 3 QEC 0.40 language model 0" in text


def test_each_source_shows_what_it_was_asked_and_gave_and_what_went_wrong(store: Store) -> None:
    text = _text(finished_job(store))
    assert "site:http://127.0.0.1:8800/ unseen 7 3 43 2" in text
    assert "ieee 1 0 0 needs a key <script>" in text
    assert "unpaywall not asked it needs retrieve.contact" in text


def test_permission_is_summed_over_the_stages_that_decide(store: Store) -> None:
    job = finished_job(store)
    outputs = {**job.outputs, Stage.RETRIEVE: (_left(store, "retrieve", "0000"), _left(store, "retrieve", "0001"))}
    text = _text(replace(job, outputs=outputs))
    assert "Profile share-alike" in re.sub(r"(?<=[a-z])(?=share)", " ", text)
    assert "Refused7" in text and "In quarantine4" in text
    assert "noncommercial 3, research 8." in text
    assert "4 documents state no licence and went into quarantine" in text
    assert "--profile noncommercial --intended-use noncommercial would admit 3 more" in text
    assert "of this unit alone" not in text


def _left(store: Store, stage: str, shard: str) -> str:
    output = ArtifactWriter(store, JOB_ID, stage, shard, "e1")
    output.facts["permission"] = {
        "profile": "share-alike", "intended_use": "commercial", "refused": 1, "quarantined": 1,
        "quarantined_of": {"arxiv": 1}, "more_under": {"research": 2}, "advice": "",
    }  # fmt: skip
    output.commit()
    return output.path


def test_a_units_own_advice_stands_where_the_sums_lead_to_none() -> None:
    told = [PermissionFacts(profile="strict", intended_use="commercial", advice=word) for word in ("Ask.", "Ask.", "")]
    figures = kept_out(told, PermissionConfig())
    assert figures is not None and figures.advice == "Ask."
    assert kept_out([], PermissionConfig()) is None


def test_of_a_source_that_was_asked_again_the_last_line_counts() -> None:
    lines = [SourceFacts(source="arxiv", error="down"), SourceFacts(source="arxiv", found=3)]
    found = finding_of([Query(text="qubits")], lines, [], [])
    assert found is not None
    assert [(line.asked.found, line.asked.error) for line in found.sources] == [(3, "")]
    assert finding_of([], [], [], []) is None


def test_a_job_that_ends_with_discovery_shows_the_ranked_documents(store: Store) -> None:
    job = discovered_job(store)
    text, page = _text(job), _Page(_html(job))
    assert "FOUND" in text and "3 documents, in the order in which they are taken" in text
    line = "On a http://127.0.0.1:8800/a.html gist 0.90 semantic 0.70"
    assert line in text
    assert "0.80 licence fits CC-BY-4.0 1\u00a0234 2024" in text
    assert "0.80 open until fetched not known yet – 2024" in text
    assert "http://127.0.0.1:8800/a.html" in [attributes.get("href") for tag, attributes in page.tags if tag == "a"]


def test_a_job_that_ends_with_discovery_says_nothing_of_training(store: Store) -> None:
    text = _text(discovered_job(store))
    absent = ("Base against tuned", "Loss while training", "NOT PUBLISHED", "base model", "Sources and licences",
              "train.lora_rank", "learned")  # fmt: skip
    assert [words for words in absent if words in text] == []
    assert "discover.max_documents" in text


def test_before_there_is_a_dataset_a_longer_job_shows_what_was_chosen(store: Store) -> None:
    job = finished_job(store)
    outputs = {Stage.DISCOVER: job.outputs[Stage.DISCOVER]}
    assert "The documents that were chosen 3 documents" in _text(replace(job, outputs=outputs))
    assert "The documents that were chosen" not in _text(job)


def test_a_failed_job_shows_what_its_unit_had_found_out(store: Store) -> None:
    text = _text(failed_job(store))
    assert "Find documents: 2 set aside" in text
    assert "off topic documents http://127.0.0.1:8800/roses/0.html" in text
    assert "Find documents until it failed documents 3 0 2 off topic –" in text
    assert "ieee 1 0 0 needs a key" in text
    assert "Refused5" in text


def test_what_two_failed_units_set_aside_alike_is_listed_once(store: Store) -> None:
    job = failed_job(store)
    twice = replace(job, result=replace(job.result, failures=(*job.result.failures, *job.result.failures)))
    assert "Find documents: 2 set aside" in _text(twice)


@pytest.mark.parametrize("make", [finished_job, discovered_job, failed_job])
def test_text_of_strangers_is_never_markup(store: Store, make: type) -> None:
    html = _html(make(store))
    assert "<script" not in html and "\x1b" not in html and "\u202e" not in html
    assert HOSTILE not in _Page(html).text
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "broken",
    [
        {"sources": [{"found": 3}]},
        {"sources": [*DISCOVER_FACTS["sources"], "no line"]},  # type: ignore[misc]
        {"sources": 3},
        {"not_asked": ["unpaywall"]},
        {"permission": {"profile": "share-alike", "intended_use": "commercial", "more_under": {"all": 1}}},
        {"permission": 7},
    ],
)
def test_figures_of_another_shape_cost_their_part_and_are_named(store: Store, broken: dict[str, object]) -> None:
    job = failed_job(store, {**DISCOVER_FACTS, **broken})
    text = _text(job)
    assert "discover, what the failed unit left: " in text
    assert "off topic documents http://127.0.0.1:8800/roses/0.html" in text


@pytest.mark.parametrize("file", ["queries.jsonl", "candidates.jsonl", "topics.jsonl", "manifest.json"])
def test_a_damaged_discover_artifact_costs_its_part_and_is_named(store: Store, file: str) -> None:
    job = discovered_job(store)
    (path,) = job.outputs[Stage.DISCOVER]
    store.write(f"{path}/{file}", b"changed")
    result = read_result(job.view, job.outputs, store)
    text = Path(result.report_uri).read_text()
    assert f"<code>{path}: " in text or f"{path}/{file}" in text
    assert "FOUND" in text


def test_a_discovery_that_has_not_begun_has_a_page(store: Store) -> None:
    job = discovered_job(store)
    view = replace(job.view, stages={stage: StageView(stage=stage) for stage in Stage})
    text = _text(replace(job, view=view, outputs={}, result=replace(job.result, funnel={})))
    assert "The documents" not in text and "How the documents were found" not in text
