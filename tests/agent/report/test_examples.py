"""The report's section on the training examples, from artifacts that the stages really made."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Stage
from agent.job.result import JobResult
from agent.job.states import JobState
from agent.ledger.memory import MemoryLedger
from agent.report.write import write_report
from tests.agent.dataset.made import FACTS, MAP, made_job
from tests.workers.generate.desk import JOB


def report(folder: Path, until: Stage = Stage.ASSEMBLE, *, damage: str = "") -> str:
    """The page of a job as far as ``until``; the file whose name has ``damage`` in it is gone."""
    ledger = MemoryLedger()
    desk = made_job(folder, ledger, until=until)
    for file in folder.rglob(damage) if damage else ():
        file.unlink()
    result = JobResult(
        job_id=JOB, state=JobState.TRAINING, reason="", verdict=None, evaluation=None, funnel={}, model_uri="",
        provenance_uri="",
    )  # fmt: skip
    return Path(write_report(ledger.view(JOB), ledger.outputs(JOB), desk.store, result)).read_text()


def test_rows_stand_with_the_run_of_text_that_supports_them(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert "<h2>The training examples</h2>" in page
    assert any(f"<mark>{fact}</mark>" in page for fact in FACTS)
    assert f"finetune data {JOB} --explain" in page


def test_kinds_stand_beside_their_target_and_the_forecast_above_them(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert "factual" in page and "Aimed at" in page and "Difficulty" in page
    assert page.index("Too few steps") < page.index("Kind, of rows that ask something")
    assert "No alert while they were made" in page


def test_what_was_set_aside_stands_with_its_reason_and_an_instance(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert "Why examples were set aside" in page and "duplicate" in page


def test_a_job_without_examples_has_no_such_section(tmp_path: Path) -> None:
    assert "The training examples" not in report(tmp_path, Stage.CURATE)


def test_while_examples_are_made_there_is_what_is_known_and_no_forecast(tmp_path: Path) -> None:
    page = report(tmp_path, Stage.GENERATE)
    assert "<h2>The training examples</h2>" in page and "Forecast before training" not in page


@pytest.mark.parametrize("lost", ["examples.jsonl", "documents.jsonl", "train.jsonl"])
def test_a_file_that_is_gone_costs_the_section_and_not_the_report(tmp_path: Path, lost: str) -> None:
    page = report(tmp_path, damage=lost)
    assert "the training examples: " in page and lost in page
    assert "<h2>The training examples</h2>" not in page


def test_topics_of_the_map_are_listed_when_there_are_several(tmp_path: Path) -> None:
    assert len(MAP.topics) == 1 and "Of the subject" not in report(tmp_path)
