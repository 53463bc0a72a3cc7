"""Which kinds of example a chunk can carry, and how well."""

from __future__ import annotations

from collections.abc import Callable

from agent.job.records import ExampleKind
from workers.generate.context.record import Context

MOST_OF_A_KIND = 3
"""Of facts, definitions and the like; of all other kinds one chunk carries one."""


def capacities(context: Context, turns: int, *, has_partner: bool) -> dict[ExampleKind, int]:
    """Kind -> how many of it the chunk carries, the kinds it cannot carry left out; ``turns`` of a conversation, 0 for
    none. ``plain`` and ``choice`` are not decided here.
    """
    found = {kind: count(context) for kind, count in _CARRIED.items()}
    found[ExampleKind.MULTI_HOP] = int(has_partner and bool(context.concepts) and context.sentences >= 2)
    found[ExampleKind.CONVERSATION] = int(turns >= 2 and context.sentences >= 2 * turns)
    return {kind: min(number, MOST_OF_A_KIND) for kind, number in found.items() if number > 0}


def fitness(context: Context, kind: ExampleKind) -> float:
    """How much there is in the chunk for the kind; ranks chunks among each other, and has no scale of its own."""
    return _MATTER[kind](context) if kind in _MATTER else context.density


def _related(context: Context, kind: str) -> int:
    return sum(relation.kind == kind for relation in context.relations)


def facts(context: Context) -> int:
    """Definitions, relations, quantities and names, all together."""
    return len(context.definitions) + len(context.relations) + len(context.quantities) + len(context.entities)


def _measured(context: Context) -> int:
    return sum(bool(quantity.unit) for quantity in context.quantities)


def _comparable(context: Context) -> int:
    """Comparisons whose sides are phrases and no clauses, so that both can be named in a question."""
    return sum(
        relation.kind == "comparison" and max(len(relation.left.split()), len(relation.right.split())) <= MAX_SIDE_WORDS
        for relation in context.relations
    )


MAX_SIDE_WORDS = 25
MIN_SUMMARY_WORDS = 50
MIN_DETAILED_WORDS = 85
"""A detailed summary of less is the text again."""

_CARRIED: dict[ExampleKind, Callable[[Context], int]] = {
    ExampleKind.FACTUAL: lambda each: max(1, (facts(each) + 1) // 2),
    ExampleKind.ANALYTICAL: lambda each: _related(each, "cause"),
    ExampleKind.INFERENTIAL: lambda each: int(
        each.sentences >= 3 and (_related(each, "cause") > 0 or len(each.quantities) >= 2 or len(each.relations) >= 2)
    ),
    ExampleKind.COMPARATIVE: lambda each: int(_comparable(each) > 0),
    ExampleKind.FALSE_PREMISE: lambda each: int(
        each.sentences > 0 and bool(each.definitions or _measured(each) or each.negations)
    ),
    ExampleKind.UNANSWERABLE: lambda each: int(each.sentences >= 3 and bool(each.concepts)),
    ExampleKind.SUMMARY_SHORT: lambda each: int(each.sentences >= 4 and each.prose_words >= MIN_SUMMARY_WORDS),
    ExampleKind.SUMMARY_DETAILED: lambda each: int(each.sentences >= 5 and each.prose_words >= MIN_DETAILED_WORDS),
    ExampleKind.SUMMARY_BULLETS: lambda each: int(each.sentences >= 4 and each.prose_words >= MIN_SUMMARY_WORDS),
    ExampleKind.EXPLAIN: lambda each: int(
        each.sentences >= 2 and bool(each.definitions or (each.concepts and each.prose_words >= 30))
    ),
    ExampleKind.ANALYSE: lambda each: int(each.sentences >= 4 and len(each.relations) >= 2),
    ExampleKind.EXTRACT: lambda each: int(
        each.tables > 0 or each.list_items >= 3 or _measured(each) >= 2 or len(each.entities) >= 4
    ),
    ExampleKind.REWRITE: lambda each: int(each.sentences >= 3 and each.prose_words >= MIN_SUMMARY_WORDS),
    ExampleKind.CONTINUE: lambda each: each.long_paragraphs,
}

_MATTER: dict[ExampleKind, Callable[[Context], float]] = {
    ExampleKind.FACTUAL: lambda each: facts(each),
    ExampleKind.ANALYTICAL: lambda each: _related(each, "cause"),
    ExampleKind.INFERENTIAL: lambda each: len(each.relations) + len(each.quantities),
    ExampleKind.COMPARATIVE: _comparable,
    ExampleKind.FALSE_PREMISE: lambda each: len(each.definitions) + _measured(each) + each.negations,
    ExampleKind.SUMMARY_SHORT: lambda each: each.sentences,
    ExampleKind.SUMMARY_DETAILED: lambda each: each.prose_words,
    ExampleKind.SUMMARY_BULLETS: lambda each: each.sentences + each.list_items,
    ExampleKind.EXPLAIN: lambda each: 2 * len(each.definitions) + each.density,
    ExampleKind.ANALYSE: lambda each: len(each.relations),
    ExampleKind.EXTRACT: lambda each: 5 * each.tables + each.list_items + _measured(each) + len(each.entities) / 2,
    ExampleKind.CONTINUE: lambda each: each.long_paragraphs + each.prose_words / 1000,
    ExampleKind.CONVERSATION: lambda each: each.sentences,
}
