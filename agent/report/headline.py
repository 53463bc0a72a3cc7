"""The first lines about a job: published or not, why, and what would help. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.contract import Stage
from agent.job.result import JobResult
from agent.job.states import JobState
from agent.ledger.contract import JobView
from agent.report.words import duration, spoken, stage_name

Tone = Literal["good", "bad", "warn", "open"]


@dataclass(frozen=True)
class Headline:
    """A title with a tone, the time the job took, and sentences below."""

    title: str
    tone: Tone
    took: str
    lines: tuple[str, ...] = ()


def headline(view: JobView, result: JobResult) -> Headline:
    """What to say first about this job."""
    took = duration(elapsed_s(view))
    match result.state:
        case JobState.COMPLETED if result.verdict and not result.verdict.ship:
            lines = (
                "The gate said no; publish.publish_rejected asked for the model all the same.",
                *_why(result),
            )
            return Headline("PUBLISHED AGAINST THE GATE", "warn", took, lines)
        case JobState.COMPLETED if view.job.spec.until == "discover":
            return Headline("FOUND", "good", took, ("Nothing was trained: the job ends with the list of documents.",))
        case JobState.COMPLETED:
            return Headline("PUBLISHED", "good", took)
        case JobState.REJECTED:
            return Headline("NOT PUBLISHED", "bad", took, _why(result))
        case JobState.FAILED:
            where = f" in “{stage_name(view.job.failed_stage)}”" if view.job.failed_stage else ""
            return Headline(f"FAILED{where}", "bad", took, _sentences(result.reason, _resume(result)))
        case JobState.CANCELLED:
            return Headline("CANCELLED", "warn", took, _sentences(result.reason, _resume(result)))
        case _:
            return Headline(spoken(result.state).upper(), "open", took, _sentences(result.reason))


def elapsed_s(view: JobView) -> float:
    """Seconds from submission to the end of the last stage, or to now while the job is not over."""
    ended_ms = max((view.stages[stage].ended_ms for stage in Stage), default=0)
    until_ms = ended_ms if view.job.ended and ended_ms else view.now_ms
    return max(0.0, (until_ms - view.job.submitted_at_ms) / 1000) if view.job.submitted_at_ms else 0.0


def _why(result: JobResult) -> tuple[str, ...]:
    if result.verdict is None:
        return _sentences(result.reason)
    cause = f"Likely cause: {result.verdict.cause}" if result.verdict.cause else ""
    help_with = f"What would help: {result.verdict.next_step}" if result.verdict.next_step else ""
    return _sentences(cause, help_with)


def _resume(result: JobResult) -> str:
    return f"`finetune resume {result.job_id}` redoes only what is missing."


def _sentences(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
