"""The discover stage as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from agent.job.records import Candidate
from agent.store import ArtifactReader
from tests.workers.crawl.units import CrawlJob

ABOUT = "Quantum computers apply quantum gates to qubits, number {}, and measure superposed qubits."


def corpus(root: Path, name: str, count: int) -> str:
    """A ``dir:`` source with documents on the subject and one beside it."""
    folder = root / name
    folder.mkdir()
    for number in range(count):
        (folder / f"q{number}.txt").write_text(ABOUT.format(number))
    (folder / "roses.txt").write_text("Prune roses in late winter and mulch the flower bed with compost.")
    return f"dir:{folder}"


def test_candidates_are_ranked_cut_and_sharded_and_the_counts_reconcile(tmp_path: Path) -> None:
    source = corpus(tmp_path, "docs", 7)
    job = CrawlJob(tmp_path, [source], discover={"max_documents": 5}, retrieve={"shard_size": 2})
    outcome = job.discover()

    scores = [item.score for item in job.candidates()]
    assert len(scores) == 5 and scores == sorted(scores, reverse=True)
    reasons = sorted(row.reason for row in job.rejected("discover", "0").values())
    assert reasons == ["off_topic", "over_budget", "over_budget"]

    assert [(plan.stage, plan.shard) for plan in outcome.successors] == [
        ("retrieve", "0000"), ("retrieve", "0001"), ("retrieve", "0002"),
    ]  # fmt: skip
    sharded = [
        item.id
        for plan in outcome.successors
        for item in ArtifactReader(job.store, plan.inputs[0]).records(str(plan.params["file"]), Candidate)
    ]
    assert sorted(sharded) == sorted(item.id for item in job.candidates())


def test_a_source_that_fails_is_recorded_and_the_others_go_on(tmp_path: Path) -> None:
    good, bad = corpus(tmp_path, "docs", 2), f"dir:{tmp_path}/nowhere"
    job = CrawlJob(tmp_path, [bad, good])
    job.discover()

    told = {line["source"]: line for line in job.facts()["sources"]}
    assert "does not exist" in told[bad]["error"] and told[bad]["found"] == 0
    assert (told[good]["error"], told[good]["found"]) == ("", 3)


def test_the_same_document_from_two_sources_counts_once(tmp_path: Path) -> None:
    source = corpus(tmp_path, "docs", 3)
    job = CrawlJob(tmp_path, [source, f"{source}/"])
    job.discover()
    assert len({item.id for item in job.candidates()}) == len(job.candidates()) == 3


def test_every_candidate_shows_its_parts_and_the_facts_how_many_topics_are_covered(tmp_path: Path) -> None:
    job = CrawlJob(tmp_path, [corpus(tmp_path, "docs", 3)], discover={"expand": ()})
    job.discover()
    assert all({"semantic", "gist"} <= set(item.parts) for item in job.candidates())
    assert job.facts()["coverage"] == {"topics": 1, "covered": 1, "missing": []}
    far = next(row for row in job.rejected("discover", "0").values() if row.reason == "off_topic")
    assert far.detail.startswith("similarity 0.0") and far.detail.endswith("is below 0.2")


def test_when_nothing_is_left_each_source_is_named_with_its_reason(tmp_path: Path) -> None:
    beside, missing = corpus(tmp_path, "docs", 0), f"dir:{tmp_path}/nowhere"
    with pytest.raises(NotEnoughData) as caught:
        CrawlJob(tmp_path, [beside, missing]).discover()
    told = str(caught.value)
    assert f"{beside}: 1 off_topic" in told and "does not exist" in told and "min_relevance" in told
    assert "\n" not in told
