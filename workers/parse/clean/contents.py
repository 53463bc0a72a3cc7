"""Takes out tables of contents: lines of dotted leaders, and lists that say the document's own headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind

_HEADING = re.compile(
    r"(?:(?:table of |short |detailed )?contents?|toc|inhalt(?:sverzeichnis|sübersicht)?|table des matières|sommaire|"
    r"índice(?: de contenidos?)?|contenidos?|indice|sumário|inhoud(?:sopgave)?|innehåll|indhold|innhold|sisällys|"
    r"spis treści|obsah|tartalom(?:jegyzék)?|içindekiler|оглавление|содержание|目录|目錄|目次|차례|목차|المحتويات|"
    r"on this page|in this article|in this section|list of (?:figures|tables))\s*[:.¶]?",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\.\.|…|(?:\s\.){3,}|\s{2,})\s?(?:\d{1,4}|[ivxlc]{1,7})\s*$")
_NUMBERED = re.compile(r"(?:[\d.]+|[A-Z]\.|chapter \w+:?|appendix \w+:?)\s+", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:-|\d+[.)])\s+")

_LEAST_LINES = 3
_LEAST_SHARE = 0.6
"""Of a block's lines that must be entries: with leaders and page numbers, or equal to a heading that comes later."""


def without_contents(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without tables of contents and their headings; code, tables and formulas are never looked at."""
    later = _headings(blocks)
    kept: list[Block] = []
    after_heading = False
    for block in blocks:
        if _is_contents(block, later, after_heading):
            if after_heading and kept and _HEADING.fullmatch(kept[-1].text):
                kept.pop()
            continue
        after_heading = block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH) and bool(_HEADING.fullmatch(block.text))
        kept.append(block)
    return kept


def _headings(blocks: Sequence[Block]) -> set[str]:
    return {_title(block.text) for block in blocks if block.kind is BlockKind.HEADING}


def _title(text: str) -> str:
    """A title as it can be compared: without numbers before it and page numbers after it."""
    text = _LEADER.sub("", _NUMBERED.sub("", _BULLET.sub("", text), count=1))
    return " ".join(re.findall(r"\w+", text.casefold()))


def _is_contents(block: Block, headings: set[str], after_heading: bool) -> bool:
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST):
        return False
    lines = block.text.splitlines()
    if block.kind is BlockKind.PARAGRAPH:
        return after_heading and bool(_LEADER.search(lines[0])) if lines else False
    if len(lines) < (2 if after_heading else _LEAST_LINES):
        return False
    leaders = sum(1 for line in lines if _LEADER.search(line))
    titles = sum(1 for line in lines if _title(line) in headings)
    return max(leaders, titles) >= _LEAST_SHARE * len(lines)
