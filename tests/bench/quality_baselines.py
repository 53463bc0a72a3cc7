"""The filters that large corpora are made with, by their stated rules, and the first score of this project.

Each filter says keep or drop. Rules and thresholds are those of the papers as the filters of datatrove 0.5 state them:
Gopher (Rae et al. 2021, A1.1 and table A1), C4 (Raffel et al. 2020, 2.2) and FineWeb's own (Penedo et al. 2024, 3.6).
Words are runs of letters and digits, or single signs; sentences end at a full stop, a question or exclamation mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from agent.job.records import Block, BlockKind

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}
_TOP_GRAMS = ((2, 0.20), (3, 0.18), (4, 0.16))
_DUPLICATE_GRAMS = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def plain(blocks: Iterable[Block]) -> str:
    """What the filters are given: prose, one block a line, so that code and tables do not speak against a text."""
    return "\n".join(block.text for block in blocks if block.kind not in (BlockKind.CODE, BlockKind.TABLE))


def gopher(text: str) -> bool:
    """Gopher's quality and repetition rules together."""
    return _gopher_quality(text) and _gopher_repetition(text)


def _gopher_quality(text: str) -> bool:
    tokens = _TOKEN.findall(text)
    words = [token for token in tokens if token[0].isalnum()]
    lines = text.splitlines()
    if not 50 <= len(words) <= 100_000 or not 3 <= sum(map(len, words)) / len(words) <= 10:
        return False
    if text.count("#") > 0.1 * len(words) or text.count("...") + text.count("…") > 0.1 * len(words):
        return False
    if sum(line.lstrip().startswith(("•", "-")) for line in lines) > 0.9 * len(lines):
        return False
    if sum(line.rstrip().endswith(("...", "…")) for line in lines) > 0.3 * len(lines):
        return False
    if sum(any(sign.isalpha() for sign in word) for word in words) < 0.8 * len(words):
        return False
    return sum(word in _STOP_WORDS for word in words) >= 2


def _gopher_repetition(text: str) -> bool:
    lines = text.splitlines()
    count, characters = _duplicates(lines)
    if count > 0.3 * len(lines) or characters > 0.2 * len(text):
        return False
    words = _TOKEN.findall(text)
    for size, most in _TOP_GRAMS:
        grams = Counter(" ".join(words[place : place + size]) for place in range(len(words) - size + 1))
        if grams and len(top := grams.most_common(1)[0][0]) * grams[top] > most * len(text):
            return False
    return all(_repeated(words, size) <= most * len(text) for size, most in _DUPLICATE_GRAMS)


def _repeated(words: Sequence[str], size: int) -> int:
    seen: set[str] = set()
    place = characters = 0
    while place <= len(words) - size:
        gram = "".join(words[place : place + size])
        if gram in seen:
            characters += len(gram)
            place += size
        else:
            seen.add(gram)
            place += 1
    return characters


def _duplicates(lines: Sequence[str]) -> tuple[int, int]:
    seen: set[str] = set()
    repeated = [line for line in lines if line in seen or seen.add(line)]  # type: ignore[func-returns-value]
    return len(repeated), sum(map(len, repeated))


def c4(text: str) -> bool:
    """C4's rules: at least five sentences on lines that end one, no curly bracket, no lorem ipsum."""
    sentences = 0
    for line in map(str.strip, text.splitlines()):
        lowered = line.lower()
        if not line.endswith((".", "?", "!", '"', "'")) or line.endswith("...") or len(line.split()) < 3:
            continue
        if "lorem ipsum" in lowered or "{" in line:
            return False
        if "javascript" not in lowered and not any(phrase in lowered for phrase in _POLICY):
            sentences += len(re.findall(r"[.!?](?=\s|$|[\"'])", line))
    return sentences >= 5


def fineweb(text: str) -> bool:
    """FineWeb's own rules on lines: they end sentences, are not short, not repeated, and not as many as words."""
    lines = text.split("\n")
    if sum(line.endswith((".", "'", '"', "!", "?")) for line in lines) <= 0.12 * len(lines):
        return False
    if sum(len(line) <= 30 for line in lines) >= 0.67 * len(lines):
        return False
    if _duplicates([line for line in lines if line.strip()])[1] >= 0.01 * max(1, len(text)):
        return False
    return text.count("\n") <= 0.3 * max(1, len(_TOKEN.findall(text)))


def all_three(text: str) -> bool:
    """As FineWeb applies them: one after the other."""
    return gopher(text) and c4(text) and fineweb(text)


_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PLAIN_SIGNS = set(".,;:!?'\"()-–—’‘“”/%&…")


def first_score(text: str) -> float:
    """The score this project began with: five ramps, multiplied."""
    words = _WORD.findall(text)
    visible = sum(not sign.isspace() for sign in text)
    if not words:
        return 0.0
    length = sum(map(len, words)) / len(words)
    letters = sum(map(str.isalpha, text)) / visible
    odd = 1 - sum(sign.isalnum() or sign in _PLAIN_SIGNS for sign in text) / visible
    lines = [line.casefold() for line in text.splitlines() if len(line) > 15]
    fresh = len(set(lines)) / len(lines) if lines else 1.0
    ends = 100 * len(re.findall(r"[.!?](?:[\"”’)\]]|\s|$)", text)) / len(words)
    return (
        min(_ramp(length, 2.0, 3.2), 1 - _ramp(length, 8.0, 14.0))
        * _ramp(letters, 0.4, 0.7)
        * _ramp(fresh, 0.2, 0.8)
        * (1 - _ramp(odd, 0.06, 0.25))
        * (0.2 + 0.8 * _ramp(ends, 0.2, 2.0))
    )


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
