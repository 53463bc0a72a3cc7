"""The data card: README.md in the form of the Hugging Face dataset card, with configurations and typed columns.

Metadata as https://huggingface.co/docs/hub/datasets-cards and https://huggingface.co/docs/hub/datasets-manual-configuration
describe them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args, get_origin

from agent.dataset.distributions import Distributions, shares
from agent.dataset.shapes import SHAPE_OF, ChoiceLine, ExportFormat, TextLine
from agent.job.records import Record, SourceEntry, Split

if TYPE_CHECKING:
    from agent.dataset.export import About

_TEMPLATE = "card.md.j2"
_SOURCES_SHOWN = 200
"""A card stays readable; every row names its document."""
_TOPICS_SHOWN = 30

_HUB_LICENCES = "hub_licences.txt"
"""Identifiers the hub takes (https://huggingface.co/docs/hub/repositories-licenses); any other is ``other``."""


def data_card(found: Distributions, sources: Sequence[SourceEntry], format: ExportFormat, about: About) -> str:
    """The card as Markdown with its metadata head."""
    from huggingface_hub import DatasetCard, DatasetCardData

    used = sorted((source for source in sources if found.documents[source.document_id]), key=lambda each: each.url)
    card = DatasetCard.from_template(
        DatasetCardData(**_metadata(found, format, about)),
        template_str=(files(__package__) / _TEMPLATE).read_text(encoding="utf-8"),
        title=f"Training examples: {about.subject}",
        about=about,
        format=format.value,
        found=found,
        shares=shares,
        splits=[split.value for split in Split if found.kinds[split.value]],
        sources=used,
        shown=_SOURCES_SHOWN,
        topics_shown=_TOPICS_SHOWN,
        cell=_cell,
    )
    return str(card)


def _metadata(found: Distributions, format: ExportFormat, about: About) -> dict[str, Any]:
    licences, total = hub_licences(found), sum(found.documents.values())
    configs = [name for name in ("data", "plain", "choices") if found.rows[name]]
    metadata: dict[str, Any] = {
        "pretty_name": f"Training examples: {about.subject}",
        "license": licences if len(licences) > 1 else (licences or ["other"])[0],
        "task_categories": ["text-generation", "question-answering"],
        "tags": ["finetune-agent", format.value],
        "size_categories": _size(total),
        "configs": [_config(name, found) for name in configs],
        "dataset_info": [_features(name, format) for name in configs],
    }
    if about.languages:
        metadata["language"] = list(about.languages)
    return metadata


def hub_licences(found: Distributions) -> list[str]:
    """The licences of all rows in the hub's spelling, ``other`` for those it has no word for, each once."""
    known = (files(__package__) / _HUB_LICENCES).read_text(encoding="utf-8").split()
    parts = {part.strip("() ") for licence in found.licences for part in licence.split(" AND ")}
    return sorted({part.lower() if part.lower() in known else "other" for part in parts})


def _config(name: str, found: Distributions) -> dict[str, Any]:
    files_of = [
        {"split": split.value, "path": f"{name}/{split.value}.jsonl"} for split in Split if found.rows[name][split]
    ]
    return {"config_name": name, "data_files": files_of, **({"default": True} if name == "data" else {})}


def _features(name: str, format: ExportFormat) -> dict[str, Any]:
    shape = {"data": SHAPE_OF[format], "plain": TextLine, "choices": ChoiceLine}[name]
    return {"config_name": name, "features": _columns(shape)}


def _columns(shape: type[Record]) -> list[dict[str, Any]]:
    """The fields of a shape in the words of ``dataset_info``."""
    return [{"name": field.alias or name, **_type_of(field.annotation)} for name, field in shape.model_fields.items()]


def _type_of(annotation: Any) -> dict[str, Any]:
    if get_origin(annotation) is tuple:
        of = get_args(annotation)[0]
        return {"list": _columns(of) if issubclass(of, Record) else "string"}
    return {"dtype": "int64" if annotation is int else "string"}


def _size(rows: int) -> str:
    if rows < 1_000:
        return "n<1K"
    return "1K<n<10K" if rows < 10_000 else "10K<n<100K" if rows < 100_000 else "100K<n<1M"


def _cell(text: str) -> str:
    """Text of strangers, harmless in a Markdown table: no pipes, brackets or line breaks of its own."""
    cleaned = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "|[]<>`*_" else sign for sign in cleaned)
