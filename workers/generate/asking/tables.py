"""A table of extracted cells, checked against its passage and written as JSON or Markdown that parses."""

from __future__ import annotations

import json
from collections.abc import Sequence

MIN_COLUMNS, MIN_ROWS = 2, 2
"""Less is a question and its answer in another form."""


def fault_of_table(columns: Sequence[str], rows: Sequence[Sequence[str]], passage: str) -> str:
    """The first thing wrong with the table as a snake_case reason, or '' when every cell stands in the passage."""
    if len(columns) < MIN_COLUMNS or len(rows) < MIN_ROWS:
        return "table_too_small"
    if len(set(map(_plain, columns))) < len(columns) or not all(map(_plain, columns)):
        return "unclear_columns"
    if any(len(row) != len(columns) for row in rows) or not all(any(map(_plain, row)) for row in rows):
        return "uneven_table"
    text = _plain(passage)
    if any(_plain(cell) not in text for row in rows for cell in row):
        return "cell_not_in_passage"
    return ""


def as_json(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A JSON list of one object a line, the columns as keys."""
    objects = (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(f"  {each}" for each in objects) + "\n]"


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A GitHub Flavored Markdown table (https://github.github.com/gfm/#tables-extension-)."""
    lines = (columns, ["---"] * len(columns), *rows)
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _plain(cell: str) -> str:
    return " ".join(cell.casefold().split())
