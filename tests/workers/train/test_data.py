"""Rows become tokens, labels and packs; the loss reads exactly what it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.errors import UnknownModel
from agent.job.records import RowFormat
from tests.tiny_models import SENTENCES
from tests.workers.train.units import make_row
from workers.train.data import IGNORED, Encoded, encode_row, pack_rows

ROOM = 256


@pytest.fixture(scope="module")
def chat(llama_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(llama_folder)


@pytest.fixture(scope="module")
def plain(gpt2_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(gpt2_folder)


def _target_text(row: Encoded, tokenizer: Any) -> str:
    return str(tokenizer.decode([label for label in row.labels if label != IGNORED]))


def test_a_conversation_is_trained_on_the_assistants_words_and_its_closing_token(chat: Any) -> None:
    row = encode_row(make_row(0, RowFormat.CHAT), chat, ROOM)
    assert _target_text(row, chat) == f"{SENTENCES[0]}<|end|>"
    assert 0 < row.targets < len(row.ids)


def test_every_assistant_turn_of_a_longer_conversation_is_a_target(chat: Any) -> None:
    turns = make_row(0, RowFormat.CHAT).messages + make_row(1, RowFormat.CHAT).messages
    row = encode_row(make_row(0, RowFormat.CHAT).model_copy(update={"messages": turns}), chat, ROOM)
    assert _target_text(row, chat) == f"{SENTENCES[0]}<|end|>{SENTENCES[1]}<|end|>"


def test_a_template_that_renders_finished_turns_otherwise_still_trains_on_the_answer(chat: Any) -> None:
    usual = chat.chat_template
    # The generation prompt opens a thought that the finished conversation does not show.
    chat.chat_template = usual.replace(
        "{% if add_generation_prompt %}<|assistant|>", "{% if add_generation_prompt %}<|assistant|>(thinking)"
    )
    try:
        row = encode_row(make_row(0, RowFormat.CHAT), chat, ROOM)
    finally:
        chat.chat_template = usual
    assert _target_text(row, chat) == f"{SENTENCES[0]}<|end|>"


def test_a_completion_is_trained_on_to_the_end_of_text_and_its_prompt_is_not(plain: Any) -> None:
    row = encode_row(make_row(2, RowFormat.PROMPT_COMPLETION), plain, ROOM)
    assert _target_text(row, plain) == f" {SENTENCES[2]}<|eos|>"


def test_a_blank_at_the_prompts_end_does_not_cost_the_first_word(plain: Any) -> None:
    row = make_row(2, RowFormat.PROMPT_COMPLETION)
    moved = row.model_copy(update={"prompt": f"{row.prompt} ", "completion": row.completion.lstrip()})
    assert encode_row(moved, plain, ROOM) == encode_row(row, plain, ROOM)


def test_plain_text_is_trained_on_but_for_its_first_token(plain: Any) -> None:
    row = encode_row(make_row(3, RowFormat.TEXT), plain, ROOM)
    assert row.labels[0] == IGNORED
    assert row.labels[1:] == row.ids[1:]
    assert row.ids[-1] == plain.eos_token_id


def test_a_row_whose_answer_lies_beyond_the_sequence_has_no_target(chat: Any) -> None:
    row = encode_row(make_row(0, RowFormat.CHAT), chat, 4)
    assert row.cut
    assert row.targets == 0


def test_conversations_for_a_model_without_a_template_are_refused_with_the_next_step(plain: Any) -> None:
    with pytest.raises(UnknownModel, match=r"assemble\.format"):
        encode_row(make_row(0, RowFormat.CHAT), plain, ROOM)


def test_packs_hold_every_row_whole_once_and_fill_their_sequences() -> None:
    rows = [Encoded(f"{n:03d}", (n,) * (1 + n % 17), (n,) * (1 + n % 17)) for n in range(1, 200)]
    packs = pack_rows(rows, 32)
    assert all(len(pack.input_ids) <= 32 for pack in packs)
    assert sorted(token for pack in packs for token in pack.input_ids) == sorted(
        token for row in rows for token in row.ids
    )
    used = sum(len(row.ids) for row in rows)
    assert used / (32 * len(packs)) > 0.95
    for pack in packs:
        starts = [at for at, position in enumerate(pack.position_ids) if position == 0]
        for start, end in zip(starts, [*starts[1:], len(pack.input_ids)], strict=True):
            assert len(set(pack.input_ids[start:end])) == 1
            assert pack.position_ids[start:end] == tuple(range(end - start))


def test_the_same_rows_in_another_order_give_the_same_packs() -> None:
    rows = [Encoded(f"{n:03d}", (n,) * (1 + n % 7), (n,) * (1 + n % 7)) for n in range(50)]
    assert pack_rows(rows, 16) == pack_rows(rows[::-1], 16)
