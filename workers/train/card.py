"""The model card: README.md with the Hugging Face metadata head."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from agent.job.evaluation import Evaluation, Verdict
from agent.job.records import SourceEntry, Split
from agent.spec import JobSpec

_SOURCES_SHOWN = 200
"""A card stays readable; documents.jsonl always names every document."""

_TEMPLATE = "card.md.j2"


def model_card(
    spec: JobSpec,
    *,
    base_name: str,
    base_licence: str,
    on_hub: bool,
    evaluation: Evaluation,
    verdict: Verdict,
    sources: Sequence[SourceEntry],
) -> str:
    """The card as Markdown. ``on_hub`` says whether ``base_name`` may stand in the metadata as a hub id."""
    from huggingface_hub import ModelCard, ModelCardData

    metadata: dict[str, Any] = {
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "language": list(spec.parse.languages) or None,
        "tags": ["finetune-agent", spec.train.method],
    }
    if base_licence:
        metadata["license"] = base_licence.lower()
    if on_hub:
        metadata["base_model"] = base_name
    counts = {part: sum(source.rows for source in sources if source.split is part) for part in Split}
    card = ModelCard.from_template(
        ModelCardData(**metadata),
        template_str=(files(__package__) / _TEMPLATE).read_text(encoding="utf-8"),
        title=f"{base_name.rsplit('/', 1)[-1]} on {spec.subject}",
        base_name=base_name,
        spec=spec,
        evaluation=evaluation,
        perplexity=evaluation.perplexity,
        accuracy=evaluation.accuracy,
        training=evaluation.training,
        verdict=verdict,
        overridden=not verdict.ship,
        sources=list(sources),
        shown=_SOURCES_SHOWN,
        splits=", ".join(f"{count} rows for {part.value}" for part, count in counts.items()),
        unstated=sum(not source.licence for source in sources),
    )
    return str(card)
