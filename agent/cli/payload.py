"""Records as JSON for ``--json``. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agent.cli.exits import exit_code_of
from agent.job.job import JobRecord
from agent.job.progress import eta_s, measure
from agent.job.result import JobResult
from agent.ledger.contract import JobView


def result_payload(result: JobResult) -> dict[str, Any]:
    """A result with its figures, funnel, places and exit code."""
    return {
        "job_id": result.job_id,
        "state": result.state,
        "reason": result.reason,
        "published": result.published,
        "metrics": result.metrics,
        "verdict": result.verdict.model_dump(mode="json") if result.verdict else None,
        "evaluation": result.evaluation.model_dump(mode="json") if result.evaluation else None,
        "funnel": {
            stage: {noun: tally.model_dump() for noun, tally in tallies.items()}
            for stage, tallies in result.funnel.items()
        },
        "model_uri": result.model_uri,
        "provenance_uri": result.provenance_uri,
        "report_uri": result.report_uri,
        "exit_code": exit_code_of(result.state),
    }


def job_payload(job: JobRecord) -> dict[str, Any]:
    """A job's record with its specification."""
    return job.model_dump(mode="json")


def status_payload(view: JobView, waiting: str) -> dict[str, Any]:
    """Where a job stands: record, stages, estimate, what it waits for, parts that were given up."""
    return {
        "job": job_payload(view.job),
        "stages": [asdict(stage) for stage in measure(view)],
        "eta_s": eta_s(view),
        "waits_for": waiting,
        "given_up": {stage: dict(each.faults) for stage, each in view.stages.items() if each.faults},
    }
