"""What the report says, as plain data for its template. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from agent.contract import Stage
from agent.job.evaluation import Criterion, ShownAnswer
from agent.job.records import SourceEntry
from agent.job.result import JobResult
from agent.ledger.contract import JobView
from agent.report.attrition import MOST_SHOWN, FunnelLine, RejectedGroup, funnel_of, rejected_groups
from agent.report.charts import LossChart, loss_chart
from agent.report.comparison import Row, comparison
from agent.report.corpus import DocumentLine, Topics, documents_of, rights_of, topics_of
from agent.report.evidence import Evidence
from agent.report.examples import Examples, ExamplesRead, examples_of
from agent.report.finding import Finding, FoundLine, KeptOut, finding_of, found_lines, kept_out
from agent.report.headline import Headline, headline
from agent.report.language_model import LanguageModels, language_models
from agent.report.reading import Reading, reading
from agent.report.words import STAGE_NAMES, count, duration, printable
from agent.spec import JobSpec

_AFTER_DISCOVERY = ("parse", "curate", "assemble", "train", "evaluate", "publish")
"""Settings of stages that a job which ends with discovery never reaches."""


@dataclass(frozen=True)
class GivenUp:
    """A part that was set aside after its tries."""

    stage: str
    shard: str
    reason: str


@dataclass(frozen=True)
class Timing:
    """When a stage worked, as part of the job's time in per cent."""

    stage: str
    took: str
    units: int
    start: float
    width: float


@dataclass(frozen=True)
class Setting:
    """One field of the specification."""

    name: str
    value: str
    description: str
    changed: bool


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    job_id: str
    found_only: bool
    """Whether the job was asked for the list of documents and nothing more."""
    subject: str
    model: str
    sources_asked: tuple[str, ...]
    user: str
    headline: Headline
    comparison: tuple[Row, ...]
    confidence: str
    measured: str
    criteria: tuple[Criterion, ...]
    answers: tuple[ShownAnswer, ...]
    loss: LossChart | None
    training: str
    funnel: tuple[FunnelLine, ...]
    rejected: tuple[RejectedGroup, ...]
    given_up: tuple[GivenUp, ...]
    documents: tuple[FoundLine, ...]
    """What discovery selected, while no dataset is made of it."""
    documents_total: int
    reading: Reading | None
    examples: Examples | None
    language_models: LanguageModels | None
    topics: Topics | None
    finding: Finding | None
    kept_out: KeptOut | None
    rights: str
    sources: tuple[DocumentLine, ...]
    sources_total: int
    licences: tuple[tuple[str, int, int], ...]
    """Licence, documents, rows."""
    rows: tuple[tuple[str, int], ...]
    timings: tuple[Timing, ...]
    settings: tuple[Setting, ...]
    places: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]


def make_page(
    view: JobView, result: JobResult, evidence: Evidence, folder_uri: str, examples: ExamplesRead | None = None
) -> Page:
    """The page of this job; ``folder_uri`` is where its artifacts lie."""
    job, evaluation = view.job, result.evaluation
    found = () if evidence.sources else evidence.candidates
    return Page(
        job_id=job.id,
        found_only=job.spec.until == "discover",
        subject=job.spec.subject,
        model=job.spec.model,
        sources_asked=job.spec.sources,
        user=job.user,
        headline=headline(view, result),
        comparison=tuple(comparison(evaluation)) if evaluation else (),
        confidence=f"{evaluation.confidence:.0%}" if evaluation else "",
        measured=f"{duration(evaluation.seconds)} on {evaluation.device}" if evaluation else "",
        criteria=result.verdict.criteria if result.verdict else (),
        answers=evaluation.answers if evaluation else (),
        loss=loss_chart(evidence.curve),
        training=_training(result),
        funnel=funnel_of(result.funnel, result.failures),
        rejected=rejected_groups(evidence.rejected),
        given_up=tuple(
            GivenUp(STAGE_NAMES[stage], shard, printable(reason))
            for stage, each in view.stages.items()
            for shard, reason in each.faults.items()
        ),
        documents=found_lines(found[:MOST_SHOWN]),
        documents_total=len(found),
        reading=reading(evidence.reading, job.spec.parse.min_quality),
        examples=examples_of(examples, job.spec, evidence.topics),
        language_models=language_models(view, result.usage, result.foreseen),
        topics=topics_of(evidence.candidates, evidence.topics, evidence.sources),
        finding=finding_of(evidence.queries, evidence.asked, evidence.not_asked, evidence.candidates),
        kept_out=kept_out(evidence.permission, job.spec.permission),
        rights=rights_of(evidence),
        sources=documents_of(evidence.sources[:MOST_SHOWN], cleared=evidence.cleared),
        sources_total=len(evidence.sources),
        licences=_licences(evidence.sources),
        rows=tuple((str(split), number) for split, number in evidence.rows.items()),
        timings=_timings(view),
        settings=tuple(_settings(job.spec)),
        places=_places(result, folder_uri),
        gaps=evidence.gaps,
    )


def _training(result: JobResult) -> str:
    if result.evaluation is None:
        return ""
    done = result.evaluation.training
    best = f", best validation loss {done.best_eval_loss:.3f}" if done.best_eval_loss is not None else ""
    seen = f"{count(done.steps)} steps, {count(done.tokens)} tokens"
    return f"{done.method}, {seen}, training loss {done.train_loss:.3f}{best}"


def _licences(sources: Sequence[SourceEntry]) -> tuple[tuple[str, int, int], ...]:
    """Licences by the rows they carry, most first."""
    seen: dict[str, tuple[int, int]] = {}
    for entry in sources:
        documents, rows = seen.get(entry.licence, (0, 0))
        seen[entry.licence] = (documents + 1, rows + entry.rows)
    ordered = sorted(seen.items(), key=lambda item: (-item[1][1], item[0]))
    return tuple((licence or "none stated", documents, rows) for licence, (documents, rows) in ordered)


def _timings(view: JobView) -> tuple[Timing, ...]:
    begun = [view.stages[stage] for stage in Stage if view.stages[stage].started_ms]
    if not begun:
        return ()
    first = min(stage.started_ms for stage in begun)
    last = max(stage.ended_ms or view.now_ms for stage in begun)
    scale = 100.0 / max(last - first, 1)
    return tuple(
        Timing(
            stage=STAGE_NAMES[stage.stage],
            took=duration(((stage.ended_ms or view.now_ms) - stage.started_ms) / 1000),
            units=stage.units,
            start=(stage.started_ms - first) * scale,
            width=((stage.ended_ms or view.now_ms) - stage.started_ms) * scale,
        )
        for stage in begun
    )


def _settings(spec: JobSpec) -> list[Setting]:
    found = []
    for name, field in JobSpec.model_fields.items():
        if spec.until == "discover" and name in _AFTER_DISCOVERY:
            continue
        value: Any = getattr(spec, name)
        if not isinstance(value, BaseModel):
            found.append(
                Setting(
                    name,
                    str(value),
                    field.description or "",
                    not field.is_required() and value != field.default,
                )
            )
            continue
        for part, inner in type(value).model_fields.items():
            set_to = getattr(value, part)
            found.append(Setting(f"{name}.{part}", str(set_to), inner.description or "", set_to != inner.default))
    return found


def _places(result: JobResult, folder_uri: str) -> tuple[tuple[str, str], ...]:
    places = (("Model", result.model_uri), ("Provenance", result.provenance_uri), ("Artifacts", folder_uri))
    return tuple((name, place) for name, place in places if place)
