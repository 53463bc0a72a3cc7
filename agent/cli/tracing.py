"""Prints where one row comes from: the row, its example, the evidence in its text, the document, the permission."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from agent.cli.examples import print_turns, row_head
from agent.dataset.origin import Origin, Support, marked
from agent.job.records import Block
from agent.report.words import figure, printable, spoken

_EVIDENCE = "black on yellow"


def print_origin(console: Console, origin: Origin) -> None:
    """The whole way back, nearest first."""
    example = origin.example
    console.print(row_head(origin.row))
    print_turns(console, origin.row, whole=True)
    console.print()
    _line(console, "row", origin.standing)
    parts = ", ".join(f"{spoken(name)} {figure(value)}" for name, value in sorted(example.quality_parts.items()))
    _line(console, "quality", f"{example.score:.2f}" + (f" ({parts})" if parts else ""))
    _line(console, "made by", example.generator)
    for support in origin.supports:
        console.print()
        _print_support(console, support)


def _print_support(console: Console, support: Support) -> None:
    chunk = support.chunk
    where = " > ".join(printable(heading) for heading in chunk.headings)
    _line(console, "chunk", chunk.id + (f", under {where}" if where else ""))
    text = Text()
    for run, evidence in marked(chunk, support.spans):
        text.append(printable(run), _EVIDENCE if evidence else "dim")
    console.print(Padding(text, (0, 0, 0, 2)))
    for span in support.spans:
        at = f"characters {span.start} to {span.start + len(span.text)} of the chunk, {span.match} match"
        _line(console, "evidence", at)
    for name, value in _document(support):
        _line(console, name, value)


def _document(support: Support) -> Iterator[tuple[str, str]]:
    for block in support.blocks:
        yield "stands in", _place(block)
    document = support.document
    if document is None:
        yield "document", f"{support.chunk.document_id}, whose record is not in the store any more"
        return
    yield "document", f"{printable(document.title) or 'without a title'} ({document.id})"
    yield "address", document.url
    if document.fetched_from:
        yield "fetched from", document.fetched_from
    if document.fetched_at:
        yield "fetched", document.fetched_at
    yield "read as", f"{document.media_type} by {document.parser}, sha256 {document.blob}"
    yield "licence", document.licence or "none stated"
    if decision := support.decision:
        yield "permission", f"{printable(decision.line)} ({decision.url}, {decision.time})"
    else:
        yield "permission", "no decision was recorded"


def _place(block: Block) -> str:
    parts = [f"a {block.kind.value}"]
    if block.page:
        parts.append(f"page {block.page}")
    if block.box:
        parts.append("box " + " ".join(f"{edge:.0f}" for edge in block.box))
    if block.path:
        parts.append(f"path {block.path}")
    if block.start is not None:
        parts.append(f"characters {block.start} to {block.end}")
    return ", ".join(parts)


def _line(console: Console, name: str, value: str) -> None:
    console.print(Text.assemble((f"{name:<12} ", "dim"), printable(value)), soft_wrap=True)
