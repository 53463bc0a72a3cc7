"""A two-column paper set from Markdown, of which every word, heading and cell is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pymupdf as typed_in_part

pymupdf: Any = typed_in_part

TABLE_ROWS = (
    ("State", "Purity", "Entropy"),
    ("Pure", "1", "0"),
    ("Mixed", "1/2", "1 bit"),
    ("Thermal", "0.8", "0.4 bit"),
    ("Unknown", "-", "-"),
)
_WIDTH, _HEIGHT = 595.0, 842.0
_LEFT, _GUTTER, _TOP, _BOTTOM = 55.0, 22.0, 90.0, 770.0
_COLUMN = (_WIDTH - 2 * _LEFT - _GUTTER) / 2
_SIZE, _PITCH = 10.0, 12.5
_RUNNING = "Journal of Known Pages"


@dataclass(frozen=True)
class Made:
    """The PDF and what stands in it."""

    pdf: bytes
    text: str
    headings: tuple[tuple[int, str], ...]
    running: str


class _Press:
    """Sets lines down two columns, page after page."""

    def __init__(self) -> None:
        self.book = pymupdf.open()
        self.column, self.y = 2, _BOTTOM
        self.page: Any = None

    def room(self, height: float) -> None:
        if self.y + height <= _BOTTOM:
            return
        self.column, self.y = self.column + 1, _TOP
        if self.column >= 2:
            self.column = 0
            self.page = self.book.new_page(width=_WIDTH, height=_HEIGHT)
            number = self.page.number + 1
            self.page.insert_text((_LEFT, 45), f"{_RUNNING} {number}", fontsize=8)
            self.page.insert_text((_WIDTH / 2, 815), str(number), fontsize=8)

    @property
    def x(self) -> float:
        return _LEFT + self.column * (_COLUMN + _GUTTER)

    def line(self, text: str, size: float = _SIZE, font: str = "tiro", indent: float = 0.0) -> None:
        self.room(_PITCH)
        self.page.insert_text((self.x + indent, self.y + size), text, fontsize=size, fontname=font)
        self.y += max(_PITCH, size * 1.25)

    def gap(self, points: float) -> None:
        self.y += points


def two_column_paper(markdown: str) -> Made:
    """The paragraphs and headings of a Markdown text, with a ruled table and its caption, as a paper."""
    press, said, headings = _Press(), [], []
    body = re.sub(r"```.*?```|^---.*?^---|\$[^$]*\$|[*`_|]", "", markdown, flags=re.DOTALL | re.MULTILINE)
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", body)]
    chapter = 0
    for part in (part for part in parts if re.search(r"[a-z]{3}", part)):
        if match := re.match(r"(#+) (.*)", part):
            chapter += 1
            title = f"{chapter} {match[2][:30].strip()}"
            press.room(60)
            press.gap(8)
            press.line(title, 14, "tibo")
            press.gap(3)
            headings.append((1, title))
            said.append(title)
            if chapter == 2:
                said.append(_table(press))
        elif re.match(r"[\w(“\"]", part):
            for line in _wrapped(part):
                press.line(line)
            press.gap(8)
            said.append(part)
    return Made(press.book.tobytes(deflate=True), "\n".join(said), tuple(headings), _RUNNING)


def _table(press: _Press) -> str:
    """A table with three rules and its caption, and its words."""
    press.room(120)
    top, lefts = press.y + 4, (6.0, 90.0, 170.0)
    for row in TABLE_ROWS:
        for left, cell in zip(lefts, row, strict=True):
            press.page.insert_text((press.x + left, press.y + 14), cell, fontsize=_SIZE, fontname="tiro")
        press.y += 15
    for y in (top, top + 15, press.y + 4):
        press.page.draw_line((press.x, y), (press.x + _COLUMN, y), width=0.5)
    press.gap(8)
    caption = "Table 1: Purity and entropy of some states."
    press.line(caption, 9)
    press.gap(10)
    return " ".join(cell for row in TABLE_ROWS for cell in row) + " " + caption


def _wrapped(text: str) -> list[str]:
    """Lines as wide as a column, long words divided at the end of a line as TeX would."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if _width(longer) <= _COLUMN:
            line = longer
            continue
        for cut in range(len(word) - 3, 2, -1):
            head = f"{line} {word[:cut]}-"
            if word.isalpha() and word.islower() and len(word) > 7 and _width(head) <= _COLUMN:
                lines.append(head.strip())
                line = word[cut:]
                break
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _width(text: str) -> float:
    return float(pymupdf.get_text_length(text, fontname="tiro", fontsize=_SIZE))
