"""Running text of pandoc's document tree: code in backquotes, formulas in dollars, citations and pictures left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workers.parse import blocks

_UNRESOLVED = re.compile(r"\[[^\]\s]*\]")
_EMPTY_BRACKETS = re.compile(r"[  ]?(?:\(\s*[,;]?\s*\)|\[\s*[,;]?\s*\])")
_SPACE_BEFORE_STOP = re.compile(r"[  ]+(?=[.,;:](?:\s|$))")
_LABEL = re.compile(r"\\label\{[^}]*\}\s*")
_NUMBERED = re.compile(r"\\begin\{(align|gather|multline|eqnarray|equation|flalign)(\*?)\}(.*)\\end\{\1\2\}", re.DOTALL)


def inline_text(nodes: Sequence[Mapping[str, Any]]) -> str:
    """The text of inline elements on one line, footnotes left out."""
    return Inline().text(nodes)


class Inline:
    """Turns inline elements into text, and keeps the footnotes that they call."""

    def __init__(self) -> None:
        self.notes: list[Sequence[Mapping[str, Any]]] = []
        """The blocks of each footnote met so far."""
        self._cited = False
        """Whether a citation was left out, which leaves brackets and spaces behind."""

    def text(self, nodes: Sequence[Mapping[str, Any]]) -> str:
        """The text on one line."""
        parts: list[str] = []
        self._collect(nodes, parts)
        text = blocks.one_line("".join(parts))
        return _SPACE_BEFORE_STOP.sub("", _EMPTY_BRACKETS.sub("", text)) if self._cited else text

    def _collect(self, nodes: Sequence[Mapping[str, Any]], parts: list[str]) -> None:
        for node in nodes:
            content: Any = node.get("c")
            match node["t"]:
                case "Str":
                    parts.append(content)
                case "Space" | "SoftBreak" | "LineBreak":
                    parts.append(" ")
                case "Math":
                    mark = "$" if content[0]["t"] == "InlineMath" else "$$"
                    parts.append(f"{mark}{_LABEL.sub('', content[1]).strip()}{mark}")
                case "Code":
                    parts.append(f"`{content[1]}`")
                case "Superscript":
                    self._raised(content, parts)
                case "Quoted":
                    left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
                    parts.append(left)
                    self._collect(content[1], parts)
                    parts.append(right)
                case "Cite":
                    self._cited = True
                    self._collect(content[1], parts)
                case "Link":
                    self._link(content, parts)
                case "Note":
                    self.notes.append(content)
                case "Span":
                    self._collect(content[1], parts)
                case "Emph" | "Strong" | "Underline" | "SmallCaps" | "Strikeout" | "Subscript":
                    self._collect(content, parts)

    def _raised(self, content: Any, parts: list[str]) -> None:
        """10^3 is not 103; letters stay as they are (1st)."""
        inner: list[str] = []
        self._collect(content, inner)
        text = "".join(inner)
        after_digit = bool(parts) and parts[-1][-1:].isdigit() and not text.isalpha()
        parts.append(f"^{text}" if after_digit else text)

    def _link(self, content: Any, parts: list[str]) -> None:
        """A link by its words; a reference that pandoc could not resolve to a number by nothing."""
        attributes = dict(content[0][2])
        inner: list[str] = []
        self._collect(content[1], inner)
        text = "".join(inner)
        if "reference" in attributes and _UNRESOLVED.fullmatch(text):
            self._cited = True
            return
        parts.append(text)

    def code(self, node: Mapping[str, Any]) -> str:
        """The lines of an element that is set as code."""
        return str(node["c"][1]) if node["t"] == "CodeBlock" else self._verbatim(node.get("c") or ())

    def _verbatim(self, nodes: Any) -> str:
        parts: list[str] = []
        for node in nodes:
            match node["t"]:
                case "Str":
                    parts.append(node["c"])
                case "Code":
                    parts.append(node["c"][1])
                case "LineBreak" | "SoftBreak":
                    parts.append("\n")
                case "Space":
                    parts.append(" ")
                case "Span" | "Link":
                    parts.append(self._verbatim(node["c"][1]))
                case "Emph" | "Strong" | "Underline" | "Strikeout":
                    parts.append(self._verbatim(node["c"]))
        return "".join(parts)


def displayed_tex(tex: str) -> str:
    """A displayed formula without labels; numbered environments as those that may stand between $$."""
    bare = _LABEL.sub("", tex).strip()
    if match := _NUMBERED.fullmatch(bare):
        name, body = match[1], match[3].strip()
        if name == "equation":
            return body
        inner = {"gather": "gathered", "multline": "gathered"}.get(name, "aligned")
        return f"\\begin{{{inner}}}\n{body}\n\\end{{{inner}}}"
    return bare
