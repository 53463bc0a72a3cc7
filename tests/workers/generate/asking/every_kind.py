"""A document rich enough for every kind of example, and an assignment that orders them all."""

from __future__ import annotations

from agent.job.records import Chunk, ExampleKind, Split
from tests.workers.generate.chunks import chunk
from workers.generate.backend import Assignment, Order
from workers.generate.context.analyse import analyse

QUBITS = (
    "A qubit is a two-level system that carries one unit of quantum information. "
    "A Bell pair is a pair of qubits whose measured values always agree. "
    "A stabiliser is an operator that leaves every state of its code unchanged. "
    "A syndrome is the list of stabiliser values that differ from those of the code."
)
COOLING = (
    "A dilution refrigerator is a machine that cools a quantum processor to about 15 millikelvin. "
    "A microwave pulse is a short signal that rotates the state of a cold qubit."
)
ORDERED = tuple(kind for kind in ExampleKind if kind not in (ExampleKind.PLAIN, ExampleKind.CHOICE))


def rich_chunk(split: Split = Split.TRAIN, document: str = "d1", text: str = QUBITS) -> Chunk:
    return chunk(text, title="Qubits", headings=("Basics",), split=split, document=document)


def everything(of: Chunk, *kinds: ExampleKind, count: int = 1) -> Assignment:
    """One example of each kind, or of those named."""
    orders = tuple(Order(kind, count) for kind in kinds or ORDERED)
    partner = rich_chunk(of.split, "d9", COOLING)
    return Assignment(of, analyse(of), orders, sum(order.count for order in orders), partner)
