"""Plain text to blocks: paragraphs by blank lines, lists by their marks, headings by underlines and capitals."""

from __future__ import annotations

import re

from agent.job.licences import spdx
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.dates import iso_date
from workers.parse.parsed import Parsed

_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")
_UNDERLINE = re.compile(r"\s*([=\-~^*#])\1{2,}\s*")
BULLET = re.compile(r"(\s*)(?:[-*•–·]|\(?\d{1,3}[.)])\s+(?=\S)")
_NUMBERED_TITLE = re.compile(r"(\d+(?:\.\d+)*)\.?\s+[A-Z]")
_FIELD = re.compile(r"([A-Z][A-Za-z ]{1,24}): +(\S.*)")
MAX_TITLE_WORDS = 12
"""Headings are short; longer lines in capitals are notices."""


def read_text(text: str) -> Parsed:
    """Paragraphs, lists and headings of plain text; the title is the first heading, or a short first line alone.

    Lines such as ``Author: A. Writer`` directly under the title are read for author, date and licence.
    """
    parts = [
        [line.rstrip() for line in part.splitlines() if line.strip()]
        for part in _PARAGRAPHS.split(text.replace("\f", "\n\n").strip("\n"))
    ]
    parts = [lines for lines in parts if lines]
    fields = _fields_under_title(parts[0]) if parts else {}
    if fields:
        parts[0] = parts[0][:1]
    found = [block for number, lines in enumerate(parts) for block in _paragraph(lines, first=number == 0)]
    author = fields.get("author") or fields.get("authors") or ""
    return Parsed(
        blocks=tuple(found),
        parser="text",
        title=next((block.text for block in found if block.level), ""),
        authors=(author,) if author else (),
        date=iso_date(next((fields[name] for name in ("date", "last revised", "updated") if name in fields), "")),
        licence=spdx(fields.get("licence") or fields.get("license") or ""),
    )


def _fields_under_title(lines: list[str]) -> dict[str, str]:
    """The fields of an opening paragraph that is a title and ``Name: value`` lines, by lower-case name; else none."""
    matches = [_FIELD.fullmatch(line.strip()) for line in lines[1:]]
    if not matches or _FIELD.fullmatch(lines[0].strip()):
        return {}
    fields = {match[1].lower(): match[2] for match in matches if match}
    return fields if len(fields) == len(matches) else {}


def _paragraph(lines: list[str], *, first: bool) -> list[Block]:
    if len(lines) >= 2 and _UNDERLINE.fullmatch(lines[1]) and len(lines[1].strip()) >= len(lines[0].strip()) * 0.5:
        title = blocks.heading(lines[0], 1 if lines[1].strip()[0] in "=#" else 2)
        return [title, *(_paragraph(lines[2:], first=False) if lines[2:] else [])]
    if len(lines) == 1 and (level := _title_level(lines[0].strip(), first=first)):
        return [blocks.heading(lines[0], level)]
    if all(_UNDERLINE.fullmatch(line) for line in lines):
        return []
    if BULLET.match(lines[0]):
        return [blocks.listing(list_items(lines))]
    if any(BULLET.match(line) for line in lines) and sum(1 for line in lines if BULLET.match(line)) >= 2:
        start = next(index for index, line in enumerate(lines) if BULLET.match(line))
        return [blocks.paragraph(" ".join(lines[:start])), blocks.listing(list_items(lines[start:]))]
    return [blocks.paragraph(join_lines(lines))]


def list_items(lines: list[str]) -> list[tuple[int, str]]:
    """(depth, text) of list items; unmarked lines go on with the item before them."""
    items: list[tuple[int, str]] = []
    indents: list[int] = []
    for line in lines:
        if match := BULLET.match(line):
            indent = len(match[1].expandtabs(4))
            while indents and indents[-1] > indent:
                indents.pop()
            if not indents or indents[-1] < indent:
                indents.append(indent)
            items.append((len(indents) - 1, line[match.end() :].strip()))
        elif items:
            depth, text = items[-1]
            items[-1] = (depth, join_lines([text, line.strip()]))
    return items


def join_lines(lines: list[str]) -> str:
    """The lines as one, with words that were hyphenated at a line end put together again.

    A hyphen before a lower-case letter is taken as a division of the word; "state-" + "Of" keeps its hyphen.
    """
    joined = ""
    for line in (one.strip() for one in lines):
        if joined.endswith("-") and len(joined) > 1 and joined[-2].isalpha() and line[:1].islower():
            joined = joined[:-1] + line
        elif joined:
            joined += ("" if joined.endswith("-") and joined[-2:-1].isalpha() else " ") + line
        else:
            joined = line
    return joined


def _title_level(line: str, *, first: bool) -> int:
    """The heading level of a line that stands alone, 0 when it is no heading."""
    words = line.split()
    if not words or len(words) > MAX_TITLE_WORDS or line[-1] in ".,;:!?":
        return 0
    if first:
        return 1
    if match := _NUMBERED_TITLE.match(line):
        return min(2 + match[1].count("."), blocks.MAX_HEADING_LEVEL)
    letters = [letter for letter in line if letter.isalpha()]
    return 2 if len(letters) >= 3 and all(letter.isupper() for letter in letters) else 0
