"""Reads progress off a job's view: done of total, rate, and one estimate of the time left for the whole job. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.contract import Stage, stages_until
from agent.job.artifacts import Tally
from agent.job.states import JobState
from agent.ledger.contract import JobView, StageView
from agent.spec import JobSpec

NOUN_OF_STAGE: dict[Stage, str] = {
    Stage.DISCOVER: "documents",
    Stage.RETRIEVE: "documents",
    Stage.PARSE: "documents",
    Stage.CURATE: "documents",
    Stage.GENERATE: "chunks",
    Stage.ASSEMBLE: "examples",
    Stage.CLEAR: "documents",
    Stage.TRAIN: "steps",
    Stage.EVALUATE: "measurements",
    Stage.PUBLISH: "files",
}
"""What a stage counts; the funnel and the progress lines speak of these."""


ETA_FIGURE = "eta_s"
"""The figure by which a stage that knows better tells the seconds it has left (see `workers.runtime.work.Tick`)."""


@dataclass(frozen=True)
class StageProgress:
    """One stage, as a person sees it."""

    stage: Stage
    noun: str
    done: int
    total: int | None
    kept: int
    rejected: int
    failed: int
    units_done: int
    units: int
    running: int
    rate_per_s: float
    """Items a second since the stage began."""
    elapsed_s: float
    eta_s: float | None
    """Seconds left for this stage; None while nothing is done or the total is unknown."""
    state: str
    """waiting | queued | running | done"""
    figures: Mapping[str, float | str] = field(default_factory=dict)


def measure(view: JobView) -> list[StageProgress]:
    """Progress of every stage that this job has, in order."""
    return [_measure_stage(view, view.stages[stage]) for stage in stages_until(view.job.spec.until)]


def _measure_stage(view: JobView, stage: StageView) -> StageProgress:
    live_done = sum(beat.done for beat in stage.live)
    live_total = sum(beat.total or 0 for beat in stage.live)
    done = stage.items_done + live_done
    known = max(stage.items, stage.items_done + live_total)
    upstream_open = any(view.stages[earlier].pending for earlier in Stage if _before(earlier, stage.stage))
    total = known if known and known >= done else None
    ended_ms = stage.ended_ms or view.now_ms
    elapsed_s = max(0.0, (ended_ms - stage.started_ms) / 1000) if stage.started_ms else 0.0
    rate = done / elapsed_s if elapsed_s > 0 else 0.0
    tally = stage.tallies.get(NOUN_OF_STAGE[stage.stage], Tally())
    state = "waiting"
    if stage.units:
        finished = not stage.pending and not upstream_open
        state = "done" if finished else ("running" if stage.running else "queued")
    eta_s = None
    figures = dict(stage.live[0].figures) if stage.live else {}
    own = figures.pop(ETA_FIGURE, None)
    if isinstance(own, (int, float)):
        eta_s = float(own)
    elif state in ("running", "queued") and total and rate > 0:
        eta_s = (total - done) / rate
    return StageProgress(
        stage=stage.stage,
        noun=NOUN_OF_STAGE[stage.stage],
        done=done,
        total=total,
        kept=tally.kept,
        rejected=sum(tally.rejected.values()),
        failed=sum(tally.failed.values()),
        units_done=stage.done,
        units=stage.units,
        running=stage.running,
        rate_per_s=rate,
        elapsed_s=elapsed_s,
        eta_s=0.0 if state == "done" else eta_s,
        state=state,
        figures=figures,
    )


def _before(earlier: Stage, later: Stage) -> bool:
    order = list(Stage)
    return order.index(earlier) < order.index(later)


@dataclass(frozen=True)
class _Pace:
    """Expected cost of a stage that has not begun: a fixed part and a part for each item."""

    fixed_s: float
    per_item_s: float = 0.0


_EXPECTED: dict[Stage, _Pace] = {
    # Measured on two CPU cores with the embedded default; a rate that was seen in the job itself replaces them.
    Stage.DISCOVER: _Pace(10.0),
    Stage.RETRIEVE: _Pace(1.0, 0.1),
    Stage.PARSE: _Pace(2.0, 0.15),
    Stage.CURATE: _Pace(3.0, 0.02),
    Stage.GENERATE: _Pace(1.0, 0.02),
    Stage.ASSEMBLE: _Pace(2.0),
    Stage.CLEAR: _Pace(1.0),
    Stage.TRAIN: _Pace(20.0),
    Stage.EVALUATE: _Pace(75.0),
    Stage.PUBLISH: _Pace(20.0),
}
_CPU_TOKENS_PER_S_AT_135M = 190.0
"""Training tokens a second of a model of 135 million weights on two cores; slower in proportion to the weights."""
_REFERENCE_WEIGHTS = 135e6
_TOKENS_PER_DOCUMENT = 1_500.0
"""Of text and examples together, before anything was parsed; replaced by the examples' own number afterwards."""
_TOKENS_PER_EXAMPLE = 110.0


def eta_s(view: JobView) -> float | None:
    """Seconds until the job ends, or None when it ended or nothing honest can be said.

    Nothing can be said before discovery has counted the documents, nor while the job waits for a machine.
    """
    discovered = view.stages[Stage.DISCOVER].done
    if view.job.ended or not discovered or view.job.state is JobState.WAITING_FOR_ACCELERATOR:
        return None
    left = 0.0
    for progress in measure(view):
        if progress.state == "done":
            continue
        if progress.eta_s is not None:
            left += progress.eta_s
        else:
            left += max(0.0, _expected_s(view, progress.stage) - progress.elapsed_s)
    return left


def _expected_s(view: JobView, stage: Stage) -> float:
    pace = _EXPECTED[stage]
    if stage is Stage.TRAIN:
        return pace.fixed_s + _training_s(view)
    documents = _documents(view)
    return pace.fixed_s + pace.per_item_s * documents


def _documents(view: JobView) -> float:
    """The best present guess at how many documents will be worked through."""
    for stage in (Stage.CURATE, Stage.PARSE, Stage.RETRIEVE):
        seen = view.stages[stage]
        if seen.tallies and not seen.pending:
            return seen.tallies["documents"].kept
    return view.stages[Stage.DISCOVER].tallies["documents"].kept


def _training_s(view: JobView) -> float:
    spec: JobSpec = view.job.spec
    counted = (view.stages[stage].tallies.get("examples") for stage in (Stage.CLEAR, Stage.ASSEMBLE))
    examples = next((tally for tally in counted if tally), None)
    tokens = examples.kept * _TOKENS_PER_EXAMPLE if examples else _documents(view) * _TOKENS_PER_DOCUMENT
    tokens *= spec.train.epochs
    if spec.train.max_steps:
        tokens = min(tokens, spec.train.max_steps * spec.train.batch_sequences * spec.train.sequence_length)
    speed = _CPU_TOKENS_PER_S_AT_135M * _REFERENCE_WEIGHTS / max(view.job.model.parameters, 1)
    return tokens / speed
