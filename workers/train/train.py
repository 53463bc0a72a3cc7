"""The train stage: rows in, tuned weights and metrics out; the work is done by a child process."""

from __future__ import annotations

import hashlib

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.artifacts import UnitPlan
from agent.job.records import Row
from agent.settings import Settings
from agent.store import ArtifactReader
from workers.runtime.work import Outcome, StageWork
from workers.train.checkpoints import Checkpoints
from workers.train.child import keep_log, log_tail, run_child
from workers.train.reports import LoopConfig, LoopResult

_MODULE = "workers.train.loop"
_LOG = "loop"


def train(work: StageWork) -> Outcome:
    """Tune the base model on the cleared rows.

    Writes ``model/`` (adapter or weights, with tokenizer), ``metrics.jsonl`` and the child's log; goes on
    from the furthest checkpoint of any earlier attempt.

    Raises:
        TrainingFailed: the process died, diverged or stalled.
        ProcessKilled: somebody or the kernel killed it.
        WorkerLeaving: the worker was asked to stop; a checkpoint of the present step is stored if time allowed.
        NotEnoughData: no row has a token to train on.
    """
    dataset = work.inputs_from(Stage.CLEAR)[0]
    checkpoints = Checkpoints(work.store, work.job_id, work.shard, work.attempt, _fingerprint(work, dataset))
    for name in ("train.jsonl", "validation.jsonl"):
        (work.scratch / name).write_bytes(dataset.read_file(name))
    output = work.scratch / "output"
    config = LoopConfig(
        facts=work.model,
        cache_dir=Settings().model_cache,
        train_rows=work.scratch / "train.jsonl",
        validation_rows=work.scratch / "validation.jsonl",
        output=output,
        checkpoints=work.scratch / "checkpoints",
        resume_from=checkpoints.newest(work.scratch / "resumed"),
        train=work.spec.train,
        seed=work.spec.seed,
        shard=work.shard,
    )
    try:
        result = run_child(
            _MODULE, config, LoopResult, tick=work.tick, scratch=work.scratch,
            stall_timeout_s=work.spec.train.stall_timeout_s, on_checkpoint=checkpoints.save,
            leaving=work.leaving, leave_within_s=work.leave_within_s,
        )  # fmt: skip
    except FinetuneError:
        keep_log(work, _LOG, "train.log")
        raise
    _account(work, dataset, result)
    work.output.put_folder(output / "model", "model")
    work.output.write_file("metrics.jsonl", (output / "metrics.jsonl").read_bytes())
    work.output.write_file("train.log", log_tail(work.scratch, _LOG).encode())
    work.output.facts.update(result.model_dump(mode="json", exclude={"refused"}))
    following = UnitPlan(stage=Stage.EVALUATE, shard=work.shard, inputs=(work.output.path, dataset.path))
    return Outcome(successors=(following,))


def _fingerprint(work: StageWork, dataset: ArtifactReader) -> str:
    """Names what a checkpoint depends on: base weights, rows, settings and seed."""
    parts = [
        work.model.location, work.model.revision, str(work.spec.seed), work.spec.train.model_dump_json(),
        *(dataset.manifest.files[name].sha256 for name in ("train.jsonl", "validation.jsonl")),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _account(work: StageWork, dataset: ArtifactReader, result: LoopResult) -> None:
    refused = set(result.refused)
    for row in dataset.records("train.jsonl", Row):
        work.output.receive("examples")
        if row.id in refused:
            work.output.reject("examples", row.id, "no_target_in_sequence", url=row.url, record=row)
        else:
            work.output.keep("examples")
