"""Measures base and tuned model in a process of its own: ``python -m workers.train.evaluation
CONFIG.json``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from peft import PeftModel

from agent.job.evaluation import ShownAnswer
from agent.job.records import Chunk, Record, Row, Split
from workers.train.accelerators import device_of, peak_memory_mb, probe
from workers.train.base_model import load_base, load_tokenizer, ready_base
from workers.train.data import Encoded, encode
from workers.train.events import Events, serve
from workers.train.layout import Layout, Segment, lay_out, only_answer, prompt_of, question_of, with_answer
from workers.train.questions import Question, choose_questions
from workers.train.reports import ChunkScore, EvaluationConfig, Measurement, QuestionScore
from workers.train.scoring import greedy_answers, negative_log_likelihoods

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class _Tasks:
    """What both models are asked, in the same words."""

    chunks: list[Chunk]
    texts: list[Encoded]
    questions: list[Question]
    options: list[Encoded]
    """All options of all questions, one after another."""
    prompts: list[str]
    bare: bool


@dataclass(frozen=True)
class _Answers:
    """What one model made of them."""

    texts: list[float]
    options: list[float]
    shown: list[str]


def measure(config: EvaluationConfig, events: Events) -> Measurement:
    """Scores of both models on held-out text and questions, from one load of the base where it is adapted."""
    began = time.monotonic()
    capability = probe()
    torch.set_num_threads(capability.threads)
    device = device_of(capability)
    events.progress(0)
    folder = ready_base(config.facts, config.cache_dir)
    tokenizer = load_tokenizer(folder)
    tasks = _tasks(config, tokenizer)
    total = 2 * (len(tasks.texts) + len(tasks.options) + len(tasks.prompts))
    answered: list[_Answers] = []
    for number, model in enumerate(_base_then_tuned(config, folder, capability.bf16, device)):
        before = number * total // 2
        answered.append(
            _ask(model, tokenizer, tasks, config, lambda done, at=before: events.progress(at + done, total))
        )
    base, tuned = answered
    return Measurement(
        chunks=tuple(
            ChunkScore(
                chunk_id=chunk.id, document_id=chunk.document_id, tokens=row.targets,
                bytes=_bytes_of_targets(row, tokenizer), base_nll=base_nll, tuned_nll=tuned_nll,
            )
            for chunk, row, base_nll, tuned_nll in zip(
                tasks.chunks, tasks.texts, base.texts, tuned.texts, strict=True
            )
        ),
        questions=tuple(_right(tasks, base.options, tuned.options)),
        answers=tuple(
            ShownAnswer(
                question=question_of(question.row), reference=question.options[0], base=before, tuned=after,
                url=question.row.url,
            )
            for question, before, after in zip(tasks.questions, base.shown, tuned.shown, strict=False)
        ),
        device=f"{capability.backend}: {capability.names[0]}",
        seconds=round(time.monotonic() - began, 1),
        peak_memory_mb=round(peak_memory_mb(device), 1),
    )  # fmt: skip


def _tasks(config: EvaluationConfig, tokenizer: PreTrainedTokenizerBase) -> _Tasks:
    chunks, texts = _texts_within_budget(config, tokenizer)
    choices = [row for row in _records(config.choices, Row) if row.split is Split.TEST]
    rows = [*_records(config.test_rows, Row), *choices]
    questions = choose_questions(rows, config.evaluate.max_questions, config.seed)
    layouts = [
        only_answer(lay_out(with_answer(question.row, option), tokenizer), option)
        for question in questions
        for option in question.options
    ]
    shown = [lay_out(question.row, tokenizer) for question in questions[: config.evaluate.show_answers]]
    return _Tasks(
        chunks=chunks,
        texts=texts,
        questions=questions,
        options=[encode(str(n), layout, tokenizer, config.sequence_length) for n, layout in enumerate(layouts)],
        prompts=[prompt_of(layout) for layout in shown],
        bare=all(layout.bare for layout in shown),
    )


def _texts_within_budget(
    config: EvaluationConfig, tokenizer: PreTrainedTokenizerBase
) -> tuple[list[Chunk], list[Encoded]]:
    """Held-out chunks as plain text, drawn by seed over all documents until the token budget is spent."""
    chunks = _records(config.heldout, Chunk)
    random.Random(config.seed).shuffle(chunks)
    taken: list[Chunk] = []
    texts: list[Encoded] = []
    left = config.evaluate.max_perplexity_tokens
    for chunk in chunks:
        plain = Layout((Segment(chunk.own_text, True),), bare=True, closed=False)
        row = encode(chunk.id, plain, tokenizer, min(config.sequence_length, left))
        if row.targets:
            taken.append(chunk)
            texts.append(row)
            left -= len(row.ids)
        if left <= 1:
            break
    return taken, texts


def _base_then_tuned(config: EvaluationConfig, folder: Path, bf16: bool, device: torch.device) -> Iterator[Any]:
    """The base model, then the tuned one; an adapted model is its own base while its adapter is off."""
    dtype = torch.bfloat16 if bf16 else torch.float32
    base: Any = load_base(folder, dtype, device)
    base.eval()
    if config.method == "full":
        yield base
        del base
        tuned: Any = load_base(config.tuned, dtype, device)
        yield tuned.eval()
        return
    adapted: Any = PeftModel.from_pretrained(base, config.tuned, autocast_adapter_dtype=False).eval()
    with adapted.disable_adapter():
        yield adapted
    if config.merged:
        adapted.merge_adapter()
    yield adapted


def _ask(model: Any, tokenizer: Any, tasks: _Tasks, config: EvaluationConfig, progress: Any) -> _Answers:
    padding = tokenizer.pad_token_id or 0
    texts = negative_log_likelihoods(model, tasks.texts, padding=padding, progress=progress)
    at = len(tasks.texts)
    options = negative_log_likelihoods(model, tasks.options, padding=padding, progress=lambda done: progress(at + done))
    shown = greedy_answers(model, tokenizer, tasks.prompts, bare=tasks.bare, new_tokens=config.evaluate.answer_tokens)
    progress(at + len(tasks.options) + len(tasks.prompts))
    return _Answers(texts, options, shown)


def _right(tasks: _Tasks, base: Sequence[float], tuned: Sequence[float]) -> Iterator[QuestionScore]:
    """Whether the first option of each question has the highest mean log-likelihood a token."""
    at = 0
    for question in tasks.questions:
        span = range(at, at + len(question.options))
        at = span.stop
        counts = [max(1, tasks.options[n].targets) for n in span]
        base_means, tuned_means = (
            [sums[n] / count for n, count in zip(span, counts, strict=True)] for sums in (base, tuned)
        )
        yield QuestionScore(
            row_id=question.row.id,
            options=len(question.options),
            base_right=base_means[0] < min(base_means[1:]),
            tuned_right=tuned_means[0] < min(tuned_means[1:]),
        )


def _bytes_of_targets(row: Encoded, tokenizer: Any) -> int:
    scored = [token for token, label in zip(row.ids, row.labels, strict=True) if token == label]
    return len(str(tokenizer.decode(scored)).encode())


def _records(file: Path, kind: type[R]) -> list[R]:
    return [kind.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    serve(EvaluationConfig, measure)
