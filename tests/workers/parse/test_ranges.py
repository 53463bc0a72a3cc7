"""Long PDFs: divided by the unit that meets them, read in ranges, joined and judged before anything else is curated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.job.artifacts import UnitPlan
from agent.job.records import Document, Rejected
from agent.spec import JobSpec, ParseConfig
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.workers.parse.papers import column, paper
from tests.workers.parse.shards import JOB, PROSE, retrieved, spec, unit
from workers.parse.curate.books import documents_of, join_books
from workers.parse.parse import parse
from workers.parse.ranges import PARTS, Part, ranges_of
from workers.runtime.work import StageWork

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
CONFIG = ParseConfig(pages_per_unit=4, min_words=5, min_quality=0, languages=())


def book(pages: int = 10) -> bytes:
    """Each page says which one it is, in sentences that no page shares."""
    lines = [PROSE[start : start + 80] for start in range(0, len(PROSE), 80)]
    return paper([column([f"This is what page {WORDS[number]} says.", *lines], 60, 120) for number in range(pages)])


def work_of(root: Path, plan: UnitPlan, job: JobSpec) -> StageWork:
    """The unit that a plan asks for."""
    work = unit(root, plan.stage, plan.inputs, job)
    output = ArtifactWriter(work.store, JOB, plan.stage, plan.shard, "e1", inputs=plan.inputs)
    return replace(work, shard=plan.shard, params=plan.params, output=output)


def run(root: Path, work: StageWork) -> tuple[tuple[UnitPlan, ...], ArtifactReader]:
    """The unit run to its end."""
    outcome = parse(work)
    work.output.commit(outcome.successors)
    return outcome.successors, ArtifactReader(Store(str(root)), work.output.path)


def curated(root: Path, inputs: list[str], job: JobSpec) -> tuple[list[Document], StageWork]:
    """The documents that curate begins with."""
    work = unit(root, "curate", inputs, job)
    join_books(work, "documents")
    return list(documents_of(work)), work


def test_ranges_are_even_and_leave_out_no_page() -> None:
    assert ranges_of(100, 100) == ((1, 100),)
    assert ranges_of(101, 100) == ((1, 50), (51, 101))
    assert ranges_of(1000, 100)[-1] == (901, 1000)


def test_a_long_paper_is_read_in_ranges_and_joined_to_what_it_would_have_been(tmp_path: Path) -> None:
    job = spec(parse=CONFIG)
    papers = {"file:///book.pdf": book(), "file:///short.pdf": book(2)}
    successors, divided = run(tmp_path, unit(tmp_path, "parse", [retrieved(tmp_path, papers)], job))
    assert [(each.params["first_page"], each.params["last_page"]) for each in successors] == [(1, 3), (4, 6), (7, 10)]
    assert divided.manifest.tallies["documents"].kept == 2
    parts = [run(tmp_path, work_of(tmp_path, plan, job))[1] for plan in successors]
    assert [part.manifest.tallies[PARTS].kept for part in parts] == [1, 1, 1]

    documents, work = curated(tmp_path, [divided.path, *(part.path for part in parts)], job)
    assert [document.pages for document in documents] == [2, 10]
    assert list(documents_of(work)) == documents, "curate reads them twice"
    assert not work.output.tallies

    undivided = spec(parse=CONFIG.model_copy(update={"pages_per_unit": 100}))
    (tmp_path / "whole").mkdir()
    _, whole = run(
        tmp_path / "whole", unit(tmp_path / "whole", "parse", [retrieved(tmp_path / "whole", papers)], undivided)
    )
    at_once = next(whole.records("documents.jsonl", Document))
    assert documents[1].text == at_once.text
    assert documents[1].title == at_once.title


@pytest.mark.parametrize(("lost", "kept"), [({4}, True), ({1, 7}, False)])
def test_a_book_is_used_without_a_range_that_could_not_be_read_but_not_without_most_of_them(
    tmp_path: Path, lost: set[int], kept: bool
) -> None:
    job = spec(parse=CONFIG)
    inputs = [retrieved(tmp_path, {"file:///book.pdf": book()})]
    successors, divided = run(tmp_path, unit(tmp_path, "parse", inputs, job))
    parts = [
        run(tmp_path, work_of(tmp_path, plan, job))[1].path
        for plan in successors
        if plan.params["first_page"] not in lost
    ]
    documents, work = curated(tmp_path, [divided.path, *parts], job)
    if kept:
        decision = documents[0].decisions[-1]
        assert (decision.step, decision.choice, decision.page) == ("pdf.range", "left_out", 4)
        assert "pages 4 to 6 are missing" in decision.reason
    else:
        assert work.output.tallies["documents"].rejected == {"unit_lost": 1}
        assert work.output.tallies["documents"].reconciles


def test_a_range_that_is_refused_says_why(tmp_path: Path) -> None:
    job = spec(parse=CONFIG)
    successors, _ = run(tmp_path, unit(tmp_path, "parse", [retrieved(tmp_path, {"file:///book.pdf": book()})], job))
    terse = spec(parse=CONFIG.model_copy(update={"max_text_mb": 0.0001}))
    _, artifact = run(tmp_path, work_of(tmp_path, successors[0], terse))
    part = next(artifact.records("parts.jsonl", Part))
    assert (part.reading, part.reason) == (None, "too_much_text")
    rejected = next(artifact.records("rejected.jsonl", Rejected))
    assert rejected.detail.startswith("pages 1 to 3: ")
    assert artifact.manifest.tallies[PARTS].reconciles
