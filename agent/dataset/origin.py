"""One row traced back to its page: row -> example -> evidence in its chunk -> block -> document -> permission. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.dataset.shown import Shown
from agent.job.records import Block, Chunk, Document, Evidence, Example, Span

JOINT = "\n\n"
"""What stands between two blocks of a chunk's text."""


@dataclass(frozen=True)
class Support:
    """A chunk with the spans of it that support the answer."""

    chunk: Chunk
    spans: tuple[Span, ...]
    blocks: tuple[Block, ...]
    """The blocks in which the spans stand."""
    document: Document | None
    """None where its record cannot be read any more."""
    decision: Evidence | None
    """The last verdict on its use, None where none was recorded."""


@dataclass(frozen=True)
class Origin:
    """Everything that is known of where a row comes from."""

    row: Shown
    standing: str
    """Where it stands: in the dataset, or why not."""
    example: Example
    supports: tuple[Support, ...]
    """Its chunk first, then those of other documents."""


def blocks_of(chunk: Chunk, spans: Iterable[Span]) -> tuple[Block, ...]:
    """The blocks of the chunk that the spans touch, in order."""
    wanted = [(span.start, span.start + len(span.text)) for span in spans]
    found, at = [], 0
    for block in chunk.blocks:
        end = at + len(block.text)
        if any(start < end and at < stop for start, stop in wanted):
            found.append(block)
        at = end + len(JOINT)
    return tuple(found)


def decision_of(*evidence: Sequence[Evidence]) -> Evidence | None:
    """The last verdict in the first of these that holds one."""
    for each in evidence:
        for found in reversed(each):
            if found.kind == "decision":
                return found
    return None


def marked(chunk: Chunk, spans: Iterable[Span], around: int = 600) -> list[tuple[str, bool]]:
    """The chunk's text in runs, each with whether it is evidence; what is far from any evidence is left out."""
    text = chunk.text
    ends: list[tuple[int, int]] = []
    for start, stop in sorted((span.start, span.start + len(span.text)) for span in spans):
        if ends and start <= ends[-1][1]:
            ends[-1] = (ends[-1][0], max(stop, ends[-1][1]))
        else:
            ends.append((start, stop))
    runs: list[tuple[str, bool]] = []
    at = 0
    for start, stop in ends:
        before = text[at:start]
        if len(before) > 2 * around:
            before = (_head(before, around) if at else "") + " … " + before[-around:].partition(" ")[2]
        runs += [(before, False), (text[start:stop], True)]
        at = stop
    rest = text[at:]
    runs.append((rest if len(rest) <= around else f"{_head(rest, around)} …", False))
    return [(run, evidence) for run, evidence in runs if run]


def _head(text: str, size: int) -> str:
    """The beginning of a text in whole words."""
    return text[:size].rpartition(" ")[0]
