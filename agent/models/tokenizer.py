"""The one file of a base model that says how it cuts text into tokens, for workers that need no weights."""

from __future__ import annotations

from pathlib import Path

from agent.errors import UnknownModel
from agent.job.model import ModelFacts
from agent.models.catalogue import fetch_from_catalogue

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model")
"""What the tokenizers library reads, and what sentencepiece reads."""

UNPACKED = "unpacked"
"""Folder in which training puts what it unpacks of a GGUF file, the tokenizer too."""


def tokenizer_file(facts: ModelFacts, cache_dir: Path) -> Path:
    """``tokenizer.json``, else ``tokenizer.model``, else the GGUF file that holds the vocabulary; from the hub no other
    file is fetched. The catalogue's models are one GGUF file, which training fetches into the same ``cache_dir``.

    Raises:
        UnknownModel: the model has none of these, or its folder is not on this machine.
        MissingDependency: the catalogue's file cannot be had.
    """
    if facts.origin == "hub":
        from agent.models.hub import fetch_file_from_hub

        return fetch_file_from_hub(facts, TOKENIZER_FILES)
    if (
        facts.origin == "catalogue"
        and (written := cache_dir / facts.location / UNPACKED / TOKENIZER_FILES[0]).is_file()
    ):
        return written
    folder = Path(facts.location) if facts.origin == "folder" else fetch_from_catalogue(facts.location, cache_dir)
    found = [folder / name for name in TOKENIZER_FILES if (folder / name).is_file()] or sorted(folder.glob("*.gguf"))
    if not found:
        raise UnknownModel(
            f"Model folder {str(folder)!r} has no tokenizer on this machine.",
            next_step="Put tokenizer.json beside its weights, on a disk that every worker sees.",
        )
    return found[0]
