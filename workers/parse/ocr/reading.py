"""Reads a prepared page the right way up and in the right language; tries again where the first try is doubtful."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from agent.job.records import Decision
from workers.parse.ocr import script
from workers.parse.ocr.prepare import Grey, Prepared
from workers.parse.ocr.recognise import Row, certainty, recognise

DOUBTFUL = 0.7
"""Certainty below which a page may stand on its head or be in another script. Pages that were read rightly measured
0.85 and more, bad ones too; upside down 0.26 to 0.30; Cyrillic and Greek read as English 0.5 to 0.6."""

_CLEARLY = 1.2
"""By so much must the turned strip be read better."""


@dataclass(frozen=True)
class Reading:
    """What stands on a page, and which way up."""

    rows: list[Row]
    picture: Grey
    """As it was read."""
    on_its_head: bool
    packs: str
    """Of Tesseract, with which it was read (``eng+deu``)."""
    decisions: tuple[Decision, ...]


def read_upright(prepared: Prepared, page: int, language: str) -> Reading:
    """The page's rows, read with the packs named or, for ``auto``, with those of its script and language.

    Raises:
        DocumentRejected: ``ocr_unavailable``, ``ocr_timeout``, ``ocr_failed``.
    """
    first = script.usual_pack() if language == "auto" else language
    picture = prepared.picture
    turned = prepared.sideways and _on_its_head(picture, page, first)
    if turned:
        picture = _turned(picture)
    rows = recognise(picture, page, first)
    if _doubtful(rows) and not prepared.sideways and _on_its_head(picture, page, first):
        picture, turned = _turned(picture), True
        rows = recognise(picture, page, first)
    if language != "auto":
        return Reading(rows, picture, turned, language, ())
    packs = first
    choice = script.choose(rows, picture, page, first, doubtful=_doubtful(rows))
    if choice.choice not in (first, script.NONE):
        again = recognise(picture, page, choice.choice)
        if certainty(again) < certainty(rows):
            kept = f"{choice.reason}, but {choice.choice} reads it worse"
            choice = choice.model_copy(update={"choice": first, "reason": kept})
        else:
            rows, packs = again, choice.choice
    return Reading(rows, picture, turned, packs, (choice,))


def _doubtful(rows: list[Row]) -> bool:
    """Whether something was read, and badly; a page on which nothing was read has no text either way up."""
    return 0.0 < certainty(rows) < DOUBTFUL


def _turned(picture: Grey) -> Grey:
    return np.ascontiguousarray(picture[::-1, ::-1])


def _on_its_head(picture: Grey, page: int, language: str) -> bool:
    """Whether a strip of the page is clearly read better when it is turned by 180 degrees."""
    strip = _densest_strip(picture)
    upright, turned = (_letters_read(one, page, language) for one in (strip, _turned(strip)))
    return turned > _CLEARLY * upright


def _letters_read(strip: Grey, page: int, language: str) -> float:
    """Letters of the words read, each as far as its word is sure; half sure counts as nothing."""
    rows = recognise(strip, page, language, block=True)
    return sum(max(0.0, word.confidence - 0.5) * len(word.text) for row in rows for word in row.words)


def _densest_strip(picture: Grey) -> Grey:
    """The full-width strip with the most ink, a tenth of the page high."""
    _, ink = cv2.threshold(picture, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    height = max(picture.shape[0] // 10, min(picture.shape[0], 200))
    reach = np.cumsum(np.concatenate([[0], ink.sum(axis=1)]))
    top = int(np.argmax(reach[height:] - reach[:-height])) if len(reach) > height else 0
    return np.ascontiguousarray(picture[top : top + height])
