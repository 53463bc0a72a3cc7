"""Brings a block's characters into one form that keeps their meaning: NFC, no invisible ones, accents on their letters.

Never NFKC over a whole text: it makes x² into x2 and ℏ into ħ. What only looks different is unfolded by name:
ligatures, Arabic presentation forms, Kangxi radicals, letters and digits of full width.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from agent.job.records import BlockKind

_RAW = (BlockKind.CODE, BlockKind.FORMULA)
"""Kinds whose every sign may mean something: they lose what no program or typesetter takes, and nothing else."""

_PLAIN = re.compile(
    r"[\n -~\u00a1-\u00a7\u00a9-\u00ac\u00ae\u00b0-\u00b3\u00b5-\u00b7\u00b9-\u024f\u0391-\u03ce\u0400-\u045f"
    r"\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030-\u203a\u20ac\u2190-\u22ff\u3001\u3002\u4e00-\u9fff]*"
)
"""Most blocks of most documents; none of the rules below touches one, and all are in NFC: ASCII, letters of Europe,
Han, usual punctuation, arrows and operators."""

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb\ufffe\uffff\ufdd0-\ufdef\u202a-\u202e\u2066-\u2069]"
)
"""Controls, byte-order marks, annotation signs, non-characters, and the bidirectional embeddings, overrides and
isolates, which only change how text is shown (and hide code from its reader: https://trojansource.codes)."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ODD_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SOFT_HYPHEN = re.compile("\u00ad\n?")
_INVISIBLE = re.compile("[\u180e\u2060-\u2065\u206a-\u206f\ufffc]")
"""Word joiners, invisible operators of formulas, deprecated format signs, places of objects that are not here."""

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_LONE_PRIVATE = re.compile(rf"(?<!\S)[{_PRIVATE}]+(?!\S)")
"""Icons of icon fonts. Within words private signs stay: they show that the encoding is broken, which costs quality."""
_BULLETS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf076", "•"))
"""Bullets of Symbol and Wingdings, where word processors put them."""

_ZERO_SPACE = re.compile("\u200b")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese, Khmer: written without spaces, where a zero-width one marks the end of a word."""
_JOINERS = re.compile("[\u200c\u200d]+")
_JOINING = re.compile(r"[\u0600-\u07ff\u08a0-\u0dff\u1000-\u109f\u1780-\u18af\ufb50-\ufdcf\ufe70-\ufefc]")
"""Arabic, Syriac, N'Ko, the scripts of India, Burmese, Khmer, Mongolian: (non-)joiners there change letters."""
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdcf\ufe70-\ufefc]")
_MARKS = re.compile("[\u061c\u200e\u200f]")
_TAGS = re.compile("(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
"""Invisible letters, of use in flags alone; elsewhere they are words hidden from people and read by models."""

_COMPATIBLE = re.compile(
    r"[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdfc\ufe70-\ufefc"
    r"\u2e80-\u2fd5\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff61-\uff9f]+"
)

# TeX sets an accent as a glyph of its own before the letter; PDFs of that time give both, apart.
_APART_ACCENT = re.compile(r"([¨´`ˆ˜¯˘˙ˇ¸])\s?([A-Za-zı])(?![\u0300-\u036f])")
_APART_COMBINING = re.compile(r"(?<=[^\W\d_]) ([\u0300-\u0337]+)(?=\w)")
_COMBINING = dict(zip("¨´`ˆ˜¯˘˙ˇ¸", "\u0308\u0301\u0300\u0302\u0303\u0304\u0306\u0307\u030c\u0327", strict=True))


def characters(text: str, kind: BlockKind, counts: Counter[str]) -> str:
    """The text with its characters repaired; ``counts`` gains what was found: hidden, private, replacement, ligatures.

    Code and formulas lose control characters and get NFC, no more.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _without(_CONTROLS, text, counts)
    text = _without(_TAGS, text, counts)
    counts["replacement"] += text.count("\ufffd")
    if kind in _RAW:
        return unicodedata.normalize("NFC", text)
    text = _ODD_SPACES.sub(" ", text)
    text = _visible(text, counts)
    text, unfolded = _COMPATIBLE.subn(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    counts["ligatures"] += unfolded
    text = _LONE_PRIVATE.sub("", text.translate(_BULLETS))
    counts["private"] += sum(1 for sign in text if "\ue000" <= sign <= "\uf8ff" or sign >= "\U000f0000")
    if "`" not in text:  # backquotes mark code in what our readers write
        text = _APART_ACCENT.sub(lambda match: _dotless(match[2]) + _COMBINING[match[1]], text)
    text = _APART_COMBINING.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def _without(signs: re.Pattern[str], text: str, counts: Counter[str]) -> str:
    text, found = signs.subn("", text)
    counts["hidden"] += found
    return text


def _visible(text: str, counts: Counter[str]) -> str:
    """Without invisible signs, but for those that change how their neighbours are read."""
    text = _without(_SOFT_HYPHEN, text, counts)
    text = _without(_INVISIBLE, text, counts)
    if not _RIGHT_TO_LEFT.search(text):
        text = _without(_MARKS, text, counts)
    if not _SPACELESS.search(text):
        text = _without(_ZERO_SPACE, text, counts)
    kept = _JOINERS.sub(_joiner, text)
    counts["hidden"] += len(text) - len(kept)
    return kept


def _joiner(match: re.Match[str]) -> str:
    """One (non-)joiner between two letters that it concerns, or two emoji; else nothing."""
    text, sign = match.string, match[0][-1]
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    emoji = sign == "\u200d" and _EMOJI.match(before) and _EMOJI.match(after)
    return sign if emoji or (_JOINING.match(before) and _JOINING.match(after)) else ""


def _dotless(letter: str) -> str:
    return "i" if letter == "ı" else letter
