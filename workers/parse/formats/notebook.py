"""Jupyter notebooks to blocks: Markdown cells as Markdown, code cells as code; outputs and raw cells are left out."""

from __future__ import annotations

import json
from typing import Any

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.formats.markdown import markdown_blocks
from workers.parse.parsed import Parsed


def read_notebook(text: str) -> Parsed:
    """The blocks of a notebook in nbformat 3 or 4 (https://nbformat.readthedocs.io/en/latest/format_description.html),
    each with its cell as path, from ``cells[0]``; the worksheets of nbformat 3 are counted through.

    Outputs are left out, text among them: they repeat what the code says, or are images, progress bars and logs.

    Raises:
        DocumentRejected: ``corrupt_notebook`` when the JSON is no notebook.
    """
    try:
        book = json.loads(text)
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        metadata = book.get("metadata") or {}
        found = [
            block.model_copy(update={"path": f"cells[{place}]", "start": None, "end": None})
            for place, cell in enumerate(cells)
            for block in _cell_blocks(cell, _language(metadata))
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentRejected("corrupt_notebook", f"{type(error).__name__}: {error}") from error
    authors = metadata.get("authors") or ()
    names = [str(one.get("name", "") if isinstance(one, dict) else one) for one in authors]
    stated: dict[str, Any] = {
        "title": str(metadata.get("title") or ""),
        "authors": tuple(name for name in names if name),
        "licence": spdx(str(metadata.get("license") or "")),
    }
    obtained = {field: "notebook metadata" for field, value in stated.items() if value}
    if not stated["title"] and (heading := next((block.text for block in found if block.level), "")):
        stated["title"], obtained["title"] = heading, "first heading"
    return Parsed(blocks=tuple(found), parser="notebook", obtained=obtained, **stated)


def _cell_blocks(cell: dict[str, Any], language: str) -> list[Block]:
    source = cell.get("source", cell.get("input", ""))
    text = source if isinstance(source, str) else "".join(source)
    match cell.get("cell_type"):
        case "markdown":
            return markdown_blocks(text)
        case "heading":  # nbformat 3
            return [blocks.heading(text, int(cell.get("level", 1)))]
        case "code" if text.strip():
            return [blocks.code(text, str(cell.get("language") or language))]
        case _:
            return []


def _language(metadata: dict[str, Any]) -> str:
    info = metadata.get("language_info") or metadata.get("kernelspec") or {}
    return str(info.get("name") or info.get("language") or "")
