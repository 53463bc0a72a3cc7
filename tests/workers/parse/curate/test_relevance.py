"""Relevance of whole documents to the subject."""

from __future__ import annotations

from agent.job.records import Block, BlockKind
from tests.workers.parse.shards import PROSE, document
from workers.parse.curate.relevance import relevance

ROSES = "Prune the roses in early spring, when the frost is over, and water the garden beds in the evening. " * 12


def test_a_document_on_the_subject_scores_far_above_one_on_something_else() -> None:
    on, off = relevance("quantum computing", [document("a", PROSE), document("b", ROSES, title="Roses")])
    assert on > 0.3 and off < 0.15


def test_a_chapter_on_the_subject_is_enough() -> None:
    survey = document("a", ROSES, PROSE, PROSE, PROSE, PROSE, ROSES, title="Things of interest")
    (score,) = relevance("quantum computing", [survey])
    assert score > 0.3


def test_a_document_without_prose_is_judged_by_its_title() -> None:
    code = Block(kind=BlockKind.CODE, text="x = 1")
    on, off = relevance(
        "quantum computing", [document("a", code, title="Quantum computing"), document("b", code, title="Roses")]
    )
    assert on > 0.7 > off
