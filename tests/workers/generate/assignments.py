"""Assignments that ask for everything the extractive backend can make."""

from __future__ import annotations

import asyncio

from agent.job.records import Chunk
from workers.generate.backend import Assignment, Order, Proposal
from workers.generate.context.analyse import analyse
from workers.generate.extractive.backend import Extractive


def assignment(chunk: Chunk, limit: int = 20) -> Assignment:
    orders = tuple(Order(kind, limit) for kind in sorted(Extractive.kinds))
    return Assignment(chunk, analyse(chunk), orders, limit)


def proposed(chunk: Chunk, limit: int = 20) -> list[Proposal]:
    """What the extractive backend makes of one chunk."""
    return asyncio.run(Extractive().propose(assignment(chunk, limit)))
