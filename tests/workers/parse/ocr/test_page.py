"""Pages read by real Tesseract: places on the page, what was chosen, and the pages that stand on their heads."""

from __future__ import annotations

from typing import Any

import pymupdf as typed_in_part
import pytest

from agent.errors import DocumentRejected
from agent.job.records import Decision
from tests.bench.degraded_pages import Harm, Scan, Source, as_pdf_page, character_errors, scan
from workers.parse.ocr import recognise
from workers.parse.ocr.page import OcrPage, read_page

pymupdf: Any = typed_in_part

SHORT = Source("a short page", size=12, text="quantum-annealing-scan.md", start=60, height_points=110)
GERMAN = "Die Größen, die man messen kann, werden durch Operatoren dargestellt. Für jede Messung gibt es Ergebnisse."
RUSSIAN = "Квантовая механика описывает свойства систем. Состояние системы задаётся вектором. " * 3


def read(page: Scan, language: str = "eng") -> OcrPage:
    return read_page(as_pdf_page(page), 3, language)


def text(found: OcrPage) -> str:
    return "\n".join(line.text for line in found.lines)


def decision(found: OcrPage, step: str) -> Decision:
    return next(one for one in found.decisions if one.step == step)


def printed(sentence: str) -> Any:
    """A page with the sentence as a picture of 200 dpi."""
    page = pymupdf.open().new_page(width=400, height=160)
    writer = pymupdf.TextWriter(page.rect)
    writer.fill_textbox((30, 20, 370, 150), sentence, font=pymupdf.Font("cjk"), fontsize=12)  # has Cyrillic too
    writer.write_text(page)
    scanned = pymupdf.open().new_page(width=400, height=160)
    scanned.insert_image(scanned.rect, pixmap=page.get_pixmap(dpi=200, alpha=False))
    return scanned


def test_lines_stand_where_they_are_on_the_page_also_when_it_lay_askew() -> None:
    level, askew = read(scan(SHORT, Harm("level"))), read(scan(SHORT, Harm("askew", skew_degrees=4)))
    first, same = level.lines[0], askew.lines[0]
    assert first.text == same.text
    # The glass is larger than the page that lies on it; its middle is the page's.
    wider = 4 * SHORT.height_points / 100
    assert same.x0 - first.x0 == pytest.approx(wider, abs=wider) and same.size == pytest.approx(first.size, rel=0.1)
    assert 0.9 < (first.confidence or 0) <= 1
    assert decision(level, "ocr.prepare").choice == "as it is"
    assert decision(askew, "ocr.prepare").choice == "deskew"
    assert decision(askew, "ocr.prepare").reason == "it lies 4.0 degrees askew"
    assert decision(askew, "ocr.prepare").measured["skew_degrees"] == pytest.approx(-4, abs=0.1)
    assert {one.page for one in askew.decisions} == {3}


@pytest.mark.parametrize(("quarters", "steps"), [(2, "turn 180"), (1, "turn 90, turn 180")])
def test_a_page_that_stands_on_its_head_or_side_is_turned(quarters: int, steps: str) -> None:
    page = scan(SHORT, Harm("turned", quarter_turns=quarters))
    found = read(page)
    assert decision(found, "ocr.prepare").choice.startswith(steps)
    assert character_errors(text(found), page.gold) < 0.02


def test_a_page_whose_file_lies_about_its_resolution_is_read_by_the_height_of_its_letters() -> None:
    page = scan(SHORT, Harm("lies", dpi=90, claimed_dpi=400))
    found = read(page)
    assert decision(found, "ocr.prepare").choice == "enlarge"
    assert character_errors(text(found), page.gold) < 0.03


def test_german_is_read_with_its_own_pack() -> None:
    found = read_page(printed(GERMAN), 1, "auto")
    assert decision(found, "ocr.language").choice == "deu"
    assert "Größen" in text(found)


def test_a_script_without_a_pack_is_named_with_what_would_read_it_and_the_page_is_flagged() -> None:
    found = read_page(printed(RUSSIAN), 1, "auto")
    language = decision(found, "ocr.language")
    assert language.choice == "none" and "tesseract-ocr-rus" in language.reason
    assert decision(found, "ocr.confidence").choice == "low"


def test_a_page_that_takes_too_long_costs_itself_and_not_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognise, "PAGE_TIMEOUT_S", 0.01)
    found = read(scan(SHORT, Harm("level")))
    assert found.lines == []
    assert decision(found, "ocr.confidence").choice == "lost" and "0.01 s" in found.decisions[0].reason


def test_a_picture_that_declares_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    page = printed("small")
    page.parent.xref_set_key(page.get_images()[0][0], "Width", "2000000000")
    with pytest.raises(DocumentRejected) as refused:
        read_page(page, 1, "eng")
    assert refused.value.reason == "too_many_pixels"
