"""A tree of HTML elements, or of trafilatura's own vocabulary for them, as typed blocks."""

from __future__ import annotations

from typing import Any

from agent.job.records import Block
from workers.parse import blocks

# Trafilatura's tree names (TEI) stand beside HTML's: https://trafilatura.readthedocs.io/en/latest/corefunctions.html
_HEADINGS = {"head", "h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"list", "ul", "ol", "dl"}
_ITEMS = {"item", "li", "dt", "dd"}
_CODE = {"pre"}
_QUOTES = {"quote", "blockquote"}
_ROWS = {"row", "tr"}
_CELLS = {"cell", "td", "th"}
_BREAKS = {"lb", "br"}
_UNSEEN = {
    "script",
    "style",
    "template",
    "head_meta",
    "noscript",
    "svg",
    "iframe",
    "button",
    "select",
    "form",
}
_BLOCKS = (
    _HEADINGS | _LISTS | _CODE | _QUOTES | {"p", "table", "div", "section", "article", "main", "figure", "details"}
)


def to_blocks(root: Any) -> list[Block]:
    """The blocks under an lxml element, in document order; loose text becomes paragraphs."""
    walk = _Walk()
    walk.container(root)
    walk.flush()
    return [block for block in walk.found if block.text.strip("|- \n")]


def text_of(element: Any, *, keep_lines: bool = False) -> str:
    """All text under an element; line-break elements become line ends or spaces."""
    parts: list[str] = []
    _gather(element, parts, "\n" if keep_lines else " ")
    return "".join(parts)


def replace_by_text(element: Any, text: str) -> None:
    """Put text where an element stands; what follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    text += element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(element)


def drop(element: Any) -> None:
    """Take an element out and leave the text after it."""
    replace_by_text(element, "")


def _gather(element: Any, parts: list[str], line_end: str) -> None:
    if _tag(element) in _BREAKS:
        parts.append(line_end)
    if _tag(element) not in _UNSEEN:
        parts.append(element.text or "")
        for child in element:
            _gather(child, parts, line_end)
            if _tag(child) in _BLOCKS | _CELLS | _ITEMS:
                parts.append(line_end)
            parts.append(child.tail or "")


class _Walk:
    """Collects blocks; ``loose`` holds text that stands outside every block element."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._loose: list[str] = []

    def flush(self) -> None:
        text = blocks.one_line("".join(self._loose))
        self._loose.clear()
        if text:
            self.found.append(blocks.paragraph(text))

    def container(self, element: Any) -> None:
        self._loose.append(element.text or "")
        for child in element:
            tag = _tag(child)
            if tag in _UNSEEN:
                self.flush()
            elif tag in _BLOCKS or _is_code_block(child):
                self.flush()
                self._block(child, tag)
                self.flush()
            elif any(_tag(inner) in _BLOCKS for inner in child.iter()):
                self.container(child)
            else:
                self._loose.append(text_of(child))
            self._loose.append(child.tail or "")

    def _block(self, element: Any, tag: str) -> None:
        if tag in _HEADINGS:
            self.found.append(blocks.heading(text_of(element), _level(element, tag)))
        elif tag in _LISTS:
            self.found.append(blocks.listing(list(_items(element, 0))))
        elif tag in _CODE or _is_code_block(element):
            self.found.append(blocks.code(text_of(element, keep_lines=True), _language(element)))
        elif tag in _QUOTES:
            self.found.append(blocks.quote(text_of(element, keep_lines=True)))
        elif tag == "table":
            self._table(element)
        else:
            self.container(element)

    def _table(self, element: Any) -> None:
        rows = [[text_of(cell) for cell in row if _tag(cell) in _CELLS] for row in element.iter() if _tag(row) in _ROWS]
        if max((len(row) for row in rows), default=0) > 1:
            self.found.append(blocks.table(rows))
        else:  # one column is layout, no table
            for row in element.iter():
                for cell in row if _tag(row) in _ROWS else ():
                    self.container(cell)
                    self.flush()


def _tag(element: Any) -> str:
    return element.tag if isinstance(element.tag, str) else "script"  # comments and instructions are not seen


def _is_code_block(element: Any) -> bool:
    return _tag(element) == "code" and ("\n" in text_of(element, keep_lines=True).strip())


def _level(element: Any, tag: str) -> int:
    name = element.get("rend", "h2") if tag == "head" else tag
    return int(name[1]) if name[1:].isdigit() else 2


def _language(element: Any) -> str:
    for inner in element.iter():
        for name in (inner.get("class") or "").split():
            for mark in ("language-", "lang-", "highlight-"):
                if name.startswith(mark):
                    return str(name.removeprefix(mark))
    return ""


def _items(element: Any, depth: int) -> list[tuple[int, str]]:
    """(depth, text) of the items of a list and of the lists within it."""
    found: list[tuple[int, str]] = []
    for item in element:
        if _tag(item) in _LISTS:
            found += _items(item, depth + 1)
        elif _tag(item) in _ITEMS:
            own: list[str] = [item.text or ""]
            nested: list[tuple[int, str]] = []
            for child in item:
                if _tag(child) in _LISTS:
                    nested += _items(child, depth + 1)
                else:
                    own.append(text_of(child) + " " * (_tag(child) in _BLOCKS))
                own.append(child.tail or "")
            found.append((depth, "".join(own)))
            found += nested
    return found
