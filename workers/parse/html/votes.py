"""What extractors hold for content: each run of text is marked, and its mark looked for in what they return.

So their choice is known exactly, run by run of the page's own tree, whatever they make of its structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from workers.parse.html.segments import Run

_RANGES = ((0x20000, 0x2A6D6), (0xAC00, 0xD7A4), (0x1400, 0x1680))
"""Letters that a page most likely does not use itself (rare Han, Hangul, Canadian syllabics): the first range free of
the page's own text serves. Letters, since extractors clean other signs away."""


_MAX_ELEMENTS = 50_000
"""Trafilatura takes time by the square of what lies side by side; real pages stay below 20,000 elements."""


class Votes(NamedTuple):
    """Indices of the runs that each extractor kept."""

    trafilatura: frozenset[int]
    resiliparse: frozenset[int]


def votes(tree: Any, runs: Sequence[Run], url: str) -> Votes:
    """Which runs trafilatura and resiliparse keep, none above `_MAX_ELEMENTS`; the tree is as before afterwards.

    Trafilatura is asked in its fast mode: its own fallbacks (readability, jusText) cost as much as all the rest and
    told the selector nothing that it did not see itself when both were cross-validated.
    """
    if tree.xpath("count(//*)") > _MAX_ELEMENTS:
        return Votes(frozenset(), frozenset())
    marks = _marks_for("".join(run.text for run in runs))
    before = [_mark(run, chr(marks.start + index)) for index, run in enumerate(runs[: len(marks)])]
    try:
        return Votes(
            _found(_trafilatura(tree, url), marks, len(runs)),
            _found(_resiliparse(tree), marks, len(runs)),
        )
    finally:
        for run, text in zip(runs, before, strict=False):
            setattr(run.holder, _place(run), text)


def _marks_for(text: str) -> range:
    for first, end in _RANGES:
        if not re.search(f"[{chr(first)}-{chr(end - 1)}]", text):
            return range(first, end)
    return range(0)


def _place(run: Run) -> str:
    return "tail" if run.in_tail else "text"


def _mark(run: Run, mark: str) -> str:
    before: str = getattr(run.holder, _place(run))
    bare = before.lstrip()
    setattr(run.holder, _place(run), before[: len(before) - len(bare)] + mark + bare)
    return before


def _found(text: str, marks: range, count: int) -> frozenset[int]:
    if not marks:
        return frozenset()
    found = {ord(letter) - marks.start for letter in re.findall(f"[{chr(marks.start)}-{chr(marks.stop - 1)}]", text)}
    return frozenset(index for index in found if index < count)


def _trafilatura(tree: Any, url: str) -> str:
    import trafilatura
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(tree, url=url or None, fast=True, include_comments=False)
    return "".join(found.body.itertext()) if isinstance(found, Document) and found.body is not None else ""


def _resiliparse(tree: Any) -> str:
    import lxml.html
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(lxml.html.tostring(tree, encoding="unicode"), main_content=True, alt_texts=False))
