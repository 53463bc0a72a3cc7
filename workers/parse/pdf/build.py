"""Lines in reading order to blocks: headings, paragraphs, lists, code, captions, formulas, quotes and footnotes."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from agent.job.records import Block, BlockKind
from workers.parse import blocks
from workers.parse.pdf.hyphens import joined_lines
from workers.parse.pdf.layout import Line, box_around, mean_confidence
from workers.parse.pdf.style import (
    Style,
    heading_level,
    is_chapter_mark,
    is_leader,
    numbered_depth,
)


@dataclass(frozen=True)
class Placed(Line):
    """A block that is made already and takes part in the reading order as one line: a table."""

    block: Block | None = None


_PARAGRAPH_GAP = 1.35
"""Lines further apart than this multiple of the usual pitch begin a new paragraph."""

_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*(?:\[\^[^\]]+\])?$")
_BULLET = re.compile(
    r"(?:[•◦▪▫●○■□‣⁃∙·\uf0b7\uf0a7✓➢❖]|[-–—*](?=\s))\s*(?=\S)|\(?(?:\d{1,3}|[a-z]|[ivx]{2,4})[.)]\s+(?=\S)"
)
_SURE_BULLET = re.compile(r"[•◦▪▫●○■□‣⁃∙\uf0b7\uf0a7✓➢❖]")
_CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|Tab\.|Listing|Algorithm|Scheme|Plate|Chart|Example|Abbildung|Abb\.|Tabelle|Tableau|Figura|Tabla)"
    r"\s*(?:[A-Z]?\d{1,3}|[IVXL]{1,6})(?:[.\-–]\d{1,3})*[a-z]?\s*(?:[.:|]|[-–—]\s)"
)
_RELATION = re.compile(r"[=<>≤≥≈≡≠∝∼→↦∈⊂⊆∑∏∫√±×⊗⊕∂∇∞]")
_EQUATION_NUMBER = re.compile(r"\(\d{1,3}(?:\.\d{1,3})*[a-z]?\)$")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")

_MATH_SHARE = 0.3
"""Of a line's letters in a font of mathematics, from which on a line set apart is a displayed formula."""

_NOTE_RATIO = 0.95
"""Footnotes are set smaller than the body."""

_NOTE_START = re.compile(r"\[\^([^\]]+)\]\s*|(\d{1,2}|[*†‡§¶])\s*(?=[^\W\d_\"“'(])")


@dataclass(frozen=True)
class _Frame:
    """What the lines of one region have in common."""

    style: Style
    known: frozenset[str]
    left: float
    right: float
    pitch: float


def region_blocks(
    region: Sequence[Line], style: Style, known: frozenset[str] = frozenset()
) -> tuple[list[Block], list[Block]]:
    """The blocks of one region in order, and its footnotes apart; ``known`` are words of the document (hyphens)."""
    body, notes = _footnotes(region, style)
    frame = _frame(body, style, known)
    found: list[Block] = []
    pieces = _pieces(body, frame)
    for piece, after in itertools.zip_longest(pieces, pieces[1:]):
        block = _block(piece, frame)
        if block.level and after is not None and _is_term(piece, after, frame):
            block = _placed(blocks.paragraph(block.text, block.page), piece)
        if not block.text:
            continue
        last = found[-1] if found else None
        if last is not None and last.kind is block.kind is BlockKind.LIST:
            found[-1] = last.model_copy(update={"text": f"{last.text}\n{block.text}"})
        else:
            found.append(block)
    return _merged_headings(found), [_note(note, known) for note in notes]


def _frame(region: Sequence[Line], style: Style, known: frozenset[str]) -> _Frame:
    text = [line for line in region if not isinstance(line, Placed)]
    gaps = [after.y0 - before.y0 for before, after in itertools.pairwise(text) if after.y0 > before.y0]
    pitch = statistics.median_low(gaps) if gaps else style.body * 1.2
    # A region of headings and one-line paragraphs has no pitch of its own.
    pitch = min(pitch, style.body * 1.6) if style.body else pitch
    return _Frame(
        style, known, min((line.x0 for line in text), default=0.0), max((line.x1 for line in text), default=0.0), pitch
    )


# --- footnotes ------------------------------------------------------------------------------------------------------


def _footnotes(region: Sequence[Line], style: Style) -> tuple[list[Line], list[list[Line]]]:
    """The region without the small lines at its foot that begin with a mark, and these, one list for each note."""
    first = len(region)
    while first and not isinstance(region[first - 1], Placed) and region[first - 1].size <= _NOTE_RATIO * style.body:
        first -= 1
    small = region[first:]
    start = next((index for index, line in enumerate(small) if _NOTE_START.match(line.text) and not line.mono), None)
    if start is None or (first + start and not any(line.size > _NOTE_RATIO * style.body for line in region[:first])):
        return list(region), []
    notes: list[list[Line]] = []
    margin = min(line.x0 for line in small[start:])
    for line in small[start:]:
        if _NOTE_START.match(line.text) and (not notes or line.x0 <= margin + 2 * line.size):
            notes.append([line])
        else:
            notes[-1].append(line)
    return [*region[:first], *small[:start]], notes


def _note(lines: Sequence[Line], known: frozenset[str]) -> Block:
    text = joined_lines([line.text for line in lines], known)
    match = _NOTE_START.match(text)
    if match:
        text = f"[^{match[1] or match[2]}]: {text[match.end() :]}"
    return _placed(blocks.paragraph(text, lines[0].page), lines)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _pieces(region: Sequence[Line], frame: _Frame) -> list[list[Line]]:
    """Runs of lines that belong to one block."""
    pieces: list[list[Line]] = []
    for line in region:
        if pieces and not _breaks(pieces[-1], line, frame):
            pieces[-1].append(line)
        else:
            pieces.append([line])
    return pieces


def _breaks(piece: Sequence[Line], line: Line, frame: _Frame) -> bool:
    before, style = piece[-1], frame.style
    if isinstance(line, Placed) or isinstance(before, Placed):
        return True
    gap = line.y0 - before.y0
    level, level_before = heading_level(line, style), heading_level(before, style)
    if level != level_before:
        return True
    if level:
        return gap > 2 * line.size or (bool(numbered_depth(line.text)) and not is_chapter_mark(before.text))
    if line.mono != before.mono or is_leader(line.text) != is_leader(before.text):
        return True
    if line.mono:
        return gap > 3 * frame.pitch
    if is_leader(line.text):
        return False
    if _is_formula(line, frame) != _is_formula(before, frame):
        return True
    if gap > _PARAGRAPH_GAP * max(frame.pitch, 0.0) and gap > _PARAGRAPH_GAP * 0.9 * line.size:
        return True
    if _is_formula(line, frame):
        return False
    ended = bool(_SENTENCE_END.search(before.text))
    if _CAPTION.match(line.text) and (ended or abs(line.size - before.size) > 0.4 or line.bold):
        return True
    in_list = bool(_BULLET.match(piece[0].text))
    if _BULLET.match(line.text) and (
        in_list or ended or _SURE_BULLET.match(line.text) or line.x0 > before.x0 + style.body
    ):
        return not in_list
    left = min(one.x0 for one in piece[1:]) if len(piece) > 1 else before.x0
    ended_short = ended and before.x1 < max(one.x1 for one in piece) - 4 * style.body
    if in_list:
        return ended_short and line.x0 <= piece[0].x0 + 1
    return (
        (ended and line.x0 - left > 0.8 * style.body)
        or ended_short
        or (ended and left - line.x0 > 0.8 * style.body and len(piece) > 1)
    )


def _is_formula(line: Line, frame: _Frame) -> bool:
    """Whether a line is a formula set apart: mathematics, indented, with hardly a word in it."""
    if line.mono or line.x0 < frame.left + 0.8 * frame.style.body:
        return False
    text = _EQUATION_NUMBER.sub("", line.text.strip())
    words = sum(len(word) for word in _LONG_WORD.findall(text))
    if words > 0.4 * max(1, len(text)):
        return False
    return line.math >= _MATH_SHARE or (
        bool(_RELATION.search(text)) and line.x0 > frame.left + 2 * frame.style.body and line.math > 0
    )


# --- blocks ---------------------------------------------------------------------------------------------------------


def _block(piece: Sequence[Line], frame: _Frame) -> Block:
    first = piece[0]
    if isinstance(first, Placed) and first.block is not None:
        return first.block
    return _placed(_plain_block(piece, frame), piece)


def _plain_block(piece: Sequence[Line], frame: _Frame) -> Block:
    page = piece[0].page
    lines = [line.text for line in piece]
    if level := heading_level(piece[0], frame.style):
        return blocks.heading(joined_lines(lines, frame.known), level, page)
    if piece[0].mono:
        return blocks.code("\n".join(_indented(piece)), page=page)
    if is_leader(lines[0]):
        return blocks.listing(_contents(piece), page)
    if _is_formula(piece[0], frame):
        return Block(kind=BlockKind.FORMULA, text="\n".join(blocks.one_line(line) for line in lines), page=page)
    text = joined_lines(lines, frame.known)
    if _CAPTION.match(lines[0]):
        return Block(kind=BlockKind.CAPTION, text=blocks.one_line(text), page=page)
    if _BULLET.match(lines[0]):
        return blocks.listing(_items(piece, frame.known), page)
    if _is_quote(piece, frame):
        return blocks.quote(text, page)
    return blocks.paragraph(text, page)


def _placed(block: Block, lines: Sequence[Line]) -> Block:
    """The block with its place, and how sure OCR was of it."""
    box = tuple(round(value, 1) for value in box_around([line for line in lines if line.page == lines[0].page]))
    confidence = mean_confidence(lines)
    return block.model_copy(update={"box": box, "confidence": None if confidence is None else round(confidence, 3)})


def _is_quote(piece: Sequence[Line], frame: _Frame) -> bool:
    """Whether lines of prose are set in from both sides."""
    if len(piece) < 2:
        return False
    inset = 1.2 * frame.style.body
    left, right = min(line.x0 for line in piece), max(line.x1 for line in piece)
    full = [line for line in piece[:-1] if line.x1 > right - frame.style.body]
    return left > frame.left + inset and right < frame.right - inset and len(full) >= 0.8 * (len(piece) - 1)


def _is_term(piece: Sequence[Line], after: Sequence[Line], frame: _Frame) -> bool:
    """Whether a bold line in the body's size is a term, whose definition is set in below it."""
    line = piece[-1]
    return (
        line.size < 1.05 * frame.style.body
        and not numbered_depth(piece[0].text)
        and after[0].x0 > piece[0].x0 + 0.8 * frame.style.body
        and not heading_level(after[0], frame.style)
        and not _BULLET.match(after[0].text)
    )


def _contents(piece: Sequence[Line]) -> list[tuple[int, str]]:
    """Lines of a table of contents as (depth, title)."""
    indents = sorted({round(line.x0 / 4) for line in piece})
    return [
        (min(indents.index(round(line.x0 / 4)), 5), re.sub(r"\s*(?:\.\s?){4,}.*$|\s*…{2,}.*$", "", line.text))
        for line in piece
    ]


def _items(piece: Sequence[Line], known: frozenset[str]) -> list[tuple[int, str]]:
    """(depth, text) of list items; unmarked lines go on with the item before them."""
    items: list[tuple[int, list[str]]] = []
    indents: list[float] = []
    for line in piece:
        match = _BULLET.match(line.text)
        if match or not items:
            while indents and indents[-1] > line.x0 + 2:
                indents.pop()
            if not indents or indents[-1] < line.x0 - 2:
                indents.append(line.x0)
            items.append((len(indents) - 1, [line.text[match.end() :] if match else line.text]))
        else:
            items[-1][1].append(line.text)
    return [(depth, joined_lines(lines, known)) for depth, lines in items]


def _indented(piece: Sequence[Line]) -> list[str]:
    """Code lines with their indentation restored from the column of their first letter."""
    margin = min(line.x0 for line in piece)
    widths = [(line.x1 - line.x0) / len(line.text) for line in piece if line.text]
    width = statistics.median(widths) if widths else 1.0
    return [" " * round((line.x0 - margin) / max(width, 0.1)) + line.text for line in piece]


def _merged_headings(found: list[Block]) -> list[Block]:
    """Headings printed on two lines as one: what goes on in lower case, and the number of a chapter with its name."""
    merged: list[Block] = []
    for block in found:
        last = merged[-1] if merged else None
        if last is not None and last.level and block.level and last.page == block.page:
            if block.level == last.level and block.text[:1].islower():
                merged[-1] = last.model_copy(update={"text": f"{last.text} {block.text}"})
                continue
            if is_chapter_mark(last.text):
                both = f"{last.text.rstrip('.:')} {block.text}"
                text = both if is_chapter_mark(both) else f"{last.text.rstrip('.:')}. {block.text}"
                level = min(last.level, block.level)
                merged[-1] = block.model_copy(update={"text": text, "level": level, "box": last.box})
                continue
        merged.append(block)
    return merged
