"""Puts words together again that were divided at the end of a line, and leaves real hyphens where they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
_CUT = re.compile(r"([^\W_]+(?:[-‐][^\W_]+)*)[-‐]$")
_OPENING = re.compile(r"[^\W_]+")

_LONGEST = 60
"""Letters of the longest word looked for at the end of a line."""

_MIN_PART = 4
"""Letters from which on two words that both stand alone elsewhere are a compound: fault-tolerant, not in-formation."""


def words_in(lines: Iterable[str]) -> set[str]:
    """The words of lines in lower case, compounds with their hyphens; what is cut at a line's end is left out."""
    found: set[str] = set()
    for line in lines:
        cut = _CUT.search(line)
        found.update(_WORD.findall(line[: cut.start()] if cut else line))
    return {word.casefold().replace("‐", "-") for word in found}


def joined_lines(lines: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """The lines as one.

    A hyphen at a line's end is taken as a division of the word, unless capitals or digits follow, the word has a
    hyphen before, or the document's ``known`` words have the compound, or both its parts but not the whole.
    """
    parts: list[str] = []
    for line in filter(None, (one.strip() for one in lines)):
        cut = _CUT.search(parts[-1][-_LONGEST:]) if parts and parts[-1].endswith(("-", "‐")) else None
        if cut is None:
            parts.append(f" {line}" if parts else line)
        elif _divides(cut[1], line, known):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            parts.append(line if line[0].isalnum() and not _is_suspended(line) else f" {line}")
    return "".join(parts)


def _is_suspended(line: str) -> bool:
    """Whether the hyphen before stands for a word to come: one- and two-qubit gates."""
    return bool(re.match(r"(?:and|or|to|und|oder|bis)\b", line))


def _divides(before: str, line: str, known: frozenset[str]) -> bool:
    opening = _OPENING.match(line)
    if opening is None or not line[0].islower() or not before[-1].isalpha() or _is_suspended(line):
        return False
    left, right = before.casefold().replace("‐", "-"), opening[0].casefold()
    if f"{left}-{right}" in known:
        return False
    if "".join((left, right)) in known:
        return True
    if "-" in left or before[-1].isupper():
        return False
    return not (len(left) >= _MIN_PART and len(right) >= _MIN_PART and left in known and right in known)
