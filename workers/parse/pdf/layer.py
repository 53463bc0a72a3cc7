"""Whether a page's text layer can be read, or the page must be read by OCR: measured page by page, no word list.

The measurements are cheap ones on what was extracted anyway; only pages with a large picture and little text are
rendered, at 72 dpi, to see whether the picture shows lines of text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from agent.job.records import Decision
from workers.parse.pdf.layout import Box
from workers.parse.pdf.spans import PageText, mupdf

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MIN_LETTERS = 25
"""A page with fewer letters has a stamp, a page number or nothing."""

_FEW_LETTERS = 500
"""Stamps of libraries and publishers over a scan stay below; a page of print has 1,500 and more."""

_MIN_PICTURE_SHARE = 0.4
"""Share of the page that pictures cover when the page may be a scan."""

_MAX_UNREADABLE_SHARE = 0.2
"""Fonts without a Unicode map give replacement and private-use characters; above a fifth, the picture reads better."""

_MIN_LIKENESS = 0.75
"""Cosine between a page's letters and those of European languages; real pages measure 0.85 to 0.99, fonts whose letters
are mapped to others below 0.65."""

_MIN_JUDGED_LETTERS = 150
"""Letters in words from which on their frequencies say something."""

_MAX_ODD_SHARE = 0.35
"""Words of an old OCR layer that are no words by their form: mixed with marks and digits, or without a vowel."""

_MIN_SHAPES = 150
"""Drawn shapes on a page without letters, from which on they may be letters drawn as curves."""

_MATHS = 0.3
"""Share of a line's letters in a font of mathematics, from which on it is a formula."""

_WHOLE_PAGE = 0.75
"""Share of the page that a scan covers under a stamp; figures and screenshots over a caption cover less."""

_MARGIN_SHARE = 0.12
"""Stamps stand in the upper or lower eighth of the page."""

_MIN_BANDS_AMONG_TEXT = 15
"""The same where text stands in the middle of the page: slides have pictures with labels behind a few words."""

_MIN_TEXT_BANDS = 4
"""Lines of print seen in a picture, from which on it shows text."""

_LETTER_PERCENT = {
    "e": 14.0, "a": 8.3, "t": 7.0, "i": 7.5, "n": 7.6, "s": 6.7, "r": 6.5, "o": 6.3, "l": 4.6, "d": 4.3, "u": 3.9,
    "h": 3.2, "c": 3.2, "m": 2.8, "p": 2.3, "g": 1.8, "f": 1.5, "b": 1.4, "v": 1.4, "w": 1.1, "k": 1.0, "y": 0.9,
    "z": 0.7, "j": 0.3, "q": 0.4, "x": 0.3,
}  # fmt: skip
"""How often letters stand in running text: between the published figures for English, German, French, Spanish."""

_NORM = sqrt(sum(value * value for value in _LETTER_PERCENT.values()))
_CID = re.compile(r"\(cid:\d+\)")
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x01-\x08\x0e-\x1f]")
_WORD = re.compile(r"\S+")
_PLAIN_WORD = re.compile(
    r"[\"'“‘(\[]*(?:[^\W\d_]+(?:['’.\-/][^\W\d_]+)*|\d+(?:[.,:/\-]\d+)*%?)[\"'”’)\]]*[.,;:!?]*[\"'”’)\]]*"
)
_VOWEL = re.compile(r"[aeiouyäöüáàâãåæéèêëíìîïóòôõøúùûýœаеёиоуыэюяαεηιουω]", re.IGNORECASE)


def judged(page: Any, text: PageText) -> Decision | None:
    """The decision on a page: ``ocr``, ``old_ocr`` (a layer that reads well) or ``blank``; None for plain text."""
    words = " ".join(line.text for line in text.lines)
    letters = text.painted_letters + text.hidden_letters
    measured = {"letters": float(letters), "picture_share": round(covered(text.pictures, text), 3)}
    scan = measured["picture_share"] >= _MIN_PICTURE_SHARE
    if letters >= _MIN_LETTERS:
        measured["unreadable_share"] = round(unreadable_share(words), 3)
        if measured["unreadable_share"] > _MAX_UNREADABLE_SHARE:
            return _decision(text, "ocr", "characters without a meaning: a font without a Unicode map", measured)
        # Programs and formulas have letters of their own kind, and fonts that are seldom mapped wrong.
        likeness = letter_likeness(" ".join(line.text for line in text.lines if not line.mono and line.math < _MATHS))
        if likeness is not None:
            measured["letter_likeness"] = round(likeness, 3)
            if likeness < _MIN_LIKENESS:
                return _decision(text, "ocr", "its letters are not those of a language: a wrong Unicode map", measured)
    if scan and text.hidden_letters > text.painted_letters and letters >= _MIN_LETTERS:
        measured["odd_word_share"] = round(odd_share(words), 3)
        if measured["odd_word_share"] > _MAX_ODD_SHARE:
            return _decision(text, "ocr", "the layer of an earlier OCR holds few words", measured)
        return _decision(text, "old_ocr", "a scan with the layer of an earlier OCR, which reads as words", measured)
    if scan and (letters < _MIN_LETTERS or (letters < _FEW_LETTERS and measured["picture_share"] >= _WHOLE_PAGE)):
        measured["text_bands"] = float(text_bands(page, text))
        among = _body_letters(text) >= _MIN_LETTERS
        if measured["text_bands"] >= (_MIN_BANDS_AMONG_TEXT if among else _MIN_TEXT_BANDS):
            return _decision(text, "ocr", "a picture of text covers the page", measured)
        if letters < _MIN_LETTERS and measured["text_bands"] > 0:
            return _decision(text, "ocr", "a picture that may hold text, and no text layer", measured)
    if letters < _MIN_LETTERS and not scan:
        shapes = len(text.rules) + text.shapes
        if shapes >= _MIN_SHAPES:
            measured |= {"shapes": float(shapes), "text_bands": float(text_bands(page, text))}
            if measured["text_bands"] >= _MIN_TEXT_BANDS:
                return _decision(text, "ocr", "letters drawn as curves", measured)
    if not letters:
        return _decision(text, "blank", "nothing to read on it", measured)
    return None


def _decision(text: PageText, choice: str, reason: str, measured: dict[str, float]) -> Decision:
    return Decision(step="pdf.layer", choice=choice, reason=reason, page=text.number, measured=measured)


def _body_letters(text: PageText) -> int:
    low, high = _MARGIN_SHARE * text.height, (1 - _MARGIN_SHARE) * text.height
    return sum(len(line.text) for line in text.lines if low < (line.y0 + line.y1) / 2 < high)


def covered(pictures: Sequence[Box], text: PageText) -> float:
    """Share of the page under pictures, 0 to 1; strips of one scan add up."""
    area = text.width * text.height
    if not area:
        return 0.0
    total = 0.0
    for x0, y0, x1, y1 in pictures:
        total += max(0.0, min(x1, text.width) - max(x0, 0.0)) * max(0.0, min(y1, text.height) - max(y0, 0.0))
    return min(1.0, total / area)


def unreadable_share(words: str) -> float:
    """Share of characters that mean nothing: replacement, private use, control, and ``(cid:12)``."""
    if not words:
        return 0.0
    lost = sum(map(len, _CID.findall(words))) + len(_MEANINGLESS.findall(words))
    return lost / max(1, len(words) - words.count(" "))


def letter_likeness(words: str) -> float | None:
    """Cosine, 0 to 1, between the page's Latin letters and those of European languages; None where too few to tell."""
    counts = Counter(unicodedata.normalize("NFKD", words).casefold() if not words.isascii() else words.lower())
    found = {letter: counts[letter] for letter in _LETTER_PERCENT if counts[letter]}
    total = sum(found.values())
    others = sum(count for letter, count in counts.items() if letter.isalpha() and letter not in _LETTER_PERCENT)
    if total < _MIN_JUDGED_LETTERS or others > total:
        return None
    norm = sqrt(sum(count * count for count in found.values()))
    return sum(count * _LETTER_PERCENT[letter] for letter, count in found.items()) / (norm * _NORM)


def odd_share(words: str) -> float:
    """Share of words, weighted by length, whose form is that of no word."""
    total = odd = 0
    for word in _WORD.findall(words):
        if not word.strip("._·"):  # leaders of a table of contents
            continue
        total += len(word)
        plain = _PLAIN_WORD.fullmatch(word)
        if not plain or (word.isascii() and len(word) > 3 and word.islower() and not _VOWEL.search(word)):
            odd += len(word)
    return odd / total if total else 1.0


_RENDER_DPI = 72
_INK = 0.62
"""Of the paper's brightness: darker is ink."""

_STRIPS = 12
"""The picture is looked at in strips so narrow that the lines of a crooked scan stay apart in each."""

_MIN_STROKES, _QUIET_STROKES = 4, 1
"""Changes between ink and paper along a row of pixels in a strip: through print, and between two lines of it."""

_MIN_PAPER_SHARE = 0.55
"""Pages of text are mostly paper; photographs are not."""


def text_bands(page: Any, text: PageText) -> int:
    """Lines of print seen on the page where its text layer has none: rows full of strokes with quiet rows between."""
    import numpy as np

    pixels = page.get_pixmap(dpi=_RENDER_DPI, colorspace=mupdf().csGRAY, alpha=False)
    grey = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width].copy()
    paper = float(np.percentile(grey, 80))
    for line in text.lines:
        scale = _RENDER_DPI / 72
        y0, y1 = max(0, int(line.y0 * scale)), int(line.y1 * scale) + 1
        x0, x1 = max(0, int(line.x0 * scale)), int(line.x1 * scale) + 1
        grey[y0:y1, x0:x1] = round(paper)
    if float((np.abs(grey.astype(np.int16) - paper) < 40).mean()) < _MIN_PAPER_SHARE:
        return 0
    ink = grey < np.percentile(grey.reshape(pixels.height, -1), 90, axis=1, keepdims=True) * _INK
    return max(_bands(ink), _bands(ink.T))  # pages scanned lying on their side


def _bands(ink: npt.NDArray[np.bool_]) -> int:
    """Lines of print in the third best of the strips: rows full of strokes with quiet rows between."""
    import numpy as np

    counts = []
    for strip in np.array_split(ink, _STRIPS, axis=1):
        strokes = np.abs(np.diff(strip.astype(np.int8), axis=1)).sum(axis=1)
        state, bands = "quiet", 0
        for value in strokes.tolist():
            if value >= _MIN_STROKES and state == "quiet":
                state, bands = "busy", bands + 1
            elif value <= _QUIET_STROKES:
                state = "quiet"
        counts.append(bands)
    return sorted(counts, reverse=True)[2]
