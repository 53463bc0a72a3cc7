"""The evaluate stage: base against tuned on held-out documents; a child process measures."""

from __future__ import annotations

from typing import Any

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.artifacts import UnitPlan
from agent.job.evaluation import Evaluation, TrainingSummary
from agent.settings import Settings
from workers.runtime.work import Outcome, StageWork
from workers.train.child import keep_log, run_child
from workers.train.reports import EvaluationConfig, Measurement
from workers.train.statistics import accuracy_of, perplexity_of

_MODULE = "workers.train.evaluation"
_LOG = "evaluation"


def evaluate(work: StageWork) -> Outcome:
    """Measure both models with the same prompts and decoding.

    Writes ``evaluation.json`` (`Evaluation`) and ``measurement.json`` with the scores item by item.

    Raises:
        TrainingFailed: the measuring process died or stalled.
        ProcessKilled: somebody or the kernel killed it.
    """
    trained = work.inputs_from(Stage.TRAIN)[0]
    dataset = work.inputs_from(Stage.CLEAR)[0]
    for name in ("heldout.jsonl", "test.jsonl", "choices.jsonl"):
        (work.scratch / name).write_bytes(dataset.read_file(name))
    config = EvaluationConfig(
        facts=work.model,
        cache_dir=Settings().model_cache,
        tuned=trained.folder("model", work.scratch / "tuned"),
        method=work.spec.train.method,
        merged=work.spec.publish.merge,
        heldout=work.scratch / "heldout.jsonl",
        test_rows=work.scratch / "test.jsonl",
        choices=work.scratch / "choices.jsonl",
        sequence_length=work.spec.train.sequence_length,
        evaluate=work.spec.evaluate,
        seed=work.spec.seed,
    )
    try:
        measured = run_child(
            _MODULE, config, Measurement, tick=work.tick, scratch=work.scratch,
            stall_timeout_s=work.spec.train.stall_timeout_s, leaving=work.leaving,
        )  # fmt: skip
    except FinetuneError:
        keep_log(work, _LOG, "evaluation.log")
        raise
    evaluation = evaluation_of(measured, trained.manifest.facts, work.spec.evaluate.confidence, work.spec.seed)
    work.output.write_file("evaluation.json", evaluation.model_dump_json(indent=1).encode())
    work.output.write_file("measurement.json", measured.model_dump_json(indent=1).encode())
    work.output.receive("questions", len(measured.questions))
    work.output.keep("questions", len(measured.questions))
    work.output.facts.update(evaluation.model_dump(mode="json", exclude={"answers", "training"}))
    work.output.facts["peak_memory_mb"] = measured.peak_memory_mb
    following = UnitPlan(stage=Stage.PUBLISH, shard=work.shard, inputs=(work.output.path, trained.path, dataset.path))
    return Outcome(successors=(following,))


def evaluation_of(measured: Measurement, training: dict[str, Any], confidence: float, seed: int) -> Evaluation:
    """The figures with their intervals; ``training`` holds the facts of the train artifact."""
    return Evaluation(
        perplexity=perplexity_of(measured.chunks, confidence=confidence, seed=seed),
        accuracy=accuracy_of(measured.questions, confidence=confidence, seed=seed),
        answers=measured.answers,
        training=TrainingSummary(**{name: training[name] for name in TrainingSummary.model_fields}),
        confidence=confidence,
        seconds=measured.seconds,
        device=measured.device,
    )
