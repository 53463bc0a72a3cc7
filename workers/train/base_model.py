"""Loads base models and tokenizers. Only child processes import this module."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from filelock import FileLock
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from agent.errors import UnknownModel
from agent.models import fetch_model
from agent.models.tokenizer import UNPACKED

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from agent.job.model import ModelFacts

COMPLETE = "COMPLETE"
"""File that is written last into a folder of ours; without it the folder is rubbish."""

logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def ready_base(facts: ModelFacts, cache_dir: Path) -> Path:
    """A folder that ``from_pretrained`` reads quickly; fetches the model and unpacks GGUF once.

    Raises:
        UnknownModel, MissingDependency, OperationFailed: as `agent.models.fetch_model`.
    """
    folder = fetch_model(facts, cache_dir)
    packed = sorted(folder.glob("*.gguf"))
    if not packed or any(folder.glob("*.safetensors")):
        return folder
    home = folder if facts.origin == "catalogue" else cache_dir / "gguf" / folder.name
    return _unpacked(packed[0], home)


def _unpacked(gguf: Path, home: Path) -> Path:
    """The GGUF file as a bf16 safetensors folder with tokenizer and chat template, made on first use.

    Block-quantised weights cannot be trained, and unpacking them at every stage would cost seconds each time.
    """
    target = home / UNPACKED
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".unpack.lock"):
        if (target / COMPLETE).is_file():
            return target
        shutil.rmtree(target, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            partial = Path(scratch) / UNPACKED
            tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
            model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.bfloat16)
            # The weights are plain by now, but save_pretrained refuses while these say otherwise.
            model.hf_quantizer = None
            if hasattr(model.config, "quantization_config"):
                del model.config.quantization_config
            model.save_pretrained(partial)
            tokenizer.save_pretrained(partial)
            (partial / COMPLETE).touch()
            partial.rename(target)
    return target


def load_base(folder: Path, dtype: torch.dtype, device: torch.device) -> PreTrainedModel:
    """The model's weights in ``dtype`` on ``device``; code that comes with a model is never run.

    Raises:
        UnknownModel: the files are no causal language model that transformers knows.
    """
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, trust_remote_code=False)
    except (ValueError, KeyError, OSError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise UnknownModel(
            f"The model in {folder} cannot be loaded: {first_line}",
            next_step="Name a causal language model in transformers layout.",
        ) from error
    loaded: PreTrainedModel = model.to(device)
    return loaded


def most_positions(model: Any, wanted: int) -> int:
    """``wanted`` tokens of context, or as many as the model has positions for."""
    return min(wanted, int(getattr(model.config, "max_position_embeddings", None) or wanted))


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer, with a padding token: its own, else the end-of-text token.

    Raises:
        UnknownModel: the folder has none.
    """
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ValueError, KeyError, OSError) as error:
        raise UnknownModel(
            f"The model in {folder} has no tokenizer that can be loaded.",
            next_step="Put tokenizer.json and tokenizer_config.json beside its weights.",
        ) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    loaded: PreTrainedTokenizerBase = tokenizer
    return loaded
