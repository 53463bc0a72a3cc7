"""Pandoc's document tree to typed blocks: the walk that LaTeX and DOCX share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.job.records import Block, BlockKind
from workers.parse import blocks
from workers.parse.formats.pandoc_inline import Inline, displayed_tex

_SKIPPED_CLASSES = frozenset(("thebibliography", "references", "csl-bib-body"))
_CAPTION_STYLES = re.compile(r"(?:table |image )?caption", re.IGNORECASE)
_CODE_STYLES = re.compile(
    r"(?:source |block )?code.*|.*\bcode|html preformatted|preformatted text|verbatim|listing|macro(?: text)?",
    re.IGNORECASE,
)
_QUOTE_STYLES = re.compile(r"(?:intense )?quote|quotations?|block text", re.IGNORECASE)
_TITLE_STYLES = re.compile(r"title|subtitle|author|date", re.IGNORECASE)
"""Styles of Word and LibreOffice, by their English names, which stand in the file whatever the language shown."""

_LIST_STYLES = re.compile(r"(?:list\b|.*\blist paragraph|compact)\D*([2-5]?)", re.IGNORECASE)


def tree_blocks(nodes: Sequence[Mapping[str, Any]]) -> list[Block]:
    """The blocks of pandoc's block elements; a footnote follows the block that calls it."""
    return [block for block in _Walk().blocks(nodes) if block.text.strip("|-$ \n")]


class _Walk:
    """Keeps the footnotes met until the block that calls them is finished."""

    def __init__(self) -> None:
        self._inline = Inline()

    def blocks(self, nodes: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        for node in _with_lists_joined(nodes):
            yield from self._block(node)
            notes, self._inline.notes = self._inline.notes, []
            for note in notes:
                yield from self.blocks(note)

    def _block(self, node: Mapping[str, Any]) -> Iterator[Block]:
        content: Any = node.get("c")
        match node["t"]:
            case "Header":
                yield blocks.heading(self._inline.text(content[2]), content[0])
            case "Para" | "Plain":
                yield from self._prose(content)
            case "LineBlock":
                yield blocks.paragraph(" ".join(self._inline.text(line) for line in content))
            case "CodeBlock":
                (_, classes, _), text = content
                yield blocks.code(text, classes[0] if classes else "")
            case "BulletList" | "OrderedList":
                yield from self._list(_entries(node))
            case "DefinitionList":
                yield from self._definitions(content)
            case "BlockQuote":
                yield from self._quote(content)
            case "Table":
                yield from self._table(content)
            case "Figure":
                yield from self.blocks(content[2])
                yield from self._caption(content[1])
            case "Div":
                yield from self._div(content)

    def _div(self, content: Any) -> Iterator[Block]:
        (_, classes, attributes), inner = content
        style = dict(attributes).get("custom-style", "")
        if _SKIPPED_CLASSES.intersection(classes) or _TITLE_STYLES.fullmatch(style):
            return
        if _CAPTION_STYLES.fullmatch(style):
            yield blocks.caption(" ".join(block.text for block in self.blocks(inner)))
        elif _CODE_STYLES.fullmatch(style):
            yield blocks.code("\n".join(self._inline.code(node) for node in inner))
        elif _QUOTE_STYLES.fullmatch(style):
            yield from self._quote(inner)
        else:
            yield from self.blocks(inner)

    def _prose(self, nodes: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        """A paragraph, in parts where displayed formulas stand in it."""
        start = 0
        for place, node in enumerate(nodes):
            if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath":
                yield from self._paragraph(nodes[start:place])
                yield blocks.formula(displayed_tex(node["c"][1]))
                start = place + 1
        yield from self._paragraph(nodes[start:])

    def _paragraph(self, nodes: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        text = self._inline.text(nodes)
        if any(letter.isalnum() for letter in text):
            yield blocks.paragraph(text)

    def _quote(self, nodes: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        """Quoted prose as one quotation; what else stands in it follows."""
        inner = list(self.blocks(nodes))
        prose = [block.text for block in inner if block.kind is BlockKind.PARAGRAPH]
        if prose:
            yield blocks.quote("\n".join(prose))
        yield from (block for block in inner if block.kind is not BlockKind.PARAGRAPH)

    def _list(self, entries: Any) -> Iterator[Block]:
        """The list as one block, then the code, tables and formulas that stood inside its items."""
        items: list[tuple[int, str]] = []
        inside: list[Block] = []
        self._gather(entries, 0, items, inside)
        yield blocks.listing(items)
        yield from inside

    def _gather(self, entries: Any, depth: int, items: list[tuple[int, str]], inside: list[Block]) -> None:
        for entry in entries:
            entry, deeper = _without_style(entry)
            depth_here = max(depth, deeper)
            own = " ".join(self._inline.text(node["c"]) for node in entry if node["t"] in ("Para", "Plain"))
            items.append((depth_here, own))
            for node in entry:
                if node["t"] in ("BulletList", "OrderedList"):
                    self._gather(_entries(node), depth_here + 1, items, inside)
                elif node["t"] not in ("Para", "Plain"):
                    inside.extend(self._block(node))

    def _definitions(self, entries: Any) -> Iterator[Block]:
        items: list[tuple[int, str]] = []
        inside: list[Block] = []
        for term, meanings in entries:
            plain = [node for meaning in meanings for node in meaning if node["t"] in ("Para", "Plain")]
            text = " ".join(self._inline.text(node["c"]) for node in plain)
            items.append((0, f"{self._inline.text(term).rstrip(':')}: {text}"))
            inside += [
                block
                for meaning in meanings
                for node in meaning
                if node["t"] not in ("Para", "Plain")
                for block in self._block(node)
            ]
        yield blocks.listing(items)
        yield from inside

    def _table(self, content: Any) -> Iterator[Block]:
        _, caption, _, head, bodies, foot = content
        yield from self._caption(caption)
        rows = [*head[1], *(row for body in bodies for part in body[2:4] for row in part), *foot[1]]
        yield blocks.table(self._grid(rows))

    def _grid(self, rows: Sequence[Any]) -> list[list[str]]:
        """The cells by row and column; a merged cell stands in the first of its places, the others are empty."""
        grid: list[list[str]] = []
        taken: dict[int, int] = {}
        """Column -> rows below that a cell above still covers."""
        for _, cells in rows:
            line: list[str] = []
            waiting = list(cells)
            while waiting or taken.get(len(line)):
                if taken.get(len(line)):
                    taken[len(line)] -= 1
                    line.append("")
                    continue
                _, _, height, width, inner = waiting.pop(0)
                for place in range(max(1, width)):
                    if height > 1:
                        taken[len(line)] = height - 1
                    line.append("" if place else " ".join(block.text for block in self.blocks(inner)))
            grid.append(line)
        return grid

    def _caption(self, caption: Any) -> Iterator[Block]:
        text = " ".join(self._inline.text(node["c"]) for node in caption[1] if node["t"] in ("Para", "Plain"))
        if text:
            yield blocks.caption(text)


def _with_lists_joined(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The elements, a list whose style says that it is nested (List Bullet 2) put at the end of the list before it.

    Word's list styles carry the depth in their names alone, where no numbering says it.
    """
    waiting: Mapping[str, Any] | None = None
    for node in nodes:
        if node["t"] in ("BulletList", "OrderedList"):
            entries = _entries(node)
            if waiting is not None and any(_without_style(entry)[1] for entry in entries):
                waiting = {"t": "BulletList", "c": [*_entries(waiting), *entries]}
                continue
            if waiting is not None:
                yield waiting
            waiting = node
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        yield node
    if waiting is not None:
        yield waiting


def _entries(node: Mapping[str, Any]) -> list[Any]:
    return list(node["c"] if node["t"] == "BulletList" else node["c"][1])


def _without_style(entry: Any) -> tuple[list[Any], int]:
    """The elements of a list item out of their style's division, and the depth that the style's name says, from 0."""
    found: list[Any] = []
    depth = 0
    for node in entry:
        style = dict(node["c"][0][2]).get("custom-style", "") if node["t"] == "Div" else ""
        if named := _LIST_STYLES.fullmatch(style):
            depth = max(depth, int(named[1] or 1) - 1)
            found += node["c"][1]
        else:
            found.append(node)
    return found, depth
