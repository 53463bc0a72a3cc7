"""Records as JSON for ``--json``. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from agent.cli.exits import exit_code_of
from agent.dataset.alerts import Alert
from agent.dataset.forecast import Forecast
from agent.dataset.origin import Origin
from agent.dataset.summary import Summary
from agent.discovery import Discovery
from agent.job.cost_forecast import CostForecast
from agent.job.coverage import covered
from agent.job.job import JobRecord
from agent.job.machine import StageCounts
from agent.job.progress import eta_s, measure
from agent.job.restored import Restored
from agent.job.result import JobResult
from agent.ledger.contract import JobView
from agent.restore import StoredJob


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
        "failures": [failure.model_dump(mode="json") for failure in result.failures],
        "skipped": dict(result.skipped),
        "usage": {stage: asdict(usage) for stage, usage in result.usage.items()},
        "model_uri": result.model_uri,
        "provenance_uri": result.provenance_uri,
        "report_uri": result.report_uri,
        "exit_code": exit_code_of(result.state),
    }


def job_payload(job: JobRecord) -> dict[str, Any]:
    """A job's record with its specification."""
    return job.model_dump(mode="json")


def stored_payload(job: StoredJob) -> dict[str, Any]:
    """A job as the store knows it: its record, and the last stage that left a complete artifact."""
    return {"job": job_payload(job.record), "furthest": job.furthest}


def restored_payload(restored: Restored) -> dict[str, Any]:
    """What bringing a job back came to, by stage, and each artifact that does not count with the reason."""
    return {
        "event": "restored",
        "job_id": restored.record.id,
        "state": restored.record.state,
        "stages": {
            stage: {"done": counts.done, "remaining": counts.pending, "given_up": counts.set_aside}
            for stage, counts in restored.stages.items()
            if counts != StageCounts()
        },
        "ignored": dict(restored.ignored),
    }


def status_payload(
    view: JobView,
    waiting: str,
    alerts: Sequence[Alert] = (),
    forecast: Forecast | None = None,
    foreseen: CostForecast | None = None,
) -> dict[str, Any]:
    """Where a job stands: record, stages, estimate, what it waits for, parts that were given up, alerts and forecast of
    its examples, what its language models took and are expected to take."""
    return {
        "job": job_payload(view.job),
        "stages": [asdict(stage) for stage in measure(view)],
        "eta_s": eta_s(view),
        "waits_for": waiting,
        "given_up": {stage: dict(each.faults) for stage, each in view.stages.items() if each.faults},
        "alerts": [asdict(alert) for alert in alerts],
        "forecast": forecast.model_dump(mode="json") if forecast else None,
        "spent": asdict(view.spent),
        "foreseen": asdict(foreseen) if foreseen else None,
    }


def summary_payload(summary: Summary) -> dict[str, Any]:
    """Counts of a dataset by split, kind, difficulty and topic, what was set aside, alerts, forecast."""
    counts = summary.counts
    return {
        "event": "dataset",
        "job_id": summary.job_id,
        "standing": summary.standing,
        "rows": counts.rows,
        "documents": len(counts.documents),
        "splits": dict(counts.splits),
        "kinds": {name: dict(splits) for name, splits in counts.kinds.items()},
        "difficulties": {name: dict(splits) for name, splits in counts.difficulties.items()},
        "topics": {name: dict(splits) for name, splits in counts.topics.items()},
        "set_aside": {stage: dict(reasons) for stage, reasons in summary.set_aside.items()},
        "alerts": [asdict(alert) for alert in summary.alerts],
        "forecast": summary.forecast.model_dump(mode="json") if summary.forecast else None,
    }


def origin_payload(origin: Origin) -> dict[str, Any]:
    """A row with its example, and for each chunk its spans, their blocks, the document, the decision."""
    return {
        "event": "origin",
        "row": asdict(origin.row),
        "standing": origin.standing,
        "example": origin.example.model_dump(mode="json"),
        "supports": [
            {
                "chunk": support.chunk.model_dump(mode="json", exclude={"blocks"}),
                "text": support.chunk.text,
                "spans": [span.model_dump(mode="json") for span in support.spans],
                "blocks": [block.model_dump(mode="json") for block in support.blocks],
                "document": support.document.model_dump(mode="json", exclude={"blocks"}) if support.document else None,
                "decision": support.decision.model_dump(mode="json") if support.decision else None,
            }
            for support in origin.supports
        ],
    }


def discovery_payload(discovery: Discovery) -> Iterator[dict[str, Any]]:
    """A line for each document, topic and rejection, and one for the sources."""
    for place, candidate in enumerate(discovery.candidates, 1):
        yield {"event": "candidate", "place": place, **candidate.model_dump(mode="json")}
    for line in covered(discovery.candidates, discovery.topics):
        yield {"event": "topic", **line._asdict()}
    for item in discovery.rejected:
        yield {"event": "set_aside", "url": item.url, "reason": item.reason, "detail": item.detail}
    yield {"event": "discovery", "queries": [query.model_dump() for query in discovery.queries], **discovery.facts}
