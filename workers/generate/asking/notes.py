"""What the analysis of a chunk found, as notes that offer a language model what to ask about."""

from __future__ import annotations

from collections.abc import Iterable

from workers.generate.context.record import Context

MOST_NOTES = 8
"""Of each sort: more than a chunk's examples can take up only lengthens the prompt."""


def notes(context: Context) -> str:
    """One line for each sort of finding, the most important first; '' where nothing was found."""
    by_weight = sorted(context.concepts, key=lambda concept: (-concept.weight, concept.start))
    sorts = {
        "Themes": context.themes,
        "Concepts": (concept.text for concept in by_weight),
        "Names": (f"{entity.text} ({entity.long_form or entity.label})" for entity in context.entities),
        "Defined": (definition.term for definition in context.definitions),
        "Related": (f"{each.left} / {each.right} ({each.kind})" for each in context.relations),
        "Quantities": (quantity.text for quantity in context.quantities),
    }
    lines = ((sort, _few(found)) for sort, found in sorts.items())
    return "\n".join(f"{sort}: {'; '.join(few)}" for sort, few in lines if few)


def _few(found: Iterable[str]) -> list[str]:
    """The first findings on one line each, none twice."""
    return list(dict.fromkeys(" ".join(each.split()) for each in found if each.strip()))[:MOST_NOTES]
