"""Counts tokens as the job's own model does, with its tokenizer alone; where that cannot be had, by an estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import FinetuneError, UnknownModel
from agent.job.model import ModelFacts
from agent.models.tokenizer import tokenizer_file
from workers.tokens.estimate import estimate_tokens

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BYTE_LEVEL = ("gpt-2", "default", "smollm", "smoll")
"""GGUF's names for vocabularies whose words are cut as GPT-2's are; training reads the catalogue's model so too."""


@dataclass(frozen=True)
class TokenCounter:
    """How tokens are counted in this job."""

    count: Callable[[Sequence[str]], list[int]]
    """Tokens of each text, without what a model puts before and after; many at once are faster."""
    name: str
    """Which file it is made of, or 'estimate'."""
    joint: int
    """Tokens of the blank line between two blocks."""
    reason: str = ""
    """Why it is an estimate, for people."""


@lru_cache(maxsize=2)
def token_counter(facts: ModelFacts, cache_dir: Path) -> TokenCounter:
    """The counter of the job's model, made once a process."""
    try:
        file = tokenizer_file(facts, cache_dir)
        count = _counting(file)
    except FinetuneError as error:
        return TokenCounter(_estimated, "estimate", _joint(_estimated), error.message)
    return TokenCounter(count, file.name, _joint(count))


def _joint(count: Callable[[Sequence[str]], list[int]]) -> int:
    one, other, both = count(["One.", "Other.", "One.\n\nOther."])
    return both - one - other


def _estimated(texts: Sequence[str]) -> list[int]:
    return [estimate_tokens(text) for text in texts]


def _counting(file: Path) -> Callable[[Sequence[str]], list[int]]:
    """What counts by the vocabulary in this file.

    Raises:
        UnknownModel: the file is damaged, or of a kind that is not known here.
    """
    try:
        return _by_sentencepiece(file) if file.suffix == ".model" else _by_tokenizers(file)
    except UnknownModel:
        raise
    except Exception as error:  # both libraries raise plain Exception for a damaged file
        raise UnknownModel(
            f"{file} cannot be read as a tokenizer: {error}.", next_step="Fetch the model again."
        ) from error


def _by_sentencepiece(file: Path) -> Callable[[Sequence[str]], list[int]]:
    from sentencepiece import SentencePieceProcessor

    pieces = SentencePieceProcessor(model_file=str(file))
    return lambda texts: [len(ids) for ids in pieces.encode(list(texts))]


def _by_tokenizers(file: Path) -> Callable[[Sequence[str]], list[int]]:
    from tokenizers import Tokenizer

    tokenizer = _of_gguf(file) if file.suffix == ".gguf" else Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return lambda texts: [
        len(encoding) for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ]


def _of_gguf(file: Path) -> Tokenizer:
    """The byte-level tokenizer described by the file's metadata (https://github.com/ggml-org/ggml/blob/master/docs/
    gguf.md, "Tokenizer"); no weights are read.
    """
    from gguf import GGUFReader
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    fields = GGUFReader(file).fields
    kind, words = (
        fields[key].contents() if key in fields else "" for key in ("tokenizer.ggml.model", "tokenizer.ggml.pre")
    )
    if kind != "gpt2" or (words or "default") not in _BYTE_LEVEL:
        raise UnknownModel(
            f"{file.name} has a vocabulary of kind {kind}/{words}, which only the whole model reads.",
            next_step="Put its tokenizer.json beside it.",
        )
    tokens, merges, types = (fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "merges", "token_type"))
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    tokenizer = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(token, normalized=False) for token, type_ in zip(tokens, types, strict=True) if type_ == 3]
    tokenizer.add_special_tokens(special)
    return tokenizer
