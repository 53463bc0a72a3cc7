"""Numbers with their units in running text.

quantulum3 was measured and left out: 15 ms a chunk, and it takes "3D" for days and "$A" for dollars.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files

from workers.generate.context.prose import Line
from workers.generate.context.record import Quantity
from workers.generate.context.tagging import MASK

_LISTS = tomllib.loads((files("workers.generate.context") / "units.toml").read_text(encoding="utf-8"))
_SYMBOLS = frozenset(
    [*_LISTS["symbols"].split(), *_LISTS["metric_symbols"].split()]
    + [prefix + unit for prefix in _LISTS["metric_prefixes"].split() for unit in _LISTS["metric_symbols"].split()]
) - {"am", "as", "at", "pm", "a", "mm.", "PB.", "dB."} | {"mm", "PB", "dB"}
_WORDS = frozenset(_LISTS["words"].split())
_SPELLED: dict[str, int] = _LISTS["numbers"]
_SCALES: dict[str, float] = _LISTS["scales"]

_NUMBER = (
    r"(?P<number>[-\u2212+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?[x\u00d7]\s?10\^?\{?[-\u2212]?\d+\}?|e[-+]?\d+)?)"
)
_DIGITS = re.compile(
    rf"(?<![\w.,^/{MASK}#\-])(?P<currency>[€£¥]|(?:US)?\$)?\s?{_NUMBER}(?:\s(?P<scale>{'|'.join(_SCALES)}))?"
    r"(?:(?P<gap>[ \u00a0\u2009\-]?)(?P<unit>%|‰|°[CF]?|℃|[A-Za-zµμΩ][\w/²³µμΩ]*))?(?![\w^])"
)
_IN_WORDS = re.compile(
    rf"\b(?P<number>{'|'.join(_SPELLED)})(?: (?P<scale>{'|'.join(_SCALES)}))?(?: [a-z]+(?:al|ic|ed|er|ous))?[ \-]"
    r"(?P<unit>[a-z]+)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?i:figure|fig\.|table|section|chapter|equation|eq\.|step|task|exercise|example|version|part|page|line|volume|no\."
    r"|article|appendix|level|release)|\b[A-Z]\w*[a-z]) $"
)
LABEL_CHARACTERS = 20
"""As far in front of a number its label is looked for."""
_YEAR = re.compile(r"(?:1[4-9]|20)\d\d")


def quantities(lines: Sequence[Line], text: str) -> tuple[Quantity, ...]:
    """What the lines measure or count, in order; ``text`` is the chunk's. Years, labels and versions do not count."""
    return tuple(
        found for line in lines for found in sorted({each.start: each for each in _of(line, text)}.values(), key=_start)
    )


def is_unit(text: str) -> bool:
    """Whether it is written like a unit of measure."""
    return text in _SYMBOLS or text.lower() in _WORDS


def _start(quantity: Quantity) -> int:
    return quantity.start


def _of(line: Line, text: str) -> Iterator[Quantity]:
    plain = line.plain
    for match in _IN_WORDS.finditer(plain):
        if match["unit"].lower() in _WORDS:
            value = _SPELLED[match["number"].lower()] * _SCALES.get((match["scale"] or "").lower(), 1.0)
            yield _quantity(line, text, match.start(), match.end("unit"), value, match["unit"])
    for match in _DIGITS.finditer(plain):
        number, unit = match["number"], match["unit"] or ""
        if not is_unit(unit) or (len(unit) == 1 and (match["gap"] == "-" or (not match["gap"] and unit in "KMCFGSTH"))):
            unit = ""  # "4K", "5G" and "4-k" are names
        start = match.start("currency") if match["currency"] else match.start("number")
        end = match.end("unit") if unit else match.end("scale") if match["scale"] else match.end("number")
        if not unit and not match["currency"] and _is_no_amount(plain, match):
            continue
        value = _value(number) * _SCALES.get((match["scale"] or "").lower(), 1.0)
        yield _quantity(line, text, start, end, value, match["currency"] or unit)


def _is_no_amount(plain: str, match: re.Match[str]) -> bool:
    start, end = match.span("number")
    before, after = plain[max(0, start - LABEL_CHARACTERS) : start], plain[end : end + 2]
    number = match["number"]
    glued = bool(re.match(r"[\w)\]:]|[.,]\d|[-/]\w| [A-Z]", after)) or before[-1:] in ("[", "=", "_", ":", "v")
    return glued or bool(_YEAR.fullmatch(number)) or bool(_LABEL.search(before)) or not before.strip()


def _quantity(line: Line, text: str, start: int, end: int, value: float, unit: str) -> Quantity:
    return Quantity(text[line.start + start : line.start + end], line.start + start, value, unit)


def _value(number: str) -> float:
    plain = number.replace(",", "").replace("\u2212", "-").replace(" ", "")
    base, _, exponent = re.sub(r"[x\u00d7]10\^?\{?", "e", plain).rstrip("}").partition("e")
    return float(base) * math.pow(10, int(exponent or 0))
