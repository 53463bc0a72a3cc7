"""The numbers of a text with their units, however they are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from workers.generate.grounding.words import word_list


class Number(NamedTuple):
    """A value in the base unit of its dimension; ``dimension`` is '' where no unit was recognised."""

    value: float
    dimension: str = ""


_ONES = {word: value for value, word in enumerate(word_list("cardinals"))}
_TENS = {word: 10 * tens for tens, word in enumerate(word_list("tens"), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {word: value for value, word in enumerate(word_list("ordinals"), 3)}
_MANNERS = {"half": 0.5, "quarter": 0.25} | {
    word: value for value in (1, 2, 3, 12) for word in word_list(f"meaning_{value}")
}
_LOOSE = frozenset({"one", "single", "once", "both", "pair", "couple"})
"""Said of anything: a claim is not held to them."""

_UNITS: dict[str, tuple[str, float]] = {
    spelling: (dimension, factor)
    for dimension, factor, spellings in (
        ("s", 1e-15, "fs femtosecond femtoseconds"),
        ("s", 1e-12, "ps picosecond picoseconds"),
        ("s", 1e-9, "ns nanosecond nanoseconds"),
        ("s", 1e-6, "us µs μs microsecond microseconds"),
        ("s", 1e-3, "ms millisecond milliseconds"),
        ("s", 1.0, "s sec secs second seconds"),
        ("s", 60.0, "min mins minute minutes"),
        ("s", 3600.0, "h hr hrs hour hours"),
        ("s", 86_400.0, "day days"),
        ("s", 604_800.0, "week weeks"),
        ("months", 1.0, "month months"),
        ("months", 12.0, "year years yr yrs"),
        ("months", 120.0, "decade decades"),
        ("months", 1200.0, "century centuries"),
        ("Hz", 1.0, "hz hertz"),
        ("Hz", 1e3, "khz kilohertz"),
        ("Hz", 1e6, "mhz megahertz"),
        ("Hz", 1e9, "ghz gigahertz"),
        ("m", 1e-9, "nm nanometre nanometres nanometer nanometers"),
        ("m", 1e-6, "um µm μm micron microns micrometre micrometres micrometer micrometers"),
        ("m", 1e-3, "mm millimetre millimetres millimeter millimeters"),
        ("m", 1e-2, "cm centimetre centimetres centimeter centimeters"),
        ("m", 1.0, "m metre metres meter meters"),
        ("m", 1e3, "km kilometre kilometres kilometer kilometers"),
        ("m", 1609.344, "mile miles"),
        ("g", 1e-6, "mcg µg μg microgram micrograms"),
        ("g", 1e-3, "mg milligram milligrams"),
        ("g", 1.0, "g gram grams gramme grammes"),
        ("g", 1e3, "kg kilogram kilograms kilo kilos"),
        ("g", 1e6, "tonne tonnes"),
        ("l", 1e-3, "ml millilitre millilitres milliliter milliliters"),
        ("l", 1.0, "l litre litres liter liters"),
        ("K", 1e-3, "mk millikelvin millikelvins"),
        ("K", 1.0, "k kelvin kelvins"),
        ("°C", 1.0, "°c celsius"),
        ("°F", 1.0, "°f fahrenheit"),
        ("°", 1.0, "° degree degrees"),
        ("eV", 1.0, "ev"),
        ("V", 1e-3, "mv millivolt millivolts"),
        ("V", 1.0, "v volt volts"),
        ("W", 1.0, "w watt watts"),
        ("W", 1e3, "kw kilowatt kilowatts"),
        ("%", 1.0, "% percent"),
        ("B", 1.0, "byte bytes"),
        ("B", 1e3, "kb kilobyte kilobytes"),
        ("B", 1e6, "mb megabyte megabytes"),
        ("B", 1e9, "gb gigabyte gigabytes"),
        ("$", 1.0, "$ dollar dollars usd"),
        ("€", 1.0, "€ euro euros eur"),
        ("£", 1.0, "£ pound pounds gbp"),
    )
    for spelling in spellings.split()
}  # fmt: skip

_WORDS = "|".join(sorted((*_ONES, *_TENS, *_SCALES), key=len, reverse=True))
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"""(?P<money>[$€£]\ ?)?
    (?:(?<![\w.|\\^])(?P<sign>(?<![\w)])-)?
       (?P<digits>\d{{1,3}}(?:[,\u202f\u00a0]\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|(?<!\d)\.\d+)
       (?:(?:\ ?(?:×|x|\\times|\\cdot|\*)\ ?(?P<ten>10)|(?P<e>[eE](?=[+-]?\d))))?
       (?:(?:\^|(?<=[eE]))\{{?(?P<power>[+-]?\d+)\}}?)?
       (?P<suffix>st|nd|rd|th)?(?![\w|]|\.\d)?
     |\b(?P<words>(?:{_WORDS})(?:(?:(?<=hundred|housand)\ and\ |[\ -])(?:{_WORDS}))*)\b
     |\b(?P<manner>{"|".join((*_MANNERS, *_ORDINALS))})\b)
    (?:\ ?-?(?P<scale>hundred|thousand|million|billion|trillion)\b)?
    (?:(?:(?<=half)\ an?\ |[\ \-]?)(?P<unit>per\ cent|{_UNIT})(?![\w]))?""",
    re.VERBOSE | re.IGNORECASE,
)
_TEX = (
    (re.compile(r"\\mu\s?"), "µ"),
    (re.compile(r"\\(?:text|mathrm|rm|textrm)\s?\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\[dt]?frac\s?\{(\d+)\}\s?\{(\d+)\}"), r"\1/\2"),
    (re.compile(r"\$([^$\n]+)\$"), r" \1 "),
    (re.compile(r"\\[,;:! ]|~"), " "),
    (re.compile(r"\\%"), "%"),
    (re.compile(r"[−–—]"), "-"),
    (re.compile(r"\^\{([+-]?\d+)\}"), r"^\1"),
    (re.compile(r"\s+"), " "),
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_FRACTION = re.compile(r"(?<![\w/.])(\d+)\s?/\s?(\d+)(?![\w/])")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)
_ENUMERATION = re.compile(r"[\w\"'’-]+(?P<items>(?:, [\w\"'’()-]+(?: [\w\"'’()-]+){0,4}?)+),? (?:and|or) (?=[\w\"])")
_PAIR = re.compile(r"\btwo\b.*\w and \w", re.IGNORECASE | re.DOTALL)
_MOST_ITEMS = 12
"""Longer lists are counted by nobody at a glance."""


@lru_cache(maxsize=4096)
def numbers(text: str) -> frozenset[Number]:
    """All numbers: digits and words, powers and fractions, with units in their base ("1 ms" is 0.001 s)."""
    return frozenset(number for number, _ in _read(text))


@lru_cache(maxsize=4096)
def claimed_numbers(text: str) -> frozenset[Number]:
    """The numbers that a claim must be held to: not "one" or "both", which are said of anything."""
    return frozenset(number for number, word in _read(text) if word not in _LOOSE)


@lru_cache(maxsize=4096)
def counts(text: str) -> frozenset[float]:
    """How many things its lists and enumerations name, where a reader can count them: three or more."""
    found = [len(_ITEM.findall(text)), *(match["items"].count(",") + 2 for match in _ENUMERATION.finditer(text))]
    return frozenset(float(count) for count in found if 3 <= count <= _MOST_ITEMS)


@lru_cache(maxsize=4096)
def announced(claim: str) -> frozenset[float]:
    """What a claim counts and names itself: "two gates: X and Z", "three parts, namely a, b and c"."""
    return counts(claim) | ({2.0} if _PAIR.search(claim) else frozenset())


def is_unit(word: str) -> bool:
    """Whether the word is the sign or name of a unit; what it says is compared with its number."""
    return word.lower() in _UNITS


def unfounded(claimed: Iterable[Number], known: Iterable[Number]) -> Number | None:
    """The first claimed number that is none of the known ones; a missing unit on either side is no difference."""
    have = list(known)
    return next((number for number in claimed if not any(_agree(number, other) for other in have)), None)


def _agree(one: Number, other: Number) -> bool:
    if {one.dimension, other.dimension} == {"%", ""}:
        bare, percent = (one, other) if other.dimension == "%" else (other, one)
        return math.isclose(bare.value, percent.value) or math.isclose(bare.value * 100, percent.value)
    if one.dimension and other.dimension and one.dimension != other.dimension:
        return False
    return math.isclose(one.value, other.value, rel_tol=1e-6, abs_tol=1e-15)


def _read(text: str) -> Iterator[tuple[Number, str]]:
    plain = _RAISED_RUN.sub(lambda match: "^" + match[0].translate(_RAISED), text)
    for pattern, replacement in _TEX:
        plain = pattern.sub(replacement, plain)
    for match in _FRACTION.finditer(plain):
        if int(match[2]):
            yield Number(int(match[1]) / int(match[2])), match[0]
    for match in _NUMBER.finditer(plain):
        yield from _numbers_of(match)


def _numbers_of(match: re.Match[str]) -> Iterator[tuple[Number, str]]:
    word = (match["words"] or match["manner"] or "").lower()
    value = _spelt(match["words"].lower()) if match["words"] else _value(match, word)
    if match["scale"]:
        value *= _SCALES[match["scale"].lower()]
    if match["suffix"] or word in _ORDINALS:
        yield Number(value), word
        return
    unit = "%" if (match["unit"] or "").lower() == "per cent" else (match["unit"] or match["money"] or "").strip()
    known = _UNITS.get(unit.lower())
    if known is None:
        yield Number(value), word
        return
    dimension, factor = known
    yield Number(value * factor, dimension), word


def _value(match: re.Match[str], word: str) -> float:
    if word:
        return float(_MANNERS[word] if word in _MANNERS else _ORDINALS[word])
    value = float(re.sub(r"[,\u202f\u00a0]", "", match["digits"])) * (-1 if match["sign"] else 1)
    if match["power"] is None:
        return value * 10 if match["ten"] else value
    power = max(-300, min(300, int(match["power"])))
    try:
        return value * 10.0**power if match["ten"] or match["e"] else value**power
    except (OverflowError, ZeroDivisionError):
        return math.inf


def _spelt(text: str) -> float:
    """ "two hundred and fifty-six" -> 256."""
    total, current = 0.0, 0.0
    for word in re.split(r"[\s-]+", text):
        if word in _SCALES:
            scale = _SCALES[word]
            current = max(current, 1) * scale
            if scale > 100:
                total, current = total + current, 0.0
        elif word != "and":
            current += _ONES[word] if word in _ONES else _TENS[word]
    return total + current
