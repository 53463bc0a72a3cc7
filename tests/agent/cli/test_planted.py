"""What became of the traps of the demo site."""

from __future__ import annotations

from agent.cli.planted import PlantedCase, planted_cases
from agent.contract import Stage
from agent.report.evidence import DocumentRead, RejectedItem

BASE = "http://127.0.0.1:8800"


def _rejected(stage: Stage, path: str, reason: str) -> RejectedItem:
    return RejectedItem(stage, "documents", "id", BASE + path, reason, "", False)


ALL = [
    _rejected(Stage.DISCOVER, "/private/lab-notes.html", "robots_disallowed"),
    _rejected(Stage.RETRIEVE, "/library/all-rights.html", "licence_forbids_training"),
    _rejected(Stage.CURATE, "/mirror/grover.html", "near_duplicate"),
    _rejected(Stage.DISCOVER, "/garden/composting.html", "off_topic"),
    _rejected(Stage.DISCOVER, "/garden/sourdough.html", "off_topic"),
]
SCAN = DocumentRead(f"{BASE}/papers/quantum-annealing-scan.pdf", "ocr")


def _by_name(cases: list[PlantedCase]) -> dict[str, PlantedCase]:
    return {case.name: case for case in cases}


def test_every_case_is_handled_when_each_was_caught_for_its_reason() -> None:
    cases = planted_cases(ALL, [SCAN])
    assert len(cases) == 5
    assert all(case.handled for case in cases)


def test_a_case_says_in_which_stage_and_why() -> None:
    cases = _by_name(planted_cases(ALL, [SCAN]))
    assert cases["near duplicate"].found == "rejected in “Curate and split”: near duplicate"
    assert cases["off the subject"].found == "rejected in “Find documents”: off topic (2 pages)"
    assert cases["scan without a text layer"].found == "read by Tesseract"


def test_a_page_that_was_taken_is_not_handled() -> None:
    case = _by_name(planted_cases(ALL[1:], [SCAN]))["closed by robots.txt"]
    assert not case.handled
    assert case.found == "it was taken"


def test_a_page_that_went_for_another_reason_is_not_handled() -> None:
    wrong = _rejected(Stage.PARSE, "/library/all-rights.html", "too_short")
    case = _by_name(planted_cases([wrong], [SCAN]))["licence forbids derivatives"]
    assert not case.handled
    assert case.found == "rejected in “Read documents”: too short"


def test_a_scan_that_could_not_be_read_is_not_handled() -> None:
    rejected = _rejected(Stage.PARSE, "/papers/quantum-annealing-scan.pdf", "ocr_unavailable")
    assert not planted_cases([rejected], [])[-1].handled
    assert not planted_cases([], [DocumentRead(SCAN.url, "pdf")])[-1].handled
