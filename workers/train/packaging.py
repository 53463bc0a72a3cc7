"""Makes the model folder to hand over, in a process of its own: ``python -m workers.train.packaging
CONFIG.json``.
"""

from __future__ import annotations

import shutil
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoConfig

from workers.train.base_model import load_base, load_tokenizer, ready_base
from workers.train.events import Events, serve
from workers.train.reports import ADAPTER_FOLDER, PackagingConfig, PackagingResult

_CPU = torch.device("cpu")


def package(config: PackagingConfig, events: Events) -> PackagingResult:
    """Write the folder: weights and tokenizer for `AutoModelForCausalLM`, the adapter in ``adapter/``."""
    events.progress(0)
    base_folder = ready_base(config.facts, config.cache_dir)
    # Weights are handed over in the type the base model came in.
    dtype = AutoConfig.from_pretrained(base_folder).dtype or torch.float32
    config.output.mkdir(parents=True)
    if config.method == "lora":
        shutil.copytree(config.tuned, config.output / ADAPTER_FOLDER)
    if config.method == "full":
        _save(load_base(config.tuned, dtype, _CPU), config)
    elif config.merge:
        base = load_base(base_folder, dtype, _CPU)
        adapted: Any = PeftModel.from_pretrained(base, config.tuned, autocast_adapter_dtype=False)
        _save(adapted.merge_and_unload(), config)
    load_tokenizer(config.tuned).save_pretrained(config.output)
    written = [file for file in config.output.rglob("*") if file.is_file()]
    return PackagingResult(size_bytes=sum(file.stat().st_size for file in written))


def _save(model: Any, config: PackagingConfig) -> None:
    model.config.use_cache = True
    model.save_pretrained(config.output)


if __name__ == "__main__":
    serve(PackagingConfig, package)
