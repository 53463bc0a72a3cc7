"""Packed rows do not see each other, and a model that cannot keep them apart is found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from agent.job.records import RowFormat
from tests.workers.train.units import make_row
from workers.train.base_model import load_base, load_tokenizer
from workers.train.data import encode_row, pack_rows
from workers.train.loop import collator
from workers.train.packing import keeps_rows_apart

CPU = torch.device("cpu")


def _for_training(folder: Path) -> Any:
    model: Any = load_base(folder, torch.float32, CPU)
    model.config.use_cache = False
    return model


@pytest.mark.parametrize("family", ["llama_folder", "gpt2_folder"])
def test_each_row_of_a_padded_batch_of_packs_gets_the_logits_it_gets_alone(
    family: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(family)
    tokenizer = load_tokenizer(folder)
    model = _for_training(folder)
    model.eval()
    rows = [encode_row(make_row(n, RowFormat.TEXT), tokenizer, 32) for n in range(7)]
    packs = pack_rows(rows, 32)
    assert 1 < len(packs) < len(rows)
    batch = collator(tokenizer.pad_token_id)(packs)
    with torch.inference_mode():
        packed = model(**batch).logits
        for line, pack in enumerate(packs):
            starts = [at for at, position in enumerate(pack.position_ids) if position == 0]
            for start, end in zip(starts, [*starts[1:], len(pack.input_ids)], strict=True):
                alone = model(input_ids=torch.tensor([pack.input_ids[start:end]])).logits[0]
                torch.testing.assert_close(packed[line, start:end], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("family", ["llama_folder", "gpt2_folder"])
def test_usual_attention_passes_the_probe(family: str, request: pytest.FixtureRequest) -> None:
    assert keeps_rows_apart(_for_training(request.getfixturevalue(family)))


def test_a_model_that_keeps_a_cache_mixes_rows_and_fails_the_probe(llama_folder: Path) -> None:
    assert not keeps_rows_apart(load_base(llama_folder, torch.float32, CPU))


def test_a_model_that_does_not_look_at_position_ids_fails_the_probe(llama_folder: Path) -> None:
    model = _for_training(llama_folder)
    whole = model.forward
    model.forward = lambda position_ids, **inputs: whole(**inputs)
    assert not keeps_rows_apart(model)
