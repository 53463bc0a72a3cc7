"""A finished job, built by hand in a real store: what report and command line are tested with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.contract import Stage
from agent.job.artifacts import Failure, Tally
from agent.job.evaluation import (
    Accuracy,
    Criterion,
    Evaluation,
    Interval,
    Perplexity,
    ShownAnswer,
    TrainingSummary,
    Verdict,
)
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.records import (
    Candidate,
    Evidence,
    ExampleKind,
    Foreseen,
    Query,
    Rejected,
    Row,
    RowFormat,
    SourceEntry,
    Split,
    Topic,
    TopicMap,
)
from agent.job.result import JobResult
from agent.job.states import JobState
from agent.ledger.contract import JobView, Outputs, StageView
from agent.spec import JobSpec, TrainConfig
from agent.store import ArtifactWriter, Store

JOB_ID = "quantum-computing-abc123"
HOSTILE = "<script>alert('x')</script>\x1b[31m & \u202egnp.exe"
"""What a stranger may write as a title: markup, a terminal's escape sequence, a direction override."""
SUBMITTED_MS = 1_700_000_000_000
STAGE_MS = 30_000
MODEL = ModelFacts(
    name="smollm2-135m",
    origin="catalogue",
    location="smollm2-135m",
    parameters=134_515_008,
    has_chat_template=True,
)


@dataclass(frozen=True)
class FinishedJob:
    """A job with its artifacts."""

    store: Store
    view: JobView
    outputs: Outputs
    result: JobResult


def finished_job(store: Store, state: JobState = JobState.COMPLETED, *, rejections: int = 3) -> FinishedJob:
    """A job that went all the way; ``rejections`` off-topic documents were set aside while discovering."""
    outputs = {
        Stage.DISCOVER: (_discovered(store, rejections),),
        Stage.PARSE: (_parsed(store),),
        Stage.CLEAR: (_cleared(store),),
        Stage.TRAIN: (_trained(store),),
    }
    stages = {stage: _stage_view(index, stage) for index, stage in enumerate(Stage)}
    stages[Stage.DISCOVER] = replace(
        stages[Stage.DISCOVER],
        tallies={"documents": Tally(received=40 + rejections, kept=40, rejected={"off_topic": rejections})},
    )
    stages[Stage.PARSE] = replace(
        stages[Stage.PARSE],
        tallies={"documents": Tally(received=40, kept=38, rejected={"too_short": 1}, failed={"corrupt_pdf": 1})},
    )
    job = job_record(state)
    view = JobView(job, stages, SUBMITTED_MS + STAGE_MS * 20)
    result = JobResult(
        job_id=JOB_ID,
        state=state,
        reason=job.reason,
        verdict=verdict(ship=state is JobState.COMPLETED) if state in (JobState.COMPLETED, JobState.REJECTED) else None,
        evaluation=evaluation() if state in (JobState.COMPLETED, JobState.REJECTED) else None,
        funnel={stage: each.tallies for stage, each in stages.items() if each.tallies},
        model_uri=store.uri(f"jobs/{JOB_ID}/publish/0-e1/model") if state is JobState.COMPLETED else "",
        provenance_uri=store.uri(f"jobs/{JOB_ID}/publish/0-e1/provenance.json") if state is JobState.COMPLETED else "",
        report_uri=store.uri(f"jobs/{JOB_ID}/report.html"),
    )
    return FinishedJob(store, view, outputs, result)


def discovered_job(store: Store) -> FinishedJob:
    """A job that was asked for the list of documents and nothing more."""
    job = finished_job(store)
    spec = job.view.job.spec.model_copy(update={"until": "discover"})
    stages = {stage: StageView(stage=stage) for stage in Stage}
    stages[Stage.DISCOVER] = job.view.stages[Stage.DISCOVER]
    view = replace(job.view, job=job.view.job.model_copy(update={"spec": spec}), stages=stages)
    result = replace(
        job.result,
        verdict=None,
        evaluation=None,
        funnel={Stage.DISCOVER: stages[Stage.DISCOVER].tallies},
        model_uri="",
        provenance_uri="",
    )
    return replace(job, view=view, outputs={Stage.DISCOVER: job.outputs[Stage.DISCOVER]}, result=result)


def failed_job(store: Store, facts: Mapping[str, object] | None = None) -> FinishedJob:
    """A job that found nothing it may use; ``facts`` in place of what its unit left."""
    job = finished_job(store, JobState.FAILED)
    gone = tuple(
        Rejected(id=f"{number:016x}", url=f"http://127.0.0.1:8800/roses/{number}.html", noun="documents",
                 reason="off_topic", detail=HOSTILE)
        for number in range(2)
    )  # fmt: skip
    failure = Failure(
        stage=Stage.DISCOVER,
        reason="nothing left",
        tallies={"documents": Tally(received=3, rejected={"off_topic": 2})},
        facts=DISCOVER_FACTS if facts is None else dict(facts),
        rejected=gone,
    )
    view = replace(
        job.view,
        job=job.view.job.model_copy(update={"failed_stage": "discover"}),
        stages={stage: StageView(stage=stage) for stage in Stage},
    )
    return replace(job, view=view, outputs={}, result=replace(job.result, funnel={}, failures=(failure,)))


def job_record(state: JobState) -> JobRecord:
    """The record of the job in some state."""
    return JobRecord(
        id=JOB_ID,
        spec=JobSpec(
            model="smollm2-135m",
            subject="quantum computing",
            sources=("site:http://127.0.0.1:8800/",),
            train=TrainConfig(epochs=3.0),
        ),
        model=MODEL,
        user="ada",
        state=state,
        reason={JobState.REJECTED: "the gate said no", JobState.FAILED: "the disk is full"}.get(state, ""),
        failed_stage="train" if state is JobState.FAILED else "",
        submitted_at_ms=SUBMITTED_MS,
    )


def evaluation() -> Evaluation:
    """Figures of a job that went well."""
    return Evaluation(
        perplexity=Perplexity(
            base=21.4,
            tuned=14.1,
            base_bits_per_byte=0.981,
            tuned_bits_per_byte=0.846,
            gain=0.341,
            gain_interval=Interval(low=0.319, high=0.36),
            tokens=8000,
            documents=6,
            resampled="document",
        ),
        accuracy=Accuracy(
            base=0.71,
            tuned=0.78,
            base_above_chance=0.61,
            tuned_above_chance=0.70,
            chance=0.25,
            gain=0.07,
            gain_interval=Interval(low=-0.01, high=0.14),
            questions=58,
        ),
        answers=(
            ShownAnswer(
                question="What is a qubit?",
                reference="A qubit is a two-state quantum system.",
                base="A qubit is a kind of bit. A qubit is a kind of bit.",
                tuned="A qubit is a quantum system with two basis states.",
                url="http://127.0.0.1:8800/basics/qubit.html",
            ),
            ShownAnswer(question=HOSTILE, reference=HOSTILE, base=HOSTILE, tuned=HOSTILE, url="javascript:alert(1)"),
        ),
        training=TrainingSummary(
            method="lora",
            steps=60,
            tokens=98_304,
            train_loss=1.87,
            first_eval_loss=2.61,
            best_eval_loss=2.02,
            last_eval_loss=2.03,
        ),
        confidence=0.95,
        seconds=74.0,
        device="cpu",
    )


def verdict(*, ship: bool) -> Verdict:
    """What the gate said."""
    return Verdict(
        ship=ship,
        criteria=(
            Criterion(
                name="perplexity_gain",
                value=0.341 if ship else 0.004,
                interval=Interval(low=0.319, high=0.36) if ship else Interval(low=-0.01, high=0.02),
                threshold=0.02,
                passed=ship,
                sentence="The lower end of the interval must reach the threshold.",
            ),
            Criterion(
                name="accuracy_loss",
                value=None,
                threshold=0.05,
                passed=True,
                sentence="Too few questions to measure.",
            ),
        ),
        cause="" if ship else "too few training rows (31)",
        next_step="" if ship else "add sources, or raise discover.max_documents",
    )


def _stage_view(index: int, stage: Stage) -> StageView:
    started_ms = SUBMITTED_MS + index * STAGE_MS
    return StageView(
        stage=stage,
        units=1,
        done=1,
        items=40,
        items_done=40,
        started_ms=started_ms,
        ended_ms=started_ms + STAGE_MS,
    )


def _writer(store: Store, stage: str) -> ArtifactWriter:
    return ArtifactWriter(store, JOB_ID, stage, "0", "e1")


def _discovered(store: Store, rejections: int) -> str:
    output = _writer(store, "discover")
    output.receive("documents", 40 + rejections)
    output.keep("documents", 40)
    for number in range(rejections):
        url = f"http://127.0.0.1:8800/garden/{number}.html"
        output.reject("documents", f"{number:016x}", "off_topic", HOSTILE, url=url)
    output.write_records("candidates.jsonl", _CANDIDATES)
    output.write_records("queries.jsonl", _QUERIES)
    output.facts.update(DISCOVER_FACTS)
    output.write_records("topics.jsonl", [_TOPICS])
    output.commit()
    return output.path


_TOPICS = TopicMap(
    subject="quantum computing",
    topics=(
        Topic(name="qubits", weight=0.5, phrases=("qubit", "quantum bit"), origin="wikipedia"),
        Topic(name="quantum error correction", weight=0.3, phrases=("QEC",), origin="feedback"),
        Topic(name=HOSTILE, weight=0.2, origin="llm"),
    ),
)
_QUERIES = [
    Query(text="QEC", weight=0.4, origin="llm"),
    Query(text="quantum computing"),
    Query(text=HOSTILE, weight=0.2, origin="wikipedia"),
]
DISCOVER_FACTS = {
    "sources": [
        {"source": "site:http://127.0.0.1:8800/", "queries": 3, "found": 43, "refused": 2, "error": "", "unseen": 7},
        {"source": "ieee", "queries": 1, "found": 0, "refused": 0, "error": f"needs a key {HOSTILE}"},
    ],
    "not_asked": {"unpaywall": "it needs retrieve.contact"},
    "permission": {
        "profile": "share-alike", "intended_use": "commercial", "refused": 5, "quarantined": 2,
        "quarantined_of": {"site:http://127.0.0.1:8800/": 2}, "more_under": {"research": 4, "noncommercial": 3},
        "advice": "of this unit alone",
    },
}  # fmt: skip
_CANDIDATES = [
    Candidate(id=name, url=f"http://127.0.0.1:8800/{name}.html", source="site:http://127.0.0.1:8800/", score=0.8,
              topics=topics, title=f"On {name} {HOSTILE if name == 'unused' else ''}", date="2024-05-17",
              parts={"semantic": 0.7, "gist": 0.9}, queries=("quantum computing",),
              citations=1234 if name == "a" else None,
              foreseen=Foreseen(verdict="licence_fits", licence="CC-BY-4.0") if name == "a" else Foreseen())
    for name, topics in (("a", {"qubits": 0.9}), ("b", {"qubits": 0.6, "quantum error correction": 0.5}),
                         ("unused", {HOSTILE: 1.0}))
]  # fmt: skip


def _cleared(store: Store) -> str:
    output = _writer(store, "clear")
    row = Row(
        id="r",
        format=RowFormat.TEXT,
        kind=ExampleKind.PLAIN,
        split=Split.TRAIN,
        text="t",
        chunk_id="d-0",
        document_id="d",
    )
    output.write_records("train.jsonl", [row] * 5)
    output.write_records("validation.jsonl", [row] * 2)
    output.write_records("test.jsonl", [row])
    output.write_records(
        "sources.jsonl",
        [
            _source("a", "The qubit", "http://127.0.0.1:8800/basics/qubit.html", "CC-BY-4.0", 4, _ALLOWED),
            _source("b", HOSTILE, "javascript:alert(2)", "", 4, (*_ALLOWED, _SILENT)),
        ],
    )
    output.receive("documents", 3)
    output.keep("documents", 2)
    output.reject("documents", "c", "permission_withdrawn", "robots_disallow: Disallow: /labs/",
                  url="http://127.0.0.1:8800/labs/trap.html")  # fmt: skip
    output.commit()
    return output.path


def _parsed(store: Store) -> str:
    output = _writer(store, "parse")
    output.receive("documents", 40)
    output.keep("documents", 38)
    output.reject("documents", "e", "too_short", "12 words", url="http://127.0.0.1:8800/stub.html")
    output.reject("documents", "f", "corrupt_pdf", "", url="http://127.0.0.1:8800/f.pdf", failed=True)
    output.facts["reading"] = READING_FACTS
    output.write_records("documents.jsonl", [])
    output.commit()
    return output.path


READING_FACTS = {
    "readers": {"html": 29, "pdf": 6, "ocr": 2, HOSTILE: 1},
    "pages": {"pages": 1240, "ocr": 40, "low_confidence": 3, "layout": 12},
    "masked": {"email": 14, "phone": 2},
    "removed": {"furniture": 18_200, "references": 5400},
    "quality_kept": [0] * 14 + [1, 1, 0, 2, 4, 30],
    "quality_rejected": [3, 0, 1] + [0] * 10 + [2] + [0] * 6,
}
_DAY = "2026-01-03T10:00:00Z"
_ALLOWED = (
    Evidence(kind="robots", url="http://127.0.0.1:8800/robots.txt", line="no rule closes it", time=_DAY),
    Evidence(kind="decision", url="http://127.0.0.1:8800/basics/qubit.html",
             line="allowed: CC-BY-4.0 (profile share-alike, commercial use)", time=_DAY),
)  # fmt: skip
_SILENT = Evidence(
    kind="unanswered",
    url="http://127.0.0.1:8800/b.html",
    line=f"not re-checked: {HOSTILE}",
    time="2026-01-03T10:00:00Z",
)


def _source(name: str, title: str, url: str, licence: str, rows: int, evidence: tuple[Evidence, ...]) -> SourceEntry:
    return SourceEntry(
        document_id=name, url=url, source="site:http://127.0.0.1:8800/", title=title, licence=licence, score=0.83,
        split=Split.TRAIN, blob="0" * 64, rows=rows, evidence=evidence,
    )  # fmt: skip


def _trained(store: Store) -> str:
    output = _writer(store, "train")
    log: list[dict[str, float]] = [{"step": step, "loss": 2.7 - step * 0.012} for step in range(1, 61)]
    log += [{"step": step, "eval_loss": 2.61 - step * 0.0095} for step in (15, 30, 45, 60)]
    log.append({"step": 60, "train_runtime": 120.0})
    output.write_file("metrics.jsonl", "".join(json.dumps(entry) + "\n" for entry in log).encode())
    output.commit()
    return output.path
