"""What a model folder in transformers layout says about itself."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

from agent.errors import UnknownModel
from agent.job.model import ModelFacts

WEIGHT_FILES = ("*.safetensors", "*.bin", "*.gguf")
_BYTES_OF_DTYPE = {"float32": 4, "float16": 2, "bfloat16": 2, "float8_e4m3fn": 1}


def facts_of_folder(name: str, folder: Path) -> ModelFacts:
    """What the files of ``folder`` state.

    Raises:
        UnknownModel: there is no configuration or there are no weights.
    """
    if not (folder / "config.json").is_file():
        raise UnknownModel(
            f"Model folder {name!r} has no config.json.",
            next_step="Name a folder that save_pretrained wrote.",
        )
    weights = [file for pattern in WEIGHT_FILES for file in sorted(folder.glob(pattern))]
    if not weights:
        raise UnknownModel(
            f"Model folder {name!r} has no weights (*.safetensors).", next_step="Fetch the weights into it."
        )
    return ModelFacts(
        name=name,
        origin="folder",
        location=str(folder),
        parameters=_parameters_of(folder, weights),
        has_chat_template=_has_chat_template(folder),
        licence=_licence_of_card(folder / "README.md"),
    )


def _parameters_of(folder: Path, weights: list[Path]) -> int:
    """Number of weights: from the safetensors headers, else from file sizes and the configured type."""
    tensors = [file for file in weights if file.suffix == ".safetensors"]
    if tensors:
        return sum(math.prod(shape) for file in tensors for shape in _shapes_in(file))
    config = _json(folder / "config.json")
    dtype = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    return sum(file.stat().st_size for file in weights) // _BYTES_OF_DTYPE.get(dtype, 4)


def _shapes_in(file: Path) -> list[list[int]]:
    """Shapes of all tensors, from the header (https://huggingface.co/docs/safetensors, "Format")."""
    with file.open("rb") as reader:
        (length,) = struct.unpack("<Q", reader.read(8))
        header: dict[str, Any] = json.loads(reader.read(length))
    return [entry["shape"] for key, entry in header.items() if key != "__metadata__"]


def _has_chat_template(folder: Path) -> bool:
    return (folder / "chat_template.jinja").is_file() or bool(
        _json(folder / "tokenizer_config.json").get("chat_template")
    )


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnknownModel(f"{file} is not JSON: {error}.", next_step="Fetch the model again.") from error
    return content if isinstance(content, dict) else {}


def _licence_of_card(card: Path) -> str:
    """The licence named in a model card's YAML head, '' without one."""
    if not card.is_file():
        return ""
    from huggingface_hub import ModelCard

    try:
        return str(ModelCard.load(card).data.get("license") or "")
    except ValueError:
        return ""
