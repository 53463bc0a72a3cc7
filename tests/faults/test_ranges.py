"""Whoever reads a range of a long PDF dies in the middle of it: another reads it again, and the book is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Stage
from agent.job.records import Document
from agent.store import ArtifactReader
from tests.faults.cluster import RECOVERY_LIMIT_S, Cluster
from tests.faults.documents import write_documents
from tests.workers.parse.papers import column, paper

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

PAGES = 6


def write_book(folder: Path) -> Path:
    """A folder of a few documents and a PDF, no two sentences alike."""
    notes = sorted(write_documents(folder, 6).iterdir())
    texts = [note.read_text(encoding="utf-8") for note in notes]
    pages = [
        column([line[:90] for line in text.replace("qubit", f"photon{number}").splitlines() if line], 40, 60)
        for number, text in enumerate(texts)
    ]
    (folder / "book.pdf").write_bytes(paper(pages))
    return folder


@pytest.mark.slow_fault
def test_a_worker_killed_at_a_range_costs_that_range_a_second_start_and_nothing_else(
    tmp_path: Path, model: str
) -> None:
    with Cluster(tmp_path / "cluster") as cluster:
        cluster.start_workers("control", "crawl", "parse", "parse", "generate")
        cluster.order("parse/*-00003/started=stop*1")
        job = cluster.submit(write_book(tmp_path / "documents"), model, parse={"pages_per_unit": 2})
        held = cluster.held(job, "parse")
        cluster.worker_of(held).kill()
        fault_ms = cluster.now_ms()
        cluster.wait_for(job, "committed", "curate", timeout_s=90)
        story = cluster.story(job)
        recovery_s = story.recovery_s(held.unit, fault_ms)
        assert recovery_s is not None
        assert recovery_s <= RECOVERY_LIMIT_S
        assert (story.redone({held.unit: 1}), story.doubled(), story.lost()) == (0, 0, 0)
        cluster.assert_counts_reconcile(job)
        curated = ArtifactReader(cluster.client.store, job.outputs()[Stage.CURATE][0])
        (book,) = [each for each in curated.records("documents.jsonl", Document) if each.url.endswith("/book.pdf")]
        assert book.pages == PAGES
        assert all(f"photon{number}" in book.text for number in range(PAGES))
        assert not any(decision.step == "pdf.range" for decision in book.decisions)
        job.cancel()
