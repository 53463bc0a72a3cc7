"""What is printed when a job has ended."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from agent.cli.ending import print_end
from agent.cli.exits import exit_code_of
from agent.job.states import JobState
from agent.store import Store
from tests.agent.report.sample import JOB_ID, FinishedJob, finished_job


def _printed(job: FinishedJob) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None, highlight=False)
    print_end(console, job.view, job.result)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_published_job_shows_verdict_figures_answers_funnel_and_places(tmp_path: Path) -> None:
    shown = _printed(finished_job(Store(str(tmp_path))))
    assert shown.startswith(f"\nPUBLISHED  {JOB_ID}  5 min 00 s\n")
    assert "21.40    14.10" in shown
    assert "-36.0 to -31.9" in shown
    assert "✓ perplexity gain" in shown
    assert "What is a qubit?" in shown
    assert "3 off topic" in shown
    assert f"finetune chat {JOB_ID}" in shown
    for name in ("model", "report", "provenance"):
        assert f"\n{name:<11} {tmp_path}/jobs/{JOB_ID}/" in shown


def test_a_rejected_job_shows_cause_and_help_and_no_model(tmp_path: Path) -> None:
    shown = _printed(finished_job(Store(str(tmp_path)), JobState.REJECTED))
    assert shown.startswith("\nNOT PUBLISHED")
    assert "Likely cause: too few training rows (31)" in shown
    assert "What would help: add sources" in shown
    assert "✗ perplexity gain" in shown
    assert "finetune chat" not in shown


def test_a_failed_job_shows_where_why_and_how_to_go_on(tmp_path: Path) -> None:
    shown = _printed(finished_job(Store(str(tmp_path)), JobState.FAILED))
    assert shown.startswith("\nFAILED in “Train”")
    assert "the disk is full" in shown
    assert f"go on       finetune resume {JOB_ID}" in shown


def test_sources_that_gave_nothing_are_named_with_the_reason(tmp_path: Path) -> None:
    job = finished_job(Store(str(tmp_path)))
    result = replace(job.result, skipped={"ieee": "missing_key: IEEE_API_KEY is not set in this worker's environment"})
    shown = _printed(replace(job, result=result))
    assert "Skipped ieee: missing_key: IEEE_API_KEY is not set" in shown


def test_a_long_path_is_never_broken(tmp_path: Path) -> None:
    deep = tmp_path / ("folder" * 30)
    shown = _printed(finished_job(Store(str(deep))))
    assert f"{deep}/jobs/{JOB_ID}/report.html" in shown


def test_text_of_documents_cannot_steer_the_terminal(tmp_path: Path) -> None:
    shown = _printed(finished_job(Store(str(tmp_path))))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_exit_codes_are_those_of_the_help() -> None:
    codes = {state: int(exit_code_of(state)) for state in (JobState.COMPLETED, JobState.FAILED, JobState.REJECTED)}
    assert codes == {JobState.COMPLETED: 0, JobState.FAILED: 1, JobState.REJECTED: 3}
    assert exit_code_of(JobState.CANCELLED) == 1
