"""The train stage, from rows to weights, with real child processes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.errors import JobCancelled
from agent.job.model import ModelFacts
from agent.job.records import RowFormat
from agent.store import ArtifactReader
from tests.workers.train.units import Jobs, Ticks
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
        "train", [jobs.assembled(RowFormat.CHAT)], llama, tick,
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


def test_a_killed_training_goes_on_from_its_checkpoint(jobs: Jobs, llama: ModelFacts) -> None:
    inputs = [jobs.assembled(RowFormat.CHAT)]
    spec = {**QUICK, "batch_sequences": 1, "micro_batch_sequences": 1, "checkpoint_steps": 2, "max_steps": 6}
    killed = jobs.unit("train", inputs, llama, _KillAt(4), train=spec)
    with pytest.raises(JobCancelled):
        train(killed)

    resumed = jobs.unit("train", inputs, llama, attempt="e2", train=spec)
    train(resumed)
    facts = resumed.output.commit().facts
    assert facts["resumed_at"] >= 2
    # The losses before the kill are part of the history.
    assert len(_losses(jobs, resumed.output.path)) == facts["steps"] == 6


class _KillAt(Ticks):
    """Cancels once a step was reached."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self._step = step

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        super().__call__(done, total, **figures)
        if done >= self._step:
            raise JobCancelled("killed")


def test_a_thread_limit_in_the_workers_environment_does_not_spoil_the_numbers(
    jobs: Jobs, llama: ModelFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    work = jobs.unit("train", [jobs.assembled(RowFormat.CHAT)], llama, train={**QUICK, "max_steps": 2})
    train(work)
    work.output.commit()
    assert all(loss > 0 for loss in _losses(jobs, work.output.path))
