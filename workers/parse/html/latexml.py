"""A paper as LaTeXML makes HTML of it, arXiv's ``/html/`` among others: its text without notes and references.

The classes are those of https://math.nist.gov/~BMiller/LaTeXML/manual/; a reader for web pages takes footnotes for part
of the sentence, numbered equations for tables and the bibliography for content.
"""

from __future__ import annotations

import re
from typing import Any

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from agent.job.records import Decision
from workers.parse.blocks import one_line
from workers.parse.html.formulas import formulas_to_tex
from workers.parse.html.markup import drop, text_of, to_blocks
from workers.parse.html.metadata import Stated
from workers.parse.html.paths import Paths
from workers.parse.html.segments import DISPLAYED_FORMULA
from workers.parse.parsed import Parsed

_NOISE = (
    "ltx_bibliography", "ltx_note", "ltx_tag_item", "ltx_tag_equation", "ltx_authors", "ltx_dates",
    "ltx_acknowledgements", "ltx_page_navbar", "ltx_page_footer", "ltx_TOC", "ltx_pagination", "ltx_ERROR",
    "ltx_keywords", "ltx_classification", "ltx_index", "package-alerts",
)  # fmt: skip
_EQUATIONS = ("ltx_equation", "ltx_equationgroup", "ltx_eqn_table")
_ARXIV_LICENCE = "//*[@id='license-tr']"
_PAPER = "//article[contains(concat(' ', @class, ' '), ' ltx_document ')]"
_MARK_OF_CITATION = re.compile(r"[\s\[\](),;–\d-]*")


def is_latexml(tree: Any) -> bool:
    """Whether an HTML tree was made by LaTeXML."""
    return bool(tree.xpath(_PAPER))


def read_latexml(tree: Any, said: Stated) -> Parsed:
    """The paper's blocks with its title and authors, under the licence it states or what arXiv writes above it; the
    tree is changed.

    Raises:
        DocumentRejected: ``no_text`` where nothing is left.
    """
    paths = Paths()
    paths.keep(tree)
    paper = tree.xpath(_PAPER)[0]
    title = next(iter(paper.xpath(f".//h1[{_has('ltx_title_document')}]")), None)
    names = [text_of(name) for name in paper.xpath(f".//*[{_has('ltx_personname')}]")]
    above = " ".join(text_of(element) for element in tree.xpath(_ARXIV_LICENCE))
    for mark in _NOISE:
        for element in paper.xpath(f".//*[{_has(mark)}]"):
            drop(element)
    for cite in paper.xpath(f".//cite[{_has('ltx_cite')}]"):
        if _MARK_OF_CITATION.fullmatch(text_of(cite)):
            before = cite.getprevious()
            holder, part = (cite.getparent(), "text") if before is None else (before, "tail")
            setattr(holder, part, (getattr(holder, part) or "").rstrip())
            drop(cite)
    _equations_to_formulas(paper)
    formulas_to_tex(paper)
    found = to_blocks(paper, paths)
    if not found:
        raise DocumentRejected("no_text", "the paper holds no text")
    licence = said.licence or spdx(above)
    named = text_of(title) if title is not None else one_line(tree.findtext(".//title") or "")
    authors = tuple(name for name in names if name)
    obtained = {
        "title": "LaTeXML title" if named else "",
        "authors": "LaTeXML person names" if authors else "",
        "licence": "arXiv's line above the paper" if licence and not said.licence else "",
    }
    return Parsed(
        blocks=tuple(found),
        parser="html",
        title=named,
        authors=authors,
        date=said.date,
        licence=licence,
        language=said.language,
        doi=said.doi,
        opt_outs=said.opt_outs,
        obtained=said.obtained | {name: where for name, where in obtained.items() if where},
        decisions=(Decision(step="html.content", choice="latexml", reason="a paper whose parts are named"),),
    )


def _equations_to_formulas(paper: Any) -> None:
    """Each displayed equation, a table for its number's sake, as displayed formulas of TeX."""
    for mark in _EQUATIONS:
        for table in paper.xpath(f".//table[{_has(mark)}]"):
            rows = [
                [math.get("alttext", "").strip() for math in row.iter("math", "{*}math")] for row in table.iter("tr")
            ]
            lines = [" ".join(part for part in row if part) for row in rows]
            for child in list(table):
                table.remove(child)
            table.tag = "div"
            table.text = None
            for line in lines:
                if line:
                    paragraph = table.makeelement("p")
                    paragraph.text = f"$${line}$$"
                    paragraph.set(DISPLAYED_FORMULA, "yes")
                    table.append(paragraph)


def _has(mark: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {mark} ')"
