"""Decides what is asked of each chunk of a unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.job.model import ModelFacts
from agent.job.records import Chunk, ExampleKind
from agent.spec import JobSpec
from workers.generate.backend import Assignment, Order
from workers.generate.context.analyse import analyse


def assign(
    chunks: Sequence[Chunk], spec: JobSpec, model: ModelFacts, kinds: Collection[ExampleKind]
) -> list[Assignment]:
    """An assignment for each chunk in order, of the ``kinds`` that the backend can make."""
    most = spec.generate.max_examples_per_chunk
    orders = tuple(Order(kind, most) for kind in ExampleKind if kind in kinds)
    return [Assignment(chunk, analyse(chunk), orders, most) for chunk in chunks]
