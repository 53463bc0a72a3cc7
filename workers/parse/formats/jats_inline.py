"""Running text of JATS articles: formulas as TeX, powers told apart from digits, citation numbers left out."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.entities import html5
from typing import Any

from workers.parse.blocks import one_line

_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_UNSEEN = frozenset(("label", "fn", "graphic", "inline-graphic", "media", "object-id", "index-term", "fig", "alt-text"))
_FORMULAS = frozenset(("inline-formula", "disp-formula", "tex-math", f"{_MATHML}math"))
_MARKS = frozenset(("fn", "table-fn", "corresp", "aff"))
"""Kinds of cross-reference that are only a mark."""
_APART = frozenset(("p", "title", "list", "list-item", "break", "td", "th", "def"))
"""Elements that end a word."""

_TEX_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
"""PMC gives each formula as a LaTeX document of its own."""

_EMPTY_BRACKETS = re.compile(r"\s*(?:\[[\s,;–—-]*\]|\([\s,;–—-]*\))")
"""What is left of "[3, 5]" without its numbers."""
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;:](?:\s|$))")


def inline(element: Any, start: int = 0, end: int | None = None, *, without: Collection[Any] = ()) -> str:
    """The text of an element on one line; '' for None.

    ``start`` and ``end`` take its children by place, with the text before the first and after each; the elements
    ``without`` are left out.
    """
    if element is None:
        return ""
    parts = [(element[start - 1].tail if start else element.text) or ""]
    for child in element[start:end]:
        _gather(child, parts, without)
        parts.append(child.tail or "")
    text = _EMPTY_BRACKETS.sub("", one_line("".join(parts)))
    return one_line(_SPACE_BEFORE_STOP.sub("", text))


def formula(element: Any, *, display: bool = False) -> str:
    """A formula in dollars as TeX where the article carries it, else its letters without."""
    tex = next(element.iter("tex-math"), None)
    if tex is not None:
        whole = "".join(tex.itertext())
        inside = _TEX_DOCUMENT.search(whole)
        return _dollars(inside[1] if inside else whole, display)
    math = next(element.iter(f"{_MATHML}math"), None)
    if math is None:
        return one_line("".join(part for part in element.itertext() if part))
    notes = [note.text for note in math.iter(f"{_MATHML}annotation") if "tex" in note.get("encoding", "")]
    if stated := math.get("alttext") or next(iter(notes), None):
        return _dollars(stated, display)
    for note in list(math.iter(f"{_MATHML}annotation", f"{_MATHML}annotation-xml")):
        note.clear()
    return one_line("".join(math.itertext()))


def _dollars(tex: str, display: bool) -> str:
    bare = one_line(tex).strip("$ ")
    mark = "$$" if display else "$"
    return f"{mark}{bare}{mark}" if bare else ""


def _gather(element: Any, parts: list[str], without: Collection[Any]) -> None:
    tag = element.tag
    if not isinstance(tag, str):  # an entity that no DTD was loaded for
        parts.append(html5.get(f"{getattr(element, 'name', '')};", ""))
        return
    if tag in _UNSEEN or element in without:
        return
    if tag in _FORMULAS:
        parts.append(formula(element))
        return
    inner: list[str] = [element.text or ""]
    for child in element:
        _gather(child, inner, without)
        inner.append(child.tail or "")
    text = "".join(inner)
    if tag == "xref" and _is_mark(element, text):
        return
    if tag == "sup" and text.strip() and "".join(parts[-2:])[-1:].isdigit():
        text = f"^{text}"  # 10<sup>-3</sup> is not 10-3
    parts.append(f"{text} " if tag in _APART else text)


def _is_mark(reference: Any, text: str) -> bool:
    """Whether a cross-reference is a number or a sign, not a word of the sentence."""
    kind = reference.get("ref-type", "")
    return kind in _MARKS or (kind == "bibr" and not any(letter.isalpha() for letter in text))
