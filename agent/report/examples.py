"""What the report says of the training examples: kinds, topics, quality, alerts, forecast, some rows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.contract import Stage
from agent.dataset.alerts import Alert
from agent.dataset.batch import Batch
from agent.dataset.forecast import Forecast
from agent.dataset.origin import Origin, marked
from agent.dataset.summary import Counts, Summary
from agent.job.records import Rejected, Split, TopicMap
from agent.report.charts import Histogram, histogram
from agent.report.words import count, percent, printable, spoken, stage_name
from agent.spec import JobSpec


@dataclass(frozen=True)
class ExamplesRead:
    """What was read of a job's examples."""

    summary: Summary
    batch: Batch
    """All batches of generation together."""
    origins: tuple[Origin, ...]
    """Some rows of the dataset, traced back."""
    refused: tuple[tuple[Stage, Rejected], ...]
    """One of each reason."""


@dataclass(frozen=True)
class ShareLine:
    """How much of the rows is of one sort, beside what was aimed at."""

    name: str
    rows: int
    share: float
    """In per cent of the rows."""
    target: float | None
    """In per cent; None where nothing was aimed at."""
    bar: float
    """``share`` in per cent of the widest thing drawn."""
    mark: float
    """``target`` in the same."""


@dataclass(frozen=True)
class RefusedLine:
    """One reason for which examples were set aside."""

    stage: str
    reason: str
    examples: int
    instance: str
    """One of them, '' where nothing was kept of it."""
    because: str


@dataclass(frozen=True)
class RowLine:
    """A row with its evidence."""

    id: str
    about: str
    turns: tuple[tuple[str, str], ...]
    text: tuple[tuple[str, bool], ...]
    """The chunk in runs, each with whether it supports the answer."""
    title: str
    url: str
    licence: str


@dataclass(frozen=True)
class Examples:
    """The section."""

    figures: tuple[tuple[str, str], ...]
    forecast: tuple[str, ...]
    alerts: tuple[Alert, ...]
    watched: bool
    """Whether there was anything to watch, so that no alert means that nothing was out of the ordinary."""
    kinds: tuple[ShareLine, ...]
    difficulties: tuple[ShareLine, ...]
    topics: tuple[ShareLine, ...]
    quality: Histogram | None
    threshold: float
    refused: tuple[RefusedLine, ...]
    rows: tuple[RowLine, ...]


def examples_of(read: ExamplesRead | None, spec: JobSpec, topics: TopicMap | None) -> Examples | None:
    """The section; None before any example was made."""
    if read is None or not (read.summary.counts.rows or read.batch.proposed):
        return None
    summary, batch, counts = read.summary, read.batch, read.summary.counts
    asking = {name: splits for name, splits in counts.kinds.items() if name != "plain"}
    weights = {topic.name: topic.weight for topic in topics.topics} if topics and len(topics.topics) > 1 else {}
    return Examples(
        figures=tuple(_figures(counts, batch, summary.forecast)),
        forecast=summary.forecast.sentences if summary.forecast else (),
        alerts=summary.alerts,
        watched=batch.proposed > 0,
        kinds=_lines(_of_train(asking), batch.target),
        difficulties=_lines(
            _of_train(counts.difficulties), {each.value: share for each, share in spec.assemble.difficulty.items()}
        ),
        topics=_lines(_of_train(counts.topics), weights) if weights else (),
        quality=histogram(batch.qualities, (0,) * len(batch.qualities), spec.generate.min_quality),
        threshold=spec.generate.min_quality,
        refused=_refused(summary.set_aside, read.refused),
        rows=tuple(_row(origin) for origin in read.origins),
    )


def _figures(counts: Counts, batch: Batch, forecast: Forecast | None) -> list[tuple[str, str]]:
    found = [(f"Rows to {name}", count(counts.splits[split])) for split, name in _SPLITS if counts.splits[split]]
    plain = counts.kinds["plain"][Split.TRAIN] if "plain" in counts.kinds else 0
    if counts.splits[Split.TRAIN]:
        found.append(("Running text among them", percent(plain / counts.splits[Split.TRAIN])))
    found.append(("Documents", count(len(counts.documents))))
    if batch.proposed:
        found.append(("Refused when made", percent(1 - batch.examples / batch.proposed)))
        found.append(("Mean quality", f"{batch.quality:.2f}"))
    if forecast:
        found += [("Training tokens", count(forecast.tokens)), ("Optimizer steps", count(forecast.steps))]
    return found


_SPLITS = ((Split.TRAIN, "train on"), (Split.VALIDATION, "validate"), (Split.TEST, "test"))


def _of_train(counts: Mapping[str, Counter[str]]) -> dict[str, int]:
    return {name: splits[Split.TRAIN] for name, splits in counts.items()}


def _lines(rows: Mapping[str, int], target: Mapping[str, float]) -> tuple[ShareLine, ...]:
    """What there is and what was aimed at, most first; what is neither is left out."""
    total = sum(rows.values())
    if not total:
        return ()
    names = {name for name, number in rows.items() if number} | {name for name, share in target.items() if share > 0}
    shares = {name: 100 * rows.get(name, 0) / total for name in names}
    widest = max([*shares.values(), *(100 * target.get(name, 0.0) for name in names)])
    return tuple(
        ShareLine(
            name=spoken(printable(name)) or "none of the map",
            rows=rows.get(name, 0),
            share=shares[name],
            target=100 * target[name] if name in target else (0.0 if target and name else None),
            bar=100 * shares[name] / widest,
            mark=100 * 100 * target.get(name, 0.0) / widest,
        )
        for name in sorted(names, key=lambda name: (-rows.get(name, 0), -target.get(name, 0.0), name))
    )


def _refused(
    counts: Mapping[str, Mapping[str, int]], instances: Sequence[tuple[Stage, Rejected]]
) -> tuple[RefusedLine, ...]:
    known = {(stage, item.reason): item for stage, item in instances}
    lines = []
    for stage, reasons in counts.items():
        for reason, number in reasons.items():
            item = known.get((Stage(stage), reason))
            written = str(item.record.get("prompt", "")) if item else ""
            answered = str(item.record.get("response", "")) if item else ""
            instance = " → ".join(printable(part) for part in (written, answered) if part)
            because = printable(item.detail) if item else ""
            lines.append(RefusedLine(stage_name(stage), spoken(printable(reason)), number, instance, because))
    return tuple(lines)


def _row(origin: Origin) -> RowLine:
    row, support = origin.row, origin.supports[0]
    about = " · ".join(part for part in (spoken(row.kind), row.difficulty, row.split, printable(row.topic)) if part)
    return RowLine(
        id=row.id,
        about=about,
        turns=tuple((speaker, printable(said)) for speaker, said in row.turns),
        text=tuple((printable(run), evidence) for run, evidence in marked(support.chunk, support.spans, around=200)),
        title=printable(support.document.title if support.document else "") or row.document_id,
        url=row.url,
        licence=row.licence or "none stated",
    )
