"""LaTeX to blocks by pandoc: sections, lists, listings, tables and formulas; the author's own macros are expanded."""

from __future__ import annotations

import re
from typing import Any

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

    Raises:
        DocumentRejected: ``corrupt_latex`` where braces or environments do not close; ``too_complex`` for macros
            without end.
    """
    tree = pandoc_tree(text.encode(), "latex")
    meta = tree["meta"]
    found: list[Block] = []
    if abstract := meta.get("abstract"):
        found += [blocks.heading("Abstract", 1), *tree_blocks(abstract["c"])]
    found += tree_blocks(tree["blocks"])
    title = _meta_text(meta.get("title"))
    authors = tuple(name for name in _authors(meta.get("author")) if name)
    date = iso_date(_meta_text(meta.get("date")))
    stated = {"title": title, "authors": authors, "date": date}
    return Parsed(
        blocks=located(found, text, text.find(_BODY) + 1),
        parser="latex",
        title=title or next((block.text for block in found if block.level), ""),
        authors=authors,
        date=date,
        licence=stated_on_first_page(text[:_FIRST_PAGE_CHARACTERS]) or spdx(" ".join(_RIGHTS.findall(text))),
        obtained={field: f"\\{field.removesuffix('s')}" for field, value in stated.items() if value},
        decisions=_left_out(text),
    )


_BODY = "\\begin{document}"
_FIRST_PAGE_CHARACTERS = 3000


def _left_out(text: str) -> tuple[Decision, ...]:
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
