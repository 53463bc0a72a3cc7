"""A wiki's page as its REST API gives it (Parsoid HTML): the article, without the wiki around and between it.

Main-content extractors judge by a page's frame, and this form has none: they take its infobox and navigation boxes for
content, and formulas, which are hidden from sight for screen readers, for none. Its elements are named instead:
https://www.mediawiki.org/wiki/Specs/HTML/2.8.0.
"""

from __future__ import annotations

import re
from typing import Any

from agent.errors import DocumentRejected
from agent.job.records import Decision
from workers.parse.blocks import one_line
from workers.parse.html.formulas import formulas_to_tex
from workers.parse.html.markup import drop, text_of, to_blocks
from workers.parse.html.metadata import Stated
from workers.parse.html.page import body_of
from workers.parse.html.paths import Paths
from workers.parse.html.segments import DISPLAYED_FORMULA
from workers.parse.parsed import Parsed

_NOISE = frozenset(
    ("reference", "mw-ref", "references", "mw-references-wrap", "reflist", "mw-cite-backlink", "mw-editsection",
     "noprint", "navbox", "navbox-styles", "vertical-navbox", "sidebar", "infobox", "hatnote", "shortdescription",
     "metadata", "ambox", "authority-control", "normdaten-typ-s", "catlinks", "toc", "thumb", "gallery", "side-box",
     "portal-bar", "portalbox", "sistersitebox", "succession-box", "navigation-not-searchable", "Inline-Template",
     "NavFrame", "navbox-container", "error", "citation")
)  # fmt: skip
"""Classes that wikis of all languages give to references, edit marks, notices, boxes and pictures."""
_NOISY_TAGS = ("style", "script", "link", "figure", "map", "audio", "video", "nav")
_NOISY_ROLES = frozenset(("navigation", "note"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)

_LAST_SECTIONS = frozenset(
    ("See_also", "References", "Notes", "Notes_and_references", "Citations", "Sources", "Bibliography", "Footnotes",
     "Further_reading", "External_links", "Siehe_auch", "Literatur", "Weblinks", "Einzelnachweise", "Quellen",
     "Anmerkungen", "Voir_aussi", "Notes_et_références", "Références", "Bibliographie", "Liens_externes",
     "Véase_también", "Referencias", "Bibliografía", "Enlaces_externos", "Note", "Bibliografia",
     "Collegamenti_esterni", "Voci_correlate")
)  # fmt: skip
"""Sections that lead elsewhere, by the ids of their headings; in other languages their many links tell them."""
_LINKED_SHARE = 0.6
"""A section without prose whose lists are links to this part leads elsewhere too."""

_FORMULA_ALONE = re.compile(r"\$([^$]+)\$\s*([.,;]?)")


def is_parsoid(tree: Any) -> bool:
    """Whether an HTML tree is a page of this form."""
    return "mediawiki.org/rdf" in (tree.get("prefix") or "") or bool(
        tree.xpath("//body[contains(concat(' ', @class, ' '), ' parsoid-body ')]")
    )


def read_parsoid(tree: Any, said: Stated) -> Parsed:
    """The article's blocks, with its title and the day of its revision; the tree is changed.

    Raises:
        DocumentRejected: ``no_text`` where nothing is left, as on a page that only lists others.
    """
    paths = Paths()
    paths.keep(tree)
    body = body_of(tree)
    formulas_to_tex(body)
    _drop_noise(body)
    _lay_out_indented(body)
    for section in reversed(list(body.iter("section"))):  # inner ones first
        if _leads_elsewhere(section):
            drop(section)
    found = to_blocks(body, paths)
    if not found:
        raise DocumentRejected("no_text", "the wiki's page holds no prose")
    title = one_line(tree.findtext(".//title") or "")
    day = next(iter(tree.xpath("//meta[@property='dc:modified']/@content")), "")[:10]
    licensed = {name: where for name, where in said.obtained.items() if name in ("licence", "language")}
    return Parsed(
        blocks=tuple(found),
        parser="html",
        title=title,
        date=day,
        licence=said.licence,
        language=said.language,
        opt_outs=said.opt_outs,
        obtained={"title": "title element"} | ({"date": "meta dc:modified"} if day else {}) | licensed,
        decisions=(Decision(step="html.content", choice="parsoid", reason="a wiki's own form, whose parts are named"),),
    )


def _lay_out_indented(body: Any) -> None:
    """A list of definitions without terms is how wikis set a formula or a remark apart."""
    for indented in list(body.iter("dl")):
        if any(child.tag == "dt" for child in indented):
            continue
        indented.tag = "div"
        for child in indented.iterchildren("dd"):
            child.tag = "p"
            if alone := _FORMULA_ALONE.fullmatch(text_of(child)):
                child.set(DISPLAYED_FORMULA, "yes")
                for inner in list(child):
                    child.remove(inner)
                child.text = f"$${alone[1]}$${alone[2]}"


def _drop_noise(body: Any) -> None:
    for element in list(body.iter()):
        if not isinstance(element.tag, str):
            continue
        classes = set((element.get("class") or "").split())
        if (
            classes & _NOISE
            or element.tag in _NOISY_TAGS
            or element.get("role") in _NOISY_ROLES
            or _HIDDEN.search(element.get("style") or "")
        ):
            item = _only_holder(element) if "citation" in classes else element
            drop(item)


def _only_holder(citation: Any) -> Any:
    """The list item that a citation stands in, where it does: what is left of it says nothing."""
    return next(iter(citation.iterancestors("li")), citation)


def _leads_elsewhere(section: Any) -> bool:
    headings = list(section.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    if headings and headings[0].get("id") in _LAST_SECTIONS:
        return True
    whole = len(text_of(section))
    own = whole - sum(len(text_of(heading)) for heading in headings)
    if own <= len(headings):  # headings alone
        return bool(headings) or not whole
    if any(text_of(paragraph) for paragraph in section.iter("p", "table", "pre", "blockquote")):
        return False
    linked = sum(len(text_of(link)) for link in section.iter("a"))
    return bool(headings) and linked >= _LINKED_SHARE * own
