"""A tree of elements where all of it counts: its text, its blocks, and what is taken out of it by hand."""

from __future__ import annotations

from typing import Any

from agent.job.records import Block
from workers.parse.blocks import one_line
from workers.parse.html.build import build
from workers.parse.html.paths import Paths
from workers.parse.html.segments import segments
from workers.parse.html.structure import structure


def to_blocks(root: Any, paths: Paths | None = None) -> list[Block]:
    """The blocks of everything under an element, in document order; ``paths`` knows places from before changes."""
    page = segments(root)
    return list(build(page, structure(page), [True] * len(page.runs), paths or Paths()))


def text_of(element: Any) -> str:
    """All text under an element on one line."""
    return one_line("".join(element.itertext()))


def replace_by_text(element: Any, text: str) -> None:
    """Put text where an element stands; what follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    text += element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(element)


def drop(element: Any) -> None:
    """Take an element out and leave the text after it."""
    replace_by_text(element, "")
