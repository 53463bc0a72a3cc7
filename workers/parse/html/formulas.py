"""Mathematics of web pages as TeX, in place: MathML, MathJax, KaTeX, and the pictures wikis and blogs make of it.

Inline formulas become text between ``$``, displayed ones an element of their own with text between ``$$``. Elements are
emptied, never removed, so that the places of all others stay what they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workers.parse.html.segments import DISPLAYED_FORMULA

TAG_BEFORE = "data-tag-before"
"""Attribute that keeps the name of an element that was given another."""

_WRAPPED = re.compile(r"\{\s*\\(displaystyle|textstyle|scriptstyle)\b\s*(.*)\}", re.DOTALL)
_DELIMITED = re.compile(r"\s*(?:\\\((.*)\\\)|\\\[(.*)\\\]|\$\$(.*)\$\$|\$(.*)\$)\s*", re.DOTALL)
_INLINE = re.compile(r"\\\((?!\\\))([^\\]*+(?:\\(?![()])[^\\]*+)*+)\\\)")
_DISPLAYED = re.compile(r"\s*(?:\\\[(.+?)\\\]|\$\$([^$]+)\$\$)\s*([.,;]?)\s*", re.DOTALL)

_HOLDERS = (
    ("katex", "katex-display"), ("mwe-math-element", "mwe-math-element-block"), ("MathJax_Display", "MathJax_Display"),
)  # fmt: skip
"""Classes of elements around a formula and its picture, and the class that says it is displayed."""
_PICTURES = frozenset(("latex", "tex", "math", "mwe-math-fallback-image-inline", "mwe-math-fallback-image-display"))
_DRAWN = frozenset(("MathJax", "MathJax_Preview", "MathJax_SVG", "MathJax_CHTML", "MathJax_Display"))


def formulas_to_tex(root: Any) -> None:
    """Replace every formula under the element by its TeX, or by its characters where the page holds no TeX."""
    _scripts(root)
    for element in list(root.iter("span", "div", "mjx-container")):
        classes = frozenset((element.get("class") or "").split())
        if element.tag == "mjx-container":
            _replace_holder(element, displayed=element.get("display") == "true")
        elif "math" in classes:
            _delimited(element, displayed=element.tag == "div")
        else:
            for holder, displayed in _HOLDERS:
                if holder in classes:
                    _replace_holder(element, displayed=displayed in classes or _inside(element, displayed))
    for math in list(root.iter("{*}math", "math")):
        tex = tex_of(math)
        displayed = math.get("display") == "block"
        put(math, tex or _characters(math), displayed=displayed, is_tex=bool(tex))
    for picture in list(root.iter("img")):
        if _PICTURES & set((picture.get("class") or "").split()) and (tex := bare(picture.get("alt") or "")):
            put(picture, tex, displayed="displaystyle" in (picture.get("alt") or "") and _alone(picture))


def tex_of(math: Any) -> str:
    """The TeX that a MathML element carries: its ``alttext`` or an annotation, '' for none."""
    stated = math.get("alttext") or ""
    if not stated:
        notes = math.iter("{*}annotation", "annotation")
        stated = next((note.text or "" for note in notes if "tex" in (note.get("encoding") or "").lower()), "")
    return bare(stated)


def bare(tex: str) -> str:
    """TeX without delimiters and without the style that wikis wrap it in."""
    tex = tex.strip()
    if inside := _DELIMITED.fullmatch(tex):
        tex = next(part for part in inside.groups() if part is not None).strip()
    if inside := _WRAPPED.fullmatch(tex):
        tex = inside[2].strip()
    return tex


def put(element: Any, formula: str, *, displayed: bool, is_tex: bool = True) -> None:
    """Let an element hold nothing but a formula."""
    tail = element.tail
    tag = element.tag
    element.clear()
    element.tail = tail
    element.set(TAG_BEFORE, tag)
    element.tag = "p" if displayed else "span"
    mark = ("$$" if displayed else "$") if is_tex else ""
    element.text = f"{mark}{formula}{mark}" if formula else None
    if displayed and formula:
        element.set(DISPLAYED_FORMULA, "yes")


def inline_tex(text: str) -> str:
    r"""Prose with its ``\(…\)`` as ``$…$``."""
    return _INLINE.sub(lambda match: f"${match[1].strip()}$", text) if "\\(" in text else text


def displayed_tex(text: str) -> str:
    r"""``$$…$$`` of a text that is one displayed formula, ``\[…\]`` or ``$$…$$``; else ''."""
    match = _DISPLAYED.fullmatch(text)
    return f"$${(match[1] or match[2]).strip()}$${match[3]}" if match else ""


def _scripts(root: Any) -> None:
    """MathJax 2 keeps its source in scripts, beside what it drew."""
    found = [script for script in root.iter("script") if (script.get("type") or "").startswith("math/tex")]
    for script in found:
        put(script, bare(script.text or ""), displayed="mode=display" in script.get("type"))
    if found:
        for drawn in list(root.iter("span", "div")):
            if _DRAWN & set((drawn.get("class") or "").split()) and not _holds(drawn, found):
                _empty(drawn)


def _replace_holder(element: Any, *, displayed: bool) -> None:
    tex = next((tex for math in element.iter("{*}math", "math") if (tex := tex_of(math))), "")
    tex = tex or next((bare(picture.get("alt") or "") for picture in element.iter("img")), "")
    if tex:
        put(element, tex, displayed=displayed)


def _delimited(element: Any, *, displayed: bool) -> None:
    """Sphinx and pandoc write TeX between delimiters for a script to find."""
    if len(element) and not all(child.tag in ("br", "span") for child in element):
        return
    text = "".join(element.itertext())
    if _DELIMITED.fullmatch(text):
        put(element, bare(text), displayed=displayed or text.strip().startswith(("\\[", "$$")))


def _inside(element: Any, name: str) -> bool:
    parent = element.getparent()
    return parent is not None and name in (parent.get("class") or "").split()


def _alone(element: Any) -> bool:
    parent = element.getparent()
    return (
        parent is not None and len(parent) == 1 and not (parent.text or "").strip() and not (element.tail or "").strip()
    )


def _holds(element: Any, those: Iterable[Any]) -> bool:
    held = set(element.iter("script", "p", "span"))
    return any(each in held for each in those)


def _characters(math: Any) -> str:
    return " ".join("".join(math.itertext()).split())


def _empty(element: Any) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail
