"""Makes typed blocks in the one form every reader shares: lists with '- ', tables as Markdown, prose on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind

_SPACE = re.compile(r"\s+")
MAX_HEADING_LEVEL = 6


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


def heading(text: str, level: int, page: int = 0) -> Block:
    """A heading; levels outside 1 to 6 are brought inside."""
    level = min(max(level, 1), MAX_HEADING_LEVEL)
    return Block(kind=BlockKind.HEADING, text=one_line(text), level=level, page=page)


def paragraph(text: str, page: int = 0) -> Block:
    """A paragraph on one line."""
    return Block(kind=BlockKind.PARAGRAPH, text=one_line(text), page=page)


def quote(text: str, page: int = 0) -> Block:
    """A quotation; its paragraphs keep their lines."""
    lines = [one_line(line) for line in text.splitlines()]
    return Block(kind=BlockKind.QUOTE, text="\n".join(line for line in lines if line), page=page)


def listing(items: Sequence[tuple[int, str]], page: int = 0) -> Block:
    """A list of (depth from 0, text) items: one a line with '- ', two spaces for each depth."""
    lines = [f"{'  ' * depth}- {one_line(text)}" for depth, text in items if text.strip()]
    return Block(kind=BlockKind.LIST, text="\n".join(lines), page=page)


def code(text: str, language: str = "", page: int = 0) -> Block:
    """A code block with its indentation; blank lines around it go."""
    lines = [line.rstrip() for line in text.expandtabs(4).splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return Block(kind=BlockKind.CODE, text="\n".join(lines), language=language.strip().lower(), page=page)


def formula(tex: str) -> Block:
    """A displayed formula of TeX without its dollars."""
    return Block(kind=BlockKind.FORMULA, text=f"$${tex.strip()}$$")


def displayed(text: str) -> Block:
    """A displayed formula as it was found: TeX between ``$$``, or the characters printed."""
    return Block(kind=BlockKind.FORMULA, text=one_line(text))


def caption(text: str, page: int = 0) -> Block:
    """What stands under a figure or over a table, on one line."""
    return Block(kind=BlockKind.CAPTION, text=one_line(text), page=page)


def table(rows: Sequence[Sequence[str]], page: int = 0) -> Block:
    """A table as Markdown: the first row is its head; short rows are filled with empty cells."""
    cells = [[one_line(cell).replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max((len(row) for row in cells), default=0)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    if lines:
        lines.insert(1, "|" + " --- |" * width)
    return Block(kind=BlockKind.TABLE, text="\n".join(lines), page=page)
