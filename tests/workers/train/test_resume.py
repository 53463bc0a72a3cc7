"""A training that was broken off ends with the very weights of one that never was."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.errors import WorkerLeaving
from agent.faults import COUNT_VARIABLE, FAULTS_VARIABLE
from agent.job.model import ModelFacts
from agent.job.records import RowFormat
from tests.workers.train.bench import Bench, Dead
from tests.workers.train.units import make_row
from workers.train import loop
from workers.train.capability import Capability

# Two and a half passes of 8 steps, validations between the checkpoints, dropout and accumulated gradients: whatever a
# resumed training could take up at a wrong place.
STEPS = {
    "epochs": 2.5, "checkpoint_steps": 4, "eval_steps": 3, "batch_sequences": 2, "micro_batch_sequences": 1,
    "sequence_length": 32, "learning_rate": 0.02, "early_stopping_patience": 0,
}  # fmt: skip
LORA = {**STEPS, "method": "lora", "lora_dropout": 0.2}
FULL = {**STEPS, "method": "full"}


@pytest.fixture
def bench(tmp_path: Path, llama: ModelFacts) -> Bench:
    return Bench(
        tmp_path, llama, [make_row(n, RowFormat.CHAT) for n in range(16)],
        [make_row(n, RowFormat.TEXT) for n in range(3)],
    )  # fmt: skip


@pytest.fixture
def set_bf16(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what the processor can, so that both roads are gone wherever the tests run."""

    def set_to(able: bool) -> None:
        here = loop.probe()
        monkeypatch.setattr(loop, "probe", lambda: Capability(**{**here.model_dump(), "bf16": able}))

    return set_to


@pytest.mark.parametrize(
    ("spec", "bf16"),
    [
        pytest.param(LORA, False, id="lora-fp32"),
        pytest.param(FULL, True, id="full-bf16"),
        # The other two pairs break nothing that these do not; `make faults` runs them.
        pytest.param(LORA, True, id="lora-bf16", marks=pytest.mark.slow_fault),
        pytest.param(FULL, False, id="full-fp32", marks=pytest.mark.slow_fault),
    ],
)
def test_a_training_that_died_three_times_ends_with_the_same_bits(
    spec: dict[str, Any], bf16: bool, bench: Bench, set_bf16: Any
) -> None:
    set_bf16(bf16)
    bench.run("straight", **spec)
    weights, metrics, last = bench.weights(), bench.metrics(), bench.newest()
    assert last is not None

    lost = []
    newest = None
    # Between two checkpoints, at once after one, between two again.
    for number, step in enumerate((6, 9, 15)):
        with pytest.raises(Dead):
            bench.run(f"life-{number}", newest, dies_at=step, **spec)
        newest = bench.newest()
        assert newest is not None
        lost.append(step - int(newest.name.rpartition("-")[2]))
    ended = bench.run("end", newest, **spec)

    assert max(lost) <= STEPS["checkpoint_steps"]
    assert ended.resumed_at == 12
    assert bench.weights() == weights
    assert bench.metrics() == metrics
    assert [entry["step"] for entry in bench.entries("loss")] == list(range(1, 21))
    # The kept weights are those of the best validation; these are the ones after the last step.
    assert _state(bench.newest()) == _state(last)


def test_a_training_asked_to_leave_saves_after_the_present_step_and_goes_on_from_there(bench: Bench) -> None:
    bench.run("straight", **LORA)
    weights, metrics = bench.weights(), bench.metrics()
    with pytest.raises(WorkerLeaving, match="after step 6"):
        bench.run("left", leaves_at=6, **LORA)
    # Step 6 is validated by plan, and no model is written.
    assert bench.announced() == [4, 6]
    assert not (bench.home / "output" / "model").exists()
    assert bench.run("end", bench.newest(), **LORA).resumed_at == 6
    assert (bench.weights(), bench.metrics()) == (weights, metrics)


def test_a_training_that_died_after_its_last_step_makes_no_step_more(bench: Bench) -> None:
    spec = {**LORA, "max_steps": 5}
    bench.run("straight", **spec)
    weights, metrics, last = bench.weights(), bench.metrics(), bench.newest()
    ended = bench.run("end", last, **spec)
    assert (ended.resumed_at, ended.steps) == (5, 5)
    assert bench.announced() == []
    assert (bench.weights(), bench.metrics()) == (weights, metrics)


def test_early_stopping_remembers_what_it_saw_before_the_death(bench: Bench) -> None:
    # At this rate nothing gets better after the first validations.
    spec = {**FULL, "learning_rate": 0.3, "eval_steps": 1, "checkpoint_steps": 1, "early_stopping_patience": 3}
    straight = bench.run("straight", **spec)
    assert straight.stopped_early and straight.steps > 3
    weights, metrics, last = bench.weights(), bench.metrics(), bench.newest()
    for step in (straight.steps - 1, straight.steps):
        with pytest.raises(Dead):
            bench.run(f"life-{step}", dies_at=step, **spec)
        ended = bench.run(f"end-{step}", bench.newest(), **spec)
        assert (ended.steps, ended.best_step) == (straight.steps, straight.best_step)
        assert (bench.weights(), bench.metrics()) == (weights, metrics)
    # Its last checkpoint was made after the validation that stopped it.
    assert bench.run("over", last, **spec).steps == straight.steps
    assert (bench.weights(), bench.metrics()) == (weights, metrics)


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_training(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FAULTS_VARIABLE, "train/0/local_save=errno:ENOSPC*1")
    monkeypatch.setenv(COUNT_VARIABLE, str(tmp_path))
    assert bench.run(max_steps=3, checkpoint_steps=1).steps == 3
    assert bench.announced() == [2, 3]
    assert not (bench.home / "checkpoints" / "checkpoint-1").exists()


def test_no_more_than_two_checkpoints_lie_in_the_scratch_folder(bench: Bench) -> None:
    bench.run(max_steps=5, checkpoint_steps=1)
    assert bench.announced() == [1, 2, 3, 4, 5]
    assert sorted(one.name for one in (bench.home / "checkpoints").iterdir()) == ["checkpoint-4", "checkpoint-5"]


def _state(checkpoint: Path | None) -> list[str]:
    """Weights, optimizer, scheduler and random states."""
    assert checkpoint is not None
    (weights,) = set(checkpoint.glob("*model.safetensors"))
    inner = [
        _printed(torch.load(checkpoint / name, weights_only=False))
        for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth")
    ]
    return [hashlib.sha256(weights.read_bytes()).hexdigest(), *inner]


def _printed(value: Any) -> str:
    """All of a nested state, every number of it."""
    if isinstance(value, dict):
        return str({key: _printed(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return str([_printed(item) for item in value])
    return str(value.tolist()) if hasattr(value, "tolist") else repr(value)
