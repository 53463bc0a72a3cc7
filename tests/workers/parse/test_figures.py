"""The figures that the parse stage leaves for the report."""

from __future__ import annotations

from agent.job.records import Decision
from tests.workers.parse.shards import document
from workers.parse.figures import QUALITY_BINS, Figures
from workers.parse.judge import Judgement


def test_what_goes_on_is_counted_by_reader_page_and_what_was_done_to_it() -> None:
    figures = Figures()
    decisions = (
        Decision(step="ocr.confidence", choice="low", page=2),
        Decision(step="ocr.confidence", choice="good", page=3),
        Decision(step="pdf.layout", choice="model", page=4),
        Decision(step="clean.furniture", choice="removed", measured={"blocks": 2, "characters": 90}),
        Decision(step="clean.paragraphs", choice="joined", measured={"paragraphs": 3}),
    )
    scan = document("a", parser="pdf", pages=9, ocr_pages=2, masked={"email": 2}, decisions=decisions)
    figures.add(Judgement(document=scan))
    figures.add(Judgement(document=document("b", quality=0.71)))
    told = figures.facts()
    assert told["readers"] == {"markdown": 1, "pdf": 1}
    assert told["pages"] == {"layout": 1, "low_confidence": 1, "ocr": 2, "pages": 9}
    assert told["masked"] == {"email": 2} and told["removed"] == {"furniture": 90}
    assert told["quality_kept"][14] == 1 and told["quality_kept"][-1] == 1 and sum(told["quality_kept"]) == 2


def test_only_those_that_their_quality_keeps_out_are_drawn_as_rejected() -> None:
    figures = Figures()
    figures.add(Judgement(document=document("a", quality=0.0), reason="thin"))
    figures.add(Judgement(document=document("b", quality=0.9), reason="wrong_language"))
    assert figures.facts()["quality_rejected"] == [1] + [0] * (QUALITY_BINS - 1)
    assert figures.facts()["readers"] == {}
