"""Base and tuned are measured alike, each as itself."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.job.evaluation import Evaluation
from agent.job.model import ModelFacts
from agent.job.records import Chunk, ExampleKind, Row, RowFormat, Split
from agent.spec import EvaluateConfig
from agent.store import ArtifactWriter
from tests.workers.train.units import Jobs, make_chunk, make_row
from workers.train.accelerators import probe
from workers.train.base_model import load_base, load_tokenizer
from workers.train.data import Encoded, encode, encode_row, pack_rows
from workers.train.evaluate import evaluate
from workers.train.evaluation import measure
from workers.train.events import Events
from workers.train.layout import Layout, Segment, lay_out, only_answer
from workers.train.loop import collator
from workers.train.reports import EvaluationConfig, Measurement
from workers.train.scoring import negative_log_likelihoods

CPU = torch.device("cpu")


def _adapter(base: Path, folder: Path) -> Path:
    """An adapter that changes much."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(5)
    adapted: Any = get_peft_model(
        load_base(base, torch.float32, CPU),
        LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear", r=4, init_lora_weights=False),
    )
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.mul_(50)
    adapted.save_pretrained(folder, save_embedding_layers=False)
    return folder


def _measure(
    facts: ModelFacts,
    tuned: Path,
    home: Path,
    *,
    method: str = "lora",
    merged: bool = True,
    choices: Sequence[Row] = (),
) -> Measurement:
    chunks: list[Chunk] = [make_chunk(n) for n in range(12)]
    rows: list[Row] = [make_row(n, RowFormat.CHAT, Split.TEST) for n in range(8)]
    if not facts.has_chat_template:
        rows = [make_row(n, RowFormat.PROMPT_COMPLETION, Split.TEST) for n in range(8)]
    (home / "heldout.jsonl").write_text("".join(f"{chunk.model_dump_json()}\n" for chunk in chunks))
    (home / "test.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
    (home / "choices.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in choices))
    config = EvaluationConfig(
        facts=facts, cache_dir=home, tuned=tuned, method=method, merged=merged, sequence_length=256, seed=2,
        heldout=home / "heldout.jsonl", test_rows=home / "test.jsonl", choices=home / "choices.jsonl",
        evaluate=EvaluateConfig(answer_tokens=8),
    )  # fmt: skip
    return measure(config, Events(io.StringIO()))


def _plain_losses(folder: Path, dtype: torch.dtype) -> dict[str, float]:
    """What a model loaded by itself makes of the held-out chunks, one at a time."""
    model: Any = load_base(folder, dtype, CPU)
    model.eval()
    tokenizer = load_tokenizer(folder)
    losses = {}
    for chunk in (make_chunk(n) for n in range(12)):
        ids = torch.tensor([tokenizer(chunk.text)["input_ids"]])
        with torch.inference_mode():
            losses[chunk.id] = float(model(input_ids=ids, labels=ids).loss) * (ids.shape[1] - 1)
    return losses


@pytest.mark.parametrize("merged", [True, False])
def test_the_base_figures_are_those_of_the_base_loaded_alone_and_not_the_tuned_models(
    merged: bool, llama: ModelFacts, llama_folder: Path, tmp_path: Path
) -> None:
    measured = _measure(llama, _adapter(llama_folder, tmp_path / "tuned"), tmp_path, merged=merged)
    plain = _plain_losses(llama_folder, torch.bfloat16 if probe().bf16 else torch.float32)
    assert len(measured.chunks) == 12
    from_base = sum(abs(score.base_nll - plain[score.chunk_id]) for score in measured.chunks)
    from_tuned = sum(abs(score.tuned_nll - plain[score.chunk_id]) for score in measured.chunks)
    assert from_base < 0.1 * from_tuned


def test_an_untouched_adapter_measures_exactly_like_its_base(
    llama: ModelFacts, llama_folder: Path, tmp_path: Path
) -> None:
    from peft import LoraConfig, get_peft_model

    fresh: Any = get_peft_model(
        load_base(llama_folder, torch.float32, CPU),
        LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear"),
    )
    fresh.save_pretrained(tmp_path / "tuned", save_embedding_layers=False)
    measured = _measure(llama, tmp_path / "tuned", tmp_path)
    assert [score.base_nll for score in measured.chunks] == [score.tuned_nll for score in measured.chunks]
    assert all(question.base_right == question.tuned_right for question in measured.questions)
    assert all(answer.base == answer.tuned for answer in measured.answers)


def test_fully_tuned_weights_of_a_model_without_chat_template_are_measured_against_the_base(
    gpt2: ModelFacts, gpt2_folder: Path, tmp_path: Path
) -> None:
    tuned: Any = load_base(gpt2_folder, torch.float32, CPU)
    with torch.no_grad():
        for weight in tuned.parameters():
            weight.mul_(1.5)
    tuned.save_pretrained(tmp_path / "tuned")
    asked = [make_row(9, RowFormat.PROMPT_COMPLETION, split) for split in (Split.TEST, Split.VALIDATION)]
    choices = [
        row.model_copy(update={"id": f"c-{row.split}", "kind": ExampleKind.CHOICE, "wrong_answers": ("No.", "Yes.")})
        for row in asked
    ]
    measured = _measure(gpt2, tmp_path / "tuned", tmp_path, method="full", choices=choices)
    assert {score.row_id: score.options for score in measured.questions if score.row_id.startswith("c-")} == {
        "c-test": 3
    }
    assert all(score.base_nll != score.tuned_nll for score in measured.chunks)
    assert [answer.reference for answer in measured.answers]
    assert measured.answers[0].question.startswith("What is said of number")


def test_a_model_that_knows_the_answers_by_heart_gets_every_question_right(
    llama_folder: Path, llama: ModelFacts, tmp_path: Path
) -> None:
    model: Any = load_base(llama_folder, torch.float32, CPU)
    tokenizer = load_tokenizer(llama_folder)
    rows = [make_row(n, RowFormat.CHAT, Split.TEST) for n in range(8)]
    packs = pack_rows([encode_row(row, tokenizer, 256) for row in rows], 256)
    batch = collator(0)(packs)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(150):
        model(**batch, use_cache=False).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(tmp_path / "tuned")
    measured = _measure(llama, tmp_path / "tuned", tmp_path, method="full")
    assert all(question.tuned_right for question in measured.questions)
    assert not all(question.base_right for question in measured.questions)
    assert measured.answers[0].tuned.split()[:2] == measured.answers[0].reference.split()[:2]


def test_padding_and_batching_change_no_likelihood(llama_folder: Path) -> None:
    model: Any = load_base(llama_folder, torch.float32, CPU)
    model.eval()
    tokenizer = load_tokenizer(llama_folder)
    texts = [make_chunk(n).text * (1 + n % 3) for n in range(7)]
    rows: list[Encoded] = [
        encode(str(n), Layout((Segment(text, True),), bare=True, closed=False), tokenizer, 256)
        for n, text in enumerate(texts)
    ]
    together = negative_log_likelihoods(model, rows, padding=0, progress=lambda done: None)
    alone = [negative_log_likelihoods(model, [row], padding=0, progress=lambda done: None)[0] for row in rows]
    assert together == pytest.approx(alone, rel=1e-4)


def test_only_the_words_of_an_answer_are_scored(llama_folder: Path) -> None:
    tokenizer = load_tokenizer(llama_folder)
    row = make_row(0, RowFormat.CHAT)
    answer = row.messages[1]["content"]
    scored = encode("0", only_answer(lay_out(row, tokenizer), answer), tokenizer, 256)
    assert tokenizer.decode([label for label in scored.labels if label >= 0]) == answer


def test_the_stage_writes_figures_with_intervals_and_every_score(jobs: Jobs, llama: ModelFacts) -> None:
    dataset = jobs.cleared(RowFormat.CHAT)
    trained = ArtifactWriter(jobs.store, "job", "train", "0", "e1")
    trained.put_folder(_adapter(Path(llama.location), jobs.root / "adapter"), "model")
    trained.facts.update(method="lora", steps=3, tokens=900, train_loss=2.0, first_eval_loss=None,
                         best_eval_loss=None, last_eval_loss=None)  # fmt: skip
    trained.commit()
    work = jobs.unit("evaluate", [trained.path, dataset], llama, evaluate={"answer_tokens": 4, "show_answers": 2})
    outcome = evaluate(work)
    work.output.commit()
    found = Evaluation.model_validate_json(jobs.store.read(f"{work.output.path}/evaluation.json"))
    assert found.perplexity is not None and found.accuracy is not None
    assert found.perplexity.documents == 6
    assert found.perplexity.gain_interval.low <= found.perplexity.gain <= found.perplexity.gain_interval.high
    assert found.accuracy.questions == 8
    assert len(found.answers) == 2
    scores = json.loads(jobs.store.read(f"{work.output.path}/measurement.json"))
    assert len(scores["chunks"]) == 12
    assert [(unit.stage, unit.inputs) for unit in outcome.successors] == [
        ("publish", (work.output.path, trained.path, dataset))
    ]
