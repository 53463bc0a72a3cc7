"""Reads a job's result from the artifacts of its last stages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from agent.contract import Stage
from agent.discovery import skipped
from agent.errors import ArtifactCorrupt
from agent.job.evaluation import Evaluation, Verdict
from agent.job.result import JobResult
from agent.ledger.contract import JobView, Outputs
from agent.report import write_report
from agent.store import ArtifactReader, Store, read_failures
from agent.usage import read_cost_forecast, read_usage

EVALUATION_FILE = "evaluation.json"
VERDICT_FILE = "verdict.json"
PROVENANCE_FILE = "provenance.json"


def read_result(view: JobView, outputs: Outputs, store: Store) -> JobResult:
    """What the job has made so far; writes its report beside the artifacts.

    Raises:
        ArtifactCorrupt: an artifact is missing or was changed.
    """
    evaluated = _reader(outputs, store, Stage.EVALUATE)
    published = _reader(outputs, store, Stage.PUBLISH)
    evaluation = Evaluation.model_validate_json(evaluated.read_file(EVALUATION_FILE)) if evaluated else None
    verdict = Verdict.model_validate_json(published.read_file(VERDICT_FILE)) if published else None
    model_uri = str(published.manifest.facts.get("model_uri", "")) if published else ""
    result = JobResult(
        job_id=view.job.id,
        state=view.job.state,
        reason=view.job.reason,
        verdict=verdict,
        evaluation=evaluation,
        funnel={stage: each.tallies for stage, each in view.stages.items() if each.tallies},
        model_uri=model_uri,
        provenance_uri=store.uri(f"{published.path}/{PROVENANCE_FILE}") if published and model_uri else "",
        failures=read_failures(store, view.job.id, view.job.failed_stage) if view.job.failed_stage else (),
        skipped=_skipped(outputs, store),
        usage=read_usage(outputs, store),
        foreseen=read_cost_forecast(view.job, outputs, store),
    )
    return replace(result, report_uri=write_report(view, outputs, store, result))


def _skipped(outputs: Outputs, store: Store) -> dict[str, str]:
    """What discovery did without; nothing where its artifact is damaged: the report names that."""
    with suppress(ArtifactCorrupt):
        if discovered := _reader(outputs, store, Stage.DISCOVER):
            return skipped(discovered.manifest.facts)
    return {}


def _reader(outputs: Outputs, store: Store, stage: Stage) -> ArtifactReader | None:
    paths = outputs.get(stage, ())
    return ArtifactReader(store, paths[0]) if paths else None
