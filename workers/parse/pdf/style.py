"""The type a document is set in: the size of its body, and which sizes and weights are headings of which level."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workers.parse.blocks import MAX_HEADING_LEVEL
from workers.parse.pdf.layout import Line, joined_row

_HEADING_RATIO = 1.12
"""Headings are set at least an eighth larger than the body, or bold."""

_BOLD_HEADING_RATIO = 0.9
"""Run-in and lowest headings are bold at the body's size or a point below it."""

_MAX_CHARACTERS = 150
_MAX_BOLD_CHARACTERS = 90
_MAX_SHARE = 0.2
"""Type that carries more of a document's letters than this is text, however large or bold."""

_SIZE_STEP = 0.5
"""Sizes are compared in half points: fonts embedded at 11.96 and 12.0 are the same size."""

_MAX_TITLE_LINES = 5

Look = tuple[float, bool]
"""Size in half points, and whether bold."""


@dataclass(frozen=True)
class Style:
    """The sizes a document is set in, and the level of each look of its headings."""

    body: float
    levels: Mapping[Look, int] = field(default_factory=dict)
    anchor: int = 0
    """The level of headings numbered with one number, 0 where headings carry none."""


def step(size: float) -> float:
    """The size in half points."""
    return round(size / _SIZE_STEP) * _SIZE_STEP


def look(line: Line) -> Look:
    """What a line looks like."""
    return (step(line.size), line.bold)


_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|\s\.{2,}\s")
_NUMBER = re.compile(
    r"(?:(?:Chapter|Section|Appendix|Part|Kapitel|Abschnitt|Anhang|Teil)\s+)?"
    r"(\d{1,3}(?:\.\d{1,3})*|[A-Z](?:\.\d{1,3})+|[A-Z]|[IVXL]+)(?:[.:)]\s*|\s+)(?=\S)"
)
_CHAPTER = re.compile(
    r"(?:Chapter|Appendix|Part|Kapitel|Anhang|Teil|Chapitre|Capítulo)"
    r"(?:\s+(?:\d{1,3}|[A-Z]|[IVXL]+|(?:twenty-?)?(?:one|two|three|four|five|six|seven|eight|nine)"
    r"|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty)[.:]?)?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:Note|Tip|Warning|Caution|Important|Hint|Danger|Attention|Remark|See also"
    r"|Hinweis|Warnung|Achtung|Tipp|Wichtig|Remarque|Attention|Astuce|Nota|Consejo|Advertencia)[.:!]?",
    re.IGNORECASE,
)
"""Titles of boxes beside the text."""
_ROMAN_TITLE = re.compile(r"[IVX]{1,5}\.\s+[A-Z][A-Z\W\d]{3,}")
_ROUND_BULLET = re.compile(r"[-*•–·▪●◦‣]\s")


def is_leader(text: str) -> bool:
    """Whether a line of a table of contents: a title, dots, a page number."""
    return bool(_LEADER.search(text)) and text.rstrip(". ")[-1:].isalnum()


def is_chapter_mark(text: str) -> bool:
    """Whether a line is only the number of a chapter, or its beginning; the name stands on the next."""
    return bool(_CHAPTER.fullmatch(text.strip()))


def numbered_depth(text: str) -> int:
    """How deep a numbering goes: 2 for ``3.1 Methods``, 1 for ``4. Results``, 0 without one."""
    match = _NUMBER.match(text)
    if not match or not any(letter.isalpha() for letter in text[match.end() :]):
        return 0
    number = match[1]
    if "." not in number and not number.isdigit() and not _CHAPTER.match(text):
        return 1 if _ROMAN_TITLE.match(text) else 0
    return number.count(".") + 1


def style_of(pages: Iterable[Sequence[Line]], outline: Mapping[int, Mapping[str, int]] | None = None) -> Style:
    """The style of the pages' lines; ``outline`` tells for pages which letters are a heading of which level."""
    weights: Counter[float] = Counter()
    looks: dict[Look, list[Line]] = defaultdict(list)
    letters = 0
    for lines in pages:
        for line in lines:
            weights[step(line.size)] += len(line.text)
            letters += len(line.text)
        for key, found in _by_look(lines).items():
            looks[key] += found
    if not weights:
        return Style(0.0)
    body = max(weights, key=lambda size: (weights[size], size))
    headings = {
        key: [line for line in found if _could_head(line)]
        for key, found in looks.items()
        if _heading_look(key, body) and sum(len(line.text) for line in found) <= _MAX_SHARE * letters
    }
    headings = {key: found for key, found in headings.items() if found}
    return Style(body, *_levels(headings, outline or {}))


def _by_look(lines: Iterable[Line]) -> dict[Look, list[Line]]:
    """Lines by look; what stands in a row in one look is one line: a number and the heading behind it."""
    found: dict[Look, list[Line]] = defaultdict(list)
    for line in lines:
        last = found[look(line)][-1] if look(line) in found else None
        if last is not None and abs(last.y0 - line.y0) < 0.3 * line.size and 0 <= line.x0 - last.x1 < 3 * line.size:
            found[look(line)][-1] = joined_row([last, line])
        else:
            found[look(line)].append(line)
    return found


def _heading_look(key: Look, body: float) -> bool:
    size, bold = key
    return size >= body * _HEADING_RATIO or (bold and size >= body * _BOLD_HEADING_RATIO)


def _levels(
    headings: Mapping[Look, Sequence[Line]], outline: Mapping[int, Mapping[str, int]]
) -> tuple[dict[Look, int], int]:
    """Level of each look, and of headings numbered with one number.

    Larger is higher; numbers say how far apart two looks are; the outline speaks for looks without numbers.
    """
    ordered = sorted(headings, reverse=True)
    levels: dict[Look, int] = {}
    depths: dict[Look, int] = {}
    for rank, key in enumerate(ordered, 1):
        levels[key] = min(rank, MAX_HEADING_LEVEL)
        found = Counter(depth for line in headings[key] if (depth := numbered_depth(line.text)))
        if found and found.total() >= 0.3 * len(headings[key]):
            depths[key] = found.most_common(1)[0][0]
    anchor = min((max(1, levels[key] - depth + 1) for key, depth in depths.items()), default=0)
    above = 0
    for key in ordered:
        if key in depths:
            levels[key] = min(anchor + depths[key] - 1, MAX_HEADING_LEVEL)
        else:
            levels[key] = min(above + 1, MAX_HEADING_LEVEL)
        above = max(above, levels[key])
    title = ordered[0] if ordered and _is_title(headings[ordered[0]]) else None
    told: dict[Look, Counter[int]] = defaultdict(Counter)
    for key in ordered:
        for line in headings[key]:
            if level := outline.get(line.page, {}).get(letters_of(line.text)):
                told[key][level + (title is not None and key != title)] += 1
    for key, votes in told.items():
        if key not in depths:  # numbers tell levels better than an outline, which may begin at the title or below it
            levels[key] = min(votes.most_common(1)[0][0], MAX_HEADING_LEVEL)
    return levels, max(anchor, 0)


def _is_title(lines: Sequence[Line]) -> bool:
    return len(lines) <= _MAX_TITLE_LINES and len({line.page for line in lines}) == 1 and lines[0].page <= 2


def letters_of(text: str) -> str:
    """Letters and digits alone, in lower case: titles are compared by them."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _could_head(line: Line) -> bool:
    text = line.text.strip()
    return (
        any(letter.isalpha() for letter in text)
        and len(text) <= _MAX_CHARACTERS
        and not line.mono
        and line.math < 0.6
        and line.cells <= 1
        and not is_leader(text)
        and not _LABEL.fullmatch(text)
    )


def heading_level(line: Line, style: Style) -> int:
    """1 to 6 when the line is set as a heading, else 0."""
    text = line.text.strip()
    key = look(line)
    level = style.levels.get(key, 0)
    if not _could_head(line):
        return 0
    depth = numbered_depth(text)
    if not level:
        return _small_heading_level(line, text, depth, style)
    if key[0] < style.body * _HEADING_RATIO and not _bold_heads(text, depth):
        return 0
    return min(style.anchor + depth - 1, MAX_HEADING_LEVEL) if depth and style.anchor else level


def _bold_heads(text: str, depth: int) -> bool:
    """Whether a bold line in the body's size can be a heading and not a term, a label or a note."""
    return (
        len(text) < _MAX_BOLD_CHARACTERS
        and not text.endswith((".", ",", ";", ":"))
        and not _ROUND_BULLET.match(text)
        and (bool(depth) or text[0].isupper() or text[0].isdigit())
    )


def _small_heading_level(line: Line, text: str, depth: int, style: Style) -> int:
    """Headings in the body's own type: numbered in Roman, in capitals, as journals set them."""
    if depth == 1 and _ROMAN_TITLE.match(text) and len(text) < _MAX_BOLD_CHARACTERS:
        return style.anchor or 2
    return 0
