"""LaTeX to blocks by pandoc: sections, lists, listings, tables and formulas; the author's own macros are expanded."""

from __future__ import annotations

import re
import time
from typing import Any

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from agent.job.records import Block, Decision
from workers.parse import blocks
from workers.parse.blocks import one_line
from workers.parse.dates import iso_date
from workers.parse.formats.locate import located
from workers.parse.formats.pandoc import pandoc_tree
from workers.parse.formats.pandoc_inline import inline_text
from workers.parse.formats.pandoc_tree import tree_blocks
from workers.parse.licence import stated_on_first_page
from workers.parse.parsed import Parsed

_INCLUDES = re.compile(r"^[^%\n]*?\\(?:input|include|subfile)\s*\{([^}\n]*)\}", re.MULTILINE)
_RIGHTS = re.compile(r"\\(?:setcopyright|copyrightyear|doclicense\w*|ccby\w*|usepackage\[[^]]*\]\{doclicense\})[^\n]*")
_SHOWN_INCLUDES = 5


def read_latex(text: str) -> Parsed:
    """The blocks of a LaTeX document or fragment, with title, authors and date from its preamble.

    Comments, citations, labels, the bibliography and drawings are left out, equations stay TeX between ``$$``. Files
    that it would include are not read; a decision names them.

    A line that pandoc stumbles over, most often a definition in plain TeX, is left out, and an environment left open is
    closed; a decision counts these.

    Raises:
        DocumentRejected: ``corrupt_latex`` where that does not help; ``too_complex`` for macros without end.
    """
    tree, unread = _tree(text)
    meta = tree["meta"]
    found: list[Block] = []
    if abstract := meta.get("abstract"):
        found += [blocks.heading("Abstract", 1), *tree_blocks(abstract["c"])]
    found += tree_blocks(tree["blocks"])
    title = _meta_text(meta.get("title"))
    authors = tuple(name for name in _authors(meta.get("author")) if name)
    date = iso_date(_meta_text(meta.get("date"))).replace(_TODAY, "")
    stated = {"title": title, "authors": authors, "date": date}
    return Parsed(
        blocks=located(found, text, text.find(_BODY) + 1),
        parser="latex",
        title=title or next((block.text for block in found if block.level), ""),
        authors=authors,
        date=date,
        licence=stated_on_first_page(text[:_FIRST_PAGE_CHARACTERS]) or spdx(" ".join(_RIGHTS.findall(text))),
        obtained={field: f"\\{field.removesuffix('s')}" for field, value in stated.items() if value},
        decisions=(*_not_included(text), *unread),
    )


_TODAY = "1970-01-01"
"""What ``\\today`` is in pandoc's sandbox, which has no clock."""
_STUMBLED = re.compile(r"at \(?line (\d+)|\(line (\d+), column")
_UNCLOSED = re.compile(r"unexpected end of input expecting.*?(\\end\{\w+\*?\})", re.DOTALL)
_MAX_UNREAD_LINES = 30
"""Lines left out before a document is given up; papers need none, manuals on TeX itself up to twenty."""
_MAX_REPAIR_S = 60
_BODY = "\\begin{document}"
_FIRST_PAGE_CHARACTERS = 3000


def _tree(text: str) -> tuple[dict[str, Any], tuple[Decision, ...]]:
    """Pandoc's tree of the text, and a decision on the lines that had to be left out for it."""
    lines = text.split("\n")
    unread: set[int] = set()
    give_up = time.monotonic() + _MAX_REPAIR_S
    while True:
        try:
            tree = pandoc_tree("\n".join(lines).encode(), "latex")
        except DocumentRejected as error:
            if error.reason != "corrupt_latex" or len(unread) == _MAX_UNREAD_LINES or time.monotonic() > give_up:
                raise
            if unclosed := _UNCLOSED.search(error.detail):
                unread.add(len(lines))
                lines.append(unclosed[1])
            elif (place := _stumble(error.detail, lines, unread)) is not None:
                unread.add(place)
                lines[place] = ""
            else:
                raise
            continue
        if not unread:
            return tree, ()
        shown = ", ".join(str(place + 1) for place in sorted(unread)[:_SHOWN_INCLUDES])
        reason = f"pandoc cannot read line {shown}{' …' if len(unread) > _SHOWN_INCLUDES else ''}"
        measured = {"lines": float(len(unread))}
        return tree, (
            Decision(step="latex.repair", choice="lines left out or closed", reason=reason, measured=measured),
        )


def _stumble(message: str, lines: list[str], unread: set[int]) -> int | None:
    """The line, from 0, that an error message names, or the next one with something on it."""
    found = _STUMBLED.search(message)
    if not found:
        return None
    place = int(found[1] or found[2]) - 1
    while place < len(lines) and (place in unread or not lines[place].strip()):
        place += 1
    return place if place < len(lines) else None


def _not_included(text: str) -> tuple[Decision, ...]:
    names = [one_line(name) for name in _INCLUDES.findall(text)]
    if not names:
        return ()
    shown = ", ".join(names[:_SHOWN_INCLUDES]) + (" …" if len(names) > _SHOWN_INCLUDES else "")
    return (
        Decision(
            step="latex.input",
            choice="not followed",
            reason=f"a document is one file here: {shown}",
            measured={"files": float(len(names))},
        ),
    )


def _authors(value: Any) -> list[str]:
    if value is None:
        return []
    return [_meta_text(one) for one in value["c"]] if value["t"] == "MetaList" else [_meta_text(value)]


def _meta_text(value: Any) -> str:
    """A value of pandoc's metadata on one line; what it notes at the foot is left out."""
    if value is None:
        return ""
    match value["t"]:
        case "MetaInlines":
            return one_line(inline_text(value["c"]))
        case "MetaBlocks":
            return one_line(" ".join(block.text for block in tree_blocks(value["c"])))
        case _:
            return one_line(value["c"]) if isinstance(value["c"], str) else ""
