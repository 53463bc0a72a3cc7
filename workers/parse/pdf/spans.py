"""A PDF page to lines: text, font and place of each, with the rules drawn on the page and what was left out.

One pass of PyMuPDF's ``dict`` extraction gives text and vectors at some 480 pages a second; nothing is done by
character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from workers.parse.blocks import one_line
from workers.parse.one_thread import one_thread
from workers.parse.pdf.grid import Word
from workers.parse.pdf.layout import Box, Line
from workers.parse.pdf.rules import Ruled, ruled_places

_SUPERSCRIPT, _ITALIC, _MONO, _BOLD = 1 << 0, 1 << 1, 1 << 3, 1 << 4
"""Bits of a span's flags: https://pymupdf.readthedocs.io/en/latest/app1.html"""

_FILLED, _STROKED = 1 << 4, 1 << 5
"""Bits of a span's char_flags; text with neither is not painted (render mode 3, ISO 32000-1, 9.3.6)."""

_TILTED = 0.1
"""Lines whose direction rises more than this are stamps and watermarks up the margin, not text that is read."""

_MAX_RULES = 4000
"""Pages with more strokes are drawings; their strokes say nothing about tables."""


@dataclass(frozen=True)
class PageText:
    """What stands on one page."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    rules: tuple[Box, ...] = ()
    """Straight strokes and rectangles, where a rectangle as thin as a stroke is a rule of a table."""
    shapes: int = 0
    """Other things drawn: curves, slanted strokes."""
    tilted: int = 0
    """Lines left out because they do not run from left to right."""
    painted_letters: int = 0
    hidden_letters: int = 0
    """Letters of text that is not painted: a layer under or over a scan."""
    pictures: tuple[Box, ...] = ()
    places: tuple[Ruled, ...] = ()
    """Where rules draw tables."""
    words: tuple[Word, ...] = ()
    """The page's words, where there are such places."""


@cache
def mupdf() -> Any:
    """PyMuPDF, silent: what it prints about broken files we say ourselves. Typed as Any, since it is typed in part."""
    one_thread()  # its layout model is loaded with it
    import pymupdf

    library: Any = pymupdf
    library.TOOLS.mupdf_display_errors(False)
    library.TOOLS.mupdf_display_warnings(False)
    return library


def page_text(page: Any, number: int) -> PageText:
    """The lines of a page's text layer, spread ligatures and soft hyphens tidied, in the order of the file."""
    library = mupdf()
    flags = library.TEXT_PRESERVE_WHITESPACE | library.TEXT_MEDIABOX_CLIP | library.TEXT_COLLECT_VECTORS
    lines: list[Line] = []
    rules: list[Box] = []
    tilted = painted = hidden = shapes = 0
    textpage = page.get_textpage(flags=flags)
    for block in page.get_text("dict", textpage=textpage)["blocks"]:
        if block["type"] == 3:
            if block["isrect"] and len(rules) <= _MAX_RULES:
                rules.append(block["bbox"])
            else:
                shapes += 1
            continue
        for raw in block.get("lines", ()):
            if abs(raw["dir"][1]) > _TILTED or raw["dir"][0] < 0:
                tilted += 1
                continue
            line, letters, unseen = _line(raw, number)
            if line:
                lines.append(line)
                painted += letters - unseen
                hidden += unseen
    places = tuple(ruled_places(rules, page.rect.height)) if len(rules) <= _MAX_RULES else ()
    return PageText(
        number=number,
        width=page.rect.width,
        height=page.rect.height,
        lines=tuple(lines),
        rules=tuple(rules) if len(rules) <= _MAX_RULES else (),
        shapes=shapes,
        tilted=tilted,
        painted_letters=painted,
        hidden_letters=hidden,
        # Listing a page's pictures costs nothing, placing them a pass over the page.
        pictures=tuple(info["bbox"] for info in page.get_image_info()) if page.get_images() else (),
        places=places,
        words=words_of(page, textpage) if places else (),
    )


def words_of(page: Any, textpage: Any = None) -> tuple[Word, ...]:
    """The words of a page, each with its place."""
    flags = mupdf().TEXT_MEDIABOX_CLIP
    return tuple(Word(item[4], *item[:4]) for item in page.get_text("words", flags=flags, textpage=textpage))


def _line(raw: dict[str, Any], number: int) -> tuple[Line | None, int, int]:
    """The line, its letters, and how many of them are not painted."""
    spans: Sequence[dict[str, Any]] = raw["spans"]
    main, longest, letters = None, 0, 0
    unseen = bold = mono = italic = math = 0
    text = ""
    before_math = False
    for span in spans:
        piece = span["text"]
        weight = len(piece) - piece.count(" ")
        is_bold, is_mono, is_math = font_traits(span["font"])
        flags = span["flags"]
        if weight:
            letters += weight
            if weight > longest:
                main, longest = span, weight
            if is_bold or flags & _BOLD:
                bold += weight
            if is_mono or flags & _MONO:
                mono += weight
            if flags & _ITALIC:
                italic += weight
            if is_math:
                math += weight
            if not span["char_flags"] & (_FILLED | _STROKED) or span["alpha"] == 0:
                unseen += weight
            if flags & _SUPERSCRIPT and not before_math and _NOTE_MARK.fullmatch(piece.strip()):
                piece = f"[^{piece.strip()}]" + ("" if text.strip() else " ")
            before_math = is_math
        text += piece
    if main is None:
        return None, 0, 0
    x0, y0, x1, y1 = raw["bbox"]
    typewriter = mono > 0.9 * letters
    text = text.replace("\u00ad", "-")
    return (
        Line(
            text=text.rstrip() if typewriter else one_line(text),
            x0=x0, y0=y0, x1=x1, y1=y1, size=float(main["size"]),
            bold=bold > 0.9 * letters, mono=typewriter, italic=italic > 0.9 * letters, math=math / letters, page=number,
        ),
        letters,
        unseen,
    )  # fmt: skip


_NOTE_MARK = re.compile(r"\d{1,3}|[*†‡§¶]")
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|CMBX|CMSSBX|SFBX|ECBX", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|consol|cmtt|ectt|sftt|typewriter|lmtt|menlo|code", re.IGNORECASE)
_MATH_NAME = re.compile(
    r"^(?:\w{6}\+)?(?:CM(?:MI|SY|EX|BSY|MIB)|LM(?:Math|MI|SY|EX)|MSAM|MSBM|EU[FRS][MB]|RSFS|STIX\w*Math)"
    r"|math|^symbol",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def font_traits(name: str) -> tuple[bool, bool, bool]:
    """Whether a font's name says bold, typewriter, or mathematics (Computer Modern's names among them)."""
    return bool(_BOLD_NAME.search(name)), bool(_MONO_NAME.search(name)), bool(_MATH_NAME.search(name))
