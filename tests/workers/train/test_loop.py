"""The training loop, run in this process on tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import NotEnoughData, TrainingFailed
from agent.job.model import ModelFacts
from agent.job.records import RowFormat
from tests.workers.train.bench import Bench
from tests.workers.train.units import make_row


@pytest.fixture
def bench(tmp_path: Path, llama: ModelFacts) -> Bench:
    return Bench(
        tmp_path, llama, [make_row(n, RowFormat.CHAT) for n in range(24)],
        [make_row(n, RowFormat.TEXT) for n in range(3)],
    )  # fmt: skip


def test_full_tuning_of_a_model_without_chat_template_moves_all_weights(tmp_path: Path, gpt2: ModelFacts) -> None:
    rows = [make_row(n, RowFormat.PROMPT_COMPLETION) for n in range(24)]
    bench = Bench(tmp_path, gpt2, rows, [])
    result = bench.run(method="full", learning_rate=0.01, max_steps=12)
    assert result.trainable == result.parameters
    assert result.packed
    assert bench.losses()[-1] < 0.8 * bench.losses()[0]
    assert result.best_eval_loss is None
    assert (bench.home / "output" / "model" / "model.safetensors").is_file()


def test_the_same_seed_gives_the_same_losses(bench: Bench) -> None:
    bench.run("one", max_steps=3)
    one = bench.losses()
    bench.run("two", max_steps=3)
    assert bench.losses() == one


def test_training_stops_when_validation_gets_no_better_and_keeps_the_best_weights(
    tmp_path: Path, llama: ModelFacts
) -> None:
    # Learning one sentence by heart makes every other one less likely.
    rows = [make_row(0, RowFormat.TEXT).model_copy(update={"id": str(n)}) for n in range(12)]
    bench = Bench(tmp_path, llama, rows, [make_row(n, RowFormat.TEXT) for n in range(1, 4)])
    result = bench.run(method="full", learning_rate=0.05, max_steps=40, eval_steps=1, early_stopping_patience=2)
    assert result.stopped_early
    assert result.steps < 40
    assert result.best_step < result.steps
    assert result.best_eval_loss is not None and result.last_eval_loss is not None
    assert result.best_eval_loss < result.last_eval_loss


def test_each_step_tells_loss_rate_and_speed(bench: Bench) -> None:
    bench.run(max_steps=3, checkpoint_steps=2)
    events = [json.loads(line) for line in bench.events.getvalue().splitlines()]
    steps = [event for event in events if event["event"] == "progress" and "loss" in event["figures"]]
    assert [(event["done"], event["total"]) for event in steps] == [(1, 3), (2, 3), (3, 3)]
    assert all(event["figures"]["tokens_per_s"] > 0 for event in steps)
    saved = [event for event in events if event["event"] == "checkpoint"]
    assert saved[0]["step"] == 2
    assert (Path(saved[0]["folder"]) / "trainer_state.json").is_file()


def test_a_training_that_diverges_names_the_step_and_the_setting(bench: Bench) -> None:
    with pytest.raises(TrainingFailed, match=r"diverged.*step \d+.*learning_rate"):
        bench.run(method="full", learning_rate=1e30, warmup_share=0.0, max_steps=20)


def test_rows_without_room_for_any_answer_end_the_training_before_it_starts(tmp_path: Path, llama: ModelFacts) -> None:
    row = make_row(0, RowFormat.CHAT)
    question, answer = row.messages
    endless = row.model_copy(update={"messages": ({**question, "content": 299 * question["content"]}, answer)})
    with pytest.raises(NotEnoughData, match="sequence_length"):
        Bench(tmp_path, llama, [endless], []).run()


def test_a_row_too_long_for_its_answer_is_named_and_the_others_are_trained_on(
    tmp_path: Path, llama: ModelFacts
) -> None:
    row = make_row(0, RowFormat.CHAT)
    question, answer = row.messages
    endless = row.model_copy(update={"messages": ({**question, "content": 299 * question["content"]}, answer)})
    others = [make_row(n, RowFormat.CHAT) for n in range(1, 4)]
    assert Bench(tmp_path, llama, [endless, *others], []).run(max_steps=1).refused == (row.id,)


def test_rows_are_cut_where_the_model_has_no_more_positions(tmp_path: Path, gpt2: ModelFacts) -> None:
    row = make_row(0, RowFormat.TEXT)
    long = row.model_copy(update={"text": 40 * row.text})
    result = Bench(tmp_path, gpt2, [long], []).run(max_steps=1, sequence_length=4096)
    assert result.rows_cut == 1
