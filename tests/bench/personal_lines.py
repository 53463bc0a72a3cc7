"""Lines written by hand with the personal data in them marked, and how a finder does on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from workers.personal.mask import masked

_LINES = Path(__file__).with_suffix(".tsv")
_MARKED = re.compile(r"\[\[(email|phone|ip|key|iban|card|ssn)\|(.*?)\]\](?!\])")


class Labelled(NamedTuple):
    """A line as it is written, as it must be masked, and the masks in it by kind."""

    text: str
    masked: str
    kinds: Counter[str]


class Hits(NamedTuple):
    """Masks by kind: those that are right, those that were put, those that were wanted."""

    right: Counter[str]
    put: Counter[str]
    wanted: Counter[str]


def labelled() -> list[Labelled]:
    """All lines of the file beside this one; its head says how they are marked."""
    rows = [row.replace("·", "") for row in _LINES.read_text(encoding="utf-8").splitlines() if not row.startswith("# ")]
    return [
        Labelled(
            _MARKED.sub(r"\2", row),
            _MARKED.sub(lambda match: f"<{match[1].upper()}>", row),
            Counter(match[1] for match in _MARKED.finditer(row)),
        )
        for row in rows
    ]


def own_kinds(text: str) -> Counter[str]:
    """Kinds that the parse pool masks in the text."""
    counts: Counter[str] = Counter()
    masked(text, counts)
    return counts


def hits(lines: Iterable[Labelled], find: Callable[[str], Counter[str]] = own_kinds) -> Hits:
    """How the masks that ``find`` puts agree with those wanted, counted by kind within each line."""
    right, put, wanted = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        found = find(line.text)
        right += found & line.kinds
        put += found
        wanted += line.kinds
    return Hits(right, put, wanted)
