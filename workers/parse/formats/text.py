"""Plain text to blocks: paragraphs by blank lines, lists by their marks, headings by underlines and capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agent.job.licences import spdx
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.dates import iso_date
from workers.parse.parsed import Parsed

_LINES = re.compile(r"([^\n\f]*)(\n|\f|\Z)")
_UNDERLINE = re.compile(r"\s*([=\-~^*#])\1{2,}\s*")
BULLET = re.compile(r"(\s*)(?:[-*•–·]|\(?\d{1,3}[.)])\s+(?=\S)")
_NUMBERED_TITLE = re.compile(r"(\d+(?:\.\d+)*)\.?\s+[A-Z]")
_FIELD = re.compile(r"([A-Z][A-Za-z ]{1,24}): +(\S.*)")
MAX_TITLE_WORDS = 12
"""Headings are short; longer lines in capitals are notices."""


@dataclass(frozen=True)
class _Line:
    """A line without white space at its end, and where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


def read_text(text: str) -> Parsed:
    """Paragraphs, lists and headings of plain text; the title is the first heading, or a short first line alone.

    Lines such as ``Author: A. Writer`` directly under the title are read for author, date, licence and others.
    """
    parts = list(_parts(text))
    fields = _fields_under_title([line.text for line in parts[0]]) if parts else {}
    if fields:
        parts[0] = parts[0][:1]
    found = [block for number, lines in enumerate(parts) for block in _placed(lines, first=number == 0)]
    author = fields.get("author") or fields.get("authors") or ""
    stated: dict[str, Any] = {
        "authors": (author,) if author else (),
        "date": iso_date(next((fields[name] for name in ("date", "last revised", "updated") if name in fields), "")),
        "licence": spdx(fields.get("licence") or fields.get("license") or ""),
        "doi": fields.get("doi", "").lower().rpartition("doi.org/")[2],
        "language": fields.get("language", "")[:2].lower() if len(fields.get("language", "")) in (2, 5) else "",
    }
    obtained = {field: "line under the title" for field, value in stated.items() if value}
    title = next((block.text for block in found if block.level), "")
    if title:
        obtained["title"] = "first heading"
    return Parsed(blocks=tuple(found), parser="text", title=title, obtained=obtained, **stated)


def _parts(text: str) -> Iterator[list[_Line]]:
    """The lines of each paragraph: what stands between blank lines or page ends."""
    part: list[_Line] = []
    for match in _LINES.finditer(text):
        line = match[1].rstrip()
        if line:
            part.append(_Line(line, match.start()))
        if (not line or match[2] == "\f") and part:
            yield part
            part = []
    if part:
        yield part


def _placed(lines: list[_Line], *, first: bool) -> Iterator[Block]:
    """The blocks of a paragraph with their offsets."""
    for start, after, block in _paragraph([line.text for line in lines], first=first):
        if block.text:
            opening = lines[start]
            indent = len(opening.text) - len(opening.text.lstrip())
            yield block.model_copy(update={"start": opening.start + indent, "end": lines[after - 1].end})


def _fields_under_title(lines: list[str]) -> dict[str, str]:
    """The fields of an opening paragraph that is a title and ``Name: value`` lines, by lower-case name; else none."""
    matches = [_FIELD.fullmatch(line.strip()) for line in lines[1:]]
    if not matches or _FIELD.fullmatch(lines[0].strip()):
        return {}
    fields = {match[1].lower(): match[2] for match in matches if match}
    return fields if len(fields) == len(matches) else {}


def _paragraph(lines: list[str], *, first: bool) -> list[tuple[int, int, Block]]:
    """(first line, line after the last, block) of the blocks in the lines of one paragraph."""
    whole = len(lines)
    if whole >= 2 and _UNDERLINE.fullmatch(lines[1]) and len(lines[1].strip()) >= len(lines[0].strip()) * 0.5:
        title = blocks.heading(lines[0], 1 if lines[1].strip()[0] in "=#" else 2)
        rest = _paragraph(lines[2:], first=False) if lines[2:] else []
        return [(0, 1, title), *((start + 2, after + 2, block) for start, after, block in rest)]
    if whole == 1 and (level := _title_level(lines[0].strip(), first=first)):
        return [(0, 1, blocks.heading(lines[0], level))]
    if _title_level(lines[0], first=False) and not lines[0].startswith(" ") and _is_indented(lines[1:]):
        rest = _paragraph(lines[1:], first=False)
        return [(0, 1, blocks.heading(lines[0], 2)), *((start + 1, after + 1, block) for start, after, block in rest)]
    if all(_UNDERLINE.fullmatch(line) for line in lines):
        return []
    marked = [number for number, line in enumerate(lines) if BULLET.match(line)]
    if marked and (marked[0] == 0 or len(marked) >= 2):
        opening = blocks.paragraph(" ".join(lines[: marked[0]]))
        return [(0, marked[0], opening), (marked[0], whole, blocks.listing(list_items(lines[marked[0] :])))]
    return [(0, whole, blocks.paragraph(join_lines(lines)))]


def _is_indented(lines: list[str]) -> bool:
    """Whether there are lines and all stand to the right of their heading, as in manual pages."""
    return bool(lines) and all(line.startswith("   ") for line in lines)


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
