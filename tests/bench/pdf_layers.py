"""Pages whose text layer is good, bad, old or missing, made from real born-digital pages, with the right decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pymupdf as typed_in_part

pymupdf: Any = typed_in_part

_DPI = 130
_STAMP = "Downloaded from https://library.example.org/collection/12345 by guest on 17 May 2021. All rights reserved."
_MIN_LETTERS = 600
"""Of a page that is taken as a base: pages of print, not title pages."""

Made = tuple[str, bool, bytes]
"""What kind of page, whether it needs OCR, and the PDF of the one page."""


def mixed_pages(sources: Sequence[bytes], per_source: int) -> Iterator[Made]:
    """Each kind made from ``per_source`` pages of each source."""
    for content in sources:
        with pymupdf.open(stream=content, filetype="pdf") as book:
            wordy = [page.number for page in book if _letters(page) >= _MIN_LETTERS]
        step = max(1, len(wordy) // per_source)
        for number in wordy[::step][:per_source]:
            plain = _single(content, number)
            for kind, needs_ocr, make in _KINDS:
                made = make(plain)
                if "mapped" not in kind or _words(made).isdisjoint(_words(plain)):
                    yield kind, needs_ocr, made
    blank = pymupdf.open()
    blank.new_page()
    yield "blank", False, blank.tobytes()
    blank[0].insert_image(blank[0].rect, pixmap=_texture())
    yield "blank with a background", False, blank.tobytes(deflate=True)


def _letters(page: Any) -> int:
    return sum(letter.isalpha() for letter in page.get_text())


def _words(content: bytes) -> set[str]:
    """The longer words of a page; viewers mend some maps, and such a page is not a broken one."""
    with pymupdf.open(stream=content, filetype="pdf") as book:
        return set(re.findall(r"[^\W\d_]{4,}", book[0].get_text()))


def _single(content: bytes, number: int) -> bytes:
    with pymupdf.open(stream=content, filetype="pdf") as book:
        book.select([number])
        plain: bytes = book.tobytes(garbage=3, deflate=True)
        return plain


def _picture(content: bytes) -> tuple[Any, Any, list[Any]]:
    """A new book with the page as a picture, its page, and the words that stood on it."""
    with pymupdf.open(stream=content, filetype="pdf") as source:
        page = source[0]
        pixels = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY, alpha=False)
        words = page.get_text("words")
        book = pymupdf.open()
        target = book.new_page(width=page.rect.width, height=page.rect.height)
    target.insert_image(target.rect, stream=pixels.tobytes("jpg", jpg_quality=70))
    return book, target, words


def _bytes(book: Any) -> bytes:
    made: bytes = book.tobytes(deflate=True)
    return made


def _scan(content: bytes) -> bytes:
    return _bytes(_picture(content)[0])


def _stamped(content: bytes) -> bytes:
    book, page, _ = _picture(content)
    page.insert_text((40, page.rect.height - 12), _STAMP, fontsize=7)
    return _bytes(book)


def _numbered(content: bytes) -> bytes:
    book, page, _ = _picture(content)
    page.insert_text((page.rect.width / 2, page.rect.height - 20), "217", fontsize=9)
    return _bytes(book)


def _old_layer(spoilt: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def make(content: bytes) -> bytes:
        book, page, words = _picture(content)
        for x0, _, x1, y1, word, *_ in words:
            size = (x1 - x0) / max(0.1, pymupdf.get_text_length(word, fontsize=1))
            page.insert_text((x0, y1 - 2), spoilt(word), fontsize=size, render_mode=3)
        return _bytes(book)

    return make


_SPOILT = str.maketrans("aeioutnshrdlcm", "^c1~_|;:¦l}'(%")


def _half_spoilt(word: str) -> str:
    return word.translate(_SPOILT) if len(word) % 3 else f"{word[:1]}. ,{word[1:3]}1|"


def _with_figure(content: bytes) -> bytes:
    with pymupdf.open(stream=content, filetype="pdf") as book:
        page = book[0]
        page.insert_image(
            pymupdf.Rect(0, 0, page.rect.width, page.rect.height * 0.55), pixmap=_texture(), overlay=False
        )
        return _bytes(book)


def _with_background(content: bytes) -> bytes:
    with pymupdf.open(stream=content, filetype="pdf") as book:
        book[0].insert_image(book[0].rect, pixmap=_texture(), overlay=False, keep_proportion=False)
        return _bytes(book)


def _texture() -> Any:
    import numpy as np

    noise = np.random.default_rng(7).normal(0, 12, (300, 210)) + np.linspace(150, 235, 300)[:, None]
    grey = np.clip(noise, 0, 255).astype(np.uint8)
    return pymupdf.Pixmap(pymupdf.csGRAY, 210, 300, grey.tobytes(), False)


def _remapped(change: Callable[[int], int]) -> Callable[[bytes], bytes]:
    """The page with the Unicode map of each font sending its letters elsewhere; what is seen stays the same."""

    def target(match: re.Match[bytes]) -> bytes:
        code = int(match[2], 16)
        return match[1] + b"<%04X>" % change(code) if code < 0x3000 else match[0]

    def make(content: bytes) -> bytes:
        with pymupdf.open(stream=content, filetype="pdf") as book:
            for font in book[0].get_fonts(full=True):
                kind, value = book.xref_get_key(font[0], "ToUnicode")
                if kind == "xref" and font[2] == "Type0":
                    xref = int(value.split()[0])
                    stream = book.xref_stream(xref)
                    stream = re.sub(rb"(<[0-9A-Fa-f]+>\s*)<([0-9A-Fa-f]{4})>(?=\s*[\n<e])", target, stream)
                else:
                    xref = book.get_new_xref()
                    book.update_object(xref, "<<>>")
                    pairs = b"\n".join(b"<%02X> <%04X>" % (code, change(code)) for code in range(33, 126))
                    stream = (
                        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
                        b"1 begincodespacerange <00> <FF> endcodespacerange\n93 beginbfchar\n"
                        + pairs
                        + b"\nendbfchar endcmap end end"
                    )
                    book.xref_set_key(font[0], "ToUnicode", f"{xref} 0 R")
                book.update_stream(xref, stream)
            return _bytes(book)

    return make


def _shifted(code: int) -> int:
    for first in (65, 97):
        if first <= code < first + 26:
            return (code - first + 11) % 26 + first
    return code


def _private(code: int) -> int:
    return 0xE000 + code if code > 32 else code


def _curves(content: bytes) -> bytes:
    with pymupdf.open(stream=content, filetype="pdf") as book:
        drawing = book[0].get_svg_image(text_as_path=True)
    with pymupdf.open(stream=drawing.encode(), filetype="svg") as svg:
        made: bytes = svg.convert_to_pdf()
        return made


_KINDS: tuple[tuple[str, bool, Callable[[bytes], bytes]], ...] = (
    ("born digital", False, lambda content: content),
    ("picture of a page", True, _scan),
    ("picture with a stamp", True, _stamped),
    ("picture with a page number", True, _numbered),
    ("scan with a good old OCR layer", False, _old_layer(lambda word: word)),
    ("scan with a garbage layer", True, _old_layer(_half_spoilt)),
    ("letters mapped to others", True, _remapped(_shifted)),
    ("letters mapped to private use", True, _remapped(_private)),
    ("born digital with a large figure", False, _with_figure),
    ("born digital on a background", False, _with_background),
    ("letters drawn as curves", True, _curves),
)
