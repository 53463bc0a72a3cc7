"""The train stage, from rows to weights, with real child processes."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ProcessKilled, WorkerLeaving
from agent.faults import COUNT_VARIABLE, FAULTS_VARIABLE
from agent.job.model import ModelFacts
from agent.job.records import RowFormat
from agent.store import ArtifactReader
from tests.workers.train.units import Jobs, Ticks
from workers.runtime.work import StageWork
from workers.train.events import Events
from workers.train.loop import train as run_loop
from workers.train.reports import LoopConfig
from workers.train.train import train

QUICK: dict[str, Any] = {
    "sequence_length": 256,
    "batch_sequences": 2,
    "micro_batch_sequences": 2,
    "lora_rank": 4,
}


def _losses(jobs: Jobs, path: str) -> list[float]:
    lines = ArtifactReader(jobs.store, path).read_file("metrics.jsonl").splitlines()
    return [entry["loss"] for entry in map(json.loads, lines) if "loss" in entry]


def test_lora_on_conversations_lowers_the_loss_and_leaves_an_adapter(jobs: Jobs, llama: ModelFacts) -> None:
    tick = Ticks()
    work = jobs.unit(
        "train", [jobs.cleared(RowFormat.CHAT)], llama, tick,
        train={**QUICK, "epochs": 3, "learning_rate": 0.01},
    )  # fmt: skip
    outcome = train(work)
    manifest = work.output.commit()
    facts = manifest.facts
    assert "model/adapter_config.json" in manifest.files
    assert "model/tokenizer.json" in manifest.files
    assert manifest.tallies["examples"].kept == 40
    losses = _losses(jobs, work.output.path)
    assert len(losses) == facts["steps"]
    assert losses[-1] < losses[0]
    assert facts["packed"] and facts["sequences"] < 40
    assert 0 < facts["trainable"] < facts["parameters"]
    assert facts["best_eval_loss"] < facts["first_eval_loss"]
    assert [unit.stage for unit in outcome.successors] == ["evaluate"]
    done, total, figures = next(call for call in reversed(tick.calls) if "loss" in call[2])
    assert done == total == facts["steps"]
    assert float(figures["tokens_per_s"]) > 0


def test_a_training_killed_and_asked_to_leave_ends_with_the_weights_of_an_undisturbed_one(
    jobs: Jobs, llama: ModelFacts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inputs = [jobs.cleared(RowFormat.CHAT)]
    spec = {
        **QUICK, "batch_sequences": 1, "micro_batch_sequences": 1, "checkpoint_steps": 3, "max_steps": 8,
        "learning_rate": 0.01, "lora_dropout": 0.1,
    }  # fmt: skip
    monkeypatch.setenv(COUNT_VARIABLE, str(tmp_path))

    # Killed in the middle of its second local checkpoint.
    monkeypatch.setenv(FAULTS_VARIABLE, "train/0/local_save=sleep:0*1;train/0/local_save=kill")
    killed = jobs.unit("train", inputs, llama, train=spec)
    with pytest.raises(ProcessKilled, match="SIGKILL"):
        train(killed)
    assert _partial(killed) == ["checkpoint-6"]

    # Asked to leave while it computes a step that is no checkpoint's.
    monkeypatch.setenv(FAULTS_VARIABLE, "train/0/step=sleep:0.3")
    tick = Ticks()
    leaving = jobs.unit("train", inputs, llama, tick, attempt="e2", train=spec)
    with pytest.raises(WorkerLeaving):
        train(replace(leaving, leaving=lambda: tick.calls[-1][0] >= 4 if tick.calls else False, leave_within_s=30))

    monkeypatch.delenv(FAULTS_VARIABLE)
    ended = jobs.unit("train", inputs, llama, attempt="e3", train=spec)
    train(ended)
    manifest = ended.output.commit()
    facts = manifest.facts
    assert facts["resumed_at"] in (4, 5)
    assert facts["steps"] == len(_losses(jobs, ended.output.path)) == 8

    # This process computes the same as a child, so the undisturbed training need not be one.
    config = LoopConfig.model_validate_json((ended.scratch / "loop.json").read_bytes())
    straight = {"output": tmp_path / "straight", "checkpoints": tmp_path / "unused", "resume_from": None}
    run_loop(config.model_copy(update=straight), Events(io.StringIO()))
    for name in ("model/adapter_model.safetensors", "metrics.jsonl"):
        assert manifest.files[name].sha256 == _sha256(tmp_path / "straight" / name)


def _partial(work: StageWork) -> list[str]:
    """Local checkpoints that lack their last file."""
    folders = (work.scratch / "checkpoints").glob("checkpoint-*")
    return [folder.name for folder in folders if not (folder / "trainer_state.json").exists()]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_thread_limit_in_the_workers_environment_does_not_spoil_the_numbers(
    jobs: Jobs, llama: ModelFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    work = jobs.unit("train", [jobs.cleared(RowFormat.CHAT)], llama, train={**QUICK, "max_steps": 2})
    train(work)
    work.output.commit()
    assert all(loss > 0 for loss in _losses(jobs, work.output.path))
