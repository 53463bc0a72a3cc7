"""Decides what is asked of each chunk of a unit: which kinds of example, and how many."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from agent.job.model import ModelFacts
from agent.job.records import Chunk, ExampleKind, Split
from agent.spec import JobSpec
from workers.generate.backend import Assignment, Order
from workers.generate.context.analyse import analyse
from workers.generate.context.record import Context
from workers.generate.plan.amount import examples_carried
from workers.generate.plan.apportion import Room, place
from workers.generate.plan.fitness import capacities, fitness
from workers.generate.plan.mix import target_mix
from workers.generate.plan.partners import partners
from workers.generate.plan.passages import fits_training
from workers.generate.plan.thin import reason_against

_OF_TWO_CHUNKS = {"openai": ExampleKind.MULTI_HOP, "extractive": ExampleKind.UNANSWERABLE}
"""The kind that needs a partner: a language model joins two chunks, the rules ask one what only the other answers."""


def assign(
    chunks: Sequence[Chunk], spec: JobSpec, model: ModelFacts, kinds: Collection[ExampleKind]
) -> list[Assignment]:
    """An assignment for each chunk in order, of the ``kinds`` that the backend can make.

    Together the orders follow `target_mix`, as near as the chunks' fitness allows. Multiple choice comes on top, for
    held-out chunks only. The extractive backend makes what it finds, so it is ordered every kind of the mix up to the
    limit, and what no rule of its finds costs nothing.

    Raises:
        MissingDependency: a package of the generate extra is not installed.
    """
    contexts = [analyse(chunk) for chunk in chunks]
    reasons = [reason_against(context) for context in contexts]
    shares = target_mix(spec, model, set(kinds) - {ExampleKind.PLAIN})
    of_two = _OF_TWO_CHUNKS[spec.generate.backend]
    found = _partners(chunks, contexts, reasons) if of_two in shares else [None] * len(chunks)
    choices = spec.generate.choices_per_chunk if _has_choices(spec, kinds) else 0
    if spec.generate.backend == "extractive":
        orders = _whatever_is_found(contexts, shares, spec.generate.max_examples_per_chunk)
        limits = [spec.generate.max_examples_per_chunk] * len(chunks)
    else:
        orders, limits = _by_the_mix(chunks, contexts, reasons, found, shares, spec)
    beside = [
        other if any(order.kind is of_two for order in ordered) else None
        for ordered, other in zip(orders, found, strict=True)
    ]
    return [
        Assignment(chunk, context, (), 0, None, reason)
        if reason
        else Assignment(chunk, context, (*ordered, *_choices(chunk, context, choices if limit else 0)), limit, other)
        for chunk, context, reason, ordered, limit, other in zip(
            chunks, contexts, reasons, orders, limits, beside, strict=True
        )
    ]


def _whatever_is_found(
    contexts: Sequence[Context], shares: dict[ExampleKind, float], most: int
) -> list[tuple[Order, ...]]:
    ranked = sorted(shares, key=lambda kind: -shares[kind])
    return [tuple(Order(kind, most) for kind in ranked)] * len(contexts)


def _by_the_mix(
    chunks: Sequence[Chunk],
    contexts: Sequence[Context],
    reasons: Sequence[str],
    found: Sequence[Chunk | None],
    shares: dict[ExampleKind, float],
    spec: JobSpec,
) -> tuple[list[tuple[Order, ...]], list[int]]:
    """The orders and how many examples each chunk carries."""
    rooms = [
        Room(
            0 if reason else examples_carried(context, spec.generate.max_examples_per_chunk),
            {
                kind: most
                for kind, most in capacities(
                    context, spec.generate.conversation_turns, has_partner=other is not None
                ).items()
                if fits_training(kind, chunk.tokens, spec.train.sequence_length)
            },
            {kind: fitness(context, kind) for kind in shares},
        )
        for chunk, context, reason, other in zip(chunks, contexts, reasons, found, strict=True)
    ]
    place(rooms, shares, _offset(chunks, spec.seed))
    orders = [
        tuple(Order(kind, count) for kind, count in sorted(room.given.items(), key=lambda item: shares[item[0]]))
        for room in rooms
    ]
    return orders, [room.given.total() for room in rooms]


def _partners(chunks: Sequence[Chunk], contexts: Sequence[Context], reasons: Sequence[str]) -> Sequence[Chunk | None]:
    """Partners among the chunks that carry something."""
    able = [number for number, reason in enumerate(reasons) if not reason]
    found: list[Chunk | None] = [None] * len(chunks)
    paired = partners([chunks[number] for number in able], [contexts[number] for number in able])
    for number, other in zip(able, paired, strict=True):
        found[number] = other
    return found


def _has_choices(spec: JobSpec, kinds: Collection[ExampleKind]) -> bool:
    return ExampleKind.CHOICE in kinds and spec.generate.mix.get(ExampleKind.CHOICE) != 0


def _choices(chunk: Chunk, context: Context, most: int) -> tuple[Order, ...]:
    count = min(most, context.sentences) if chunk.split is not Split.TRAIN else 0
    return (Order(ExampleKind.CHOICE, count),) if count else ()


def _offset(chunks: Sequence[Chunk], seed: int) -> float:
    """0 to 1, from the seed and the unit's first chunk."""
    name = f"{seed}/{chunks[0].id if chunks else ''}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48
