"""Code on web pages: its lines as they stand, without line numbers, and the language its highlighter names."""

from __future__ import annotations

import re
from typing import Any

_GUTTER = re.compile(
    r"(?<![a-z])(?:line-?no(?:s|en)?s?|line-?numbers?(?:-rows)?|gutter|lnt|hljs-ln-numbers|blob-num)(?![a-z])"
)
_ENDS_LINE = frozenset(("div", "p", "li", "tr"))
_NO_LANGUAGE = frozenset(("none", "default", "text", "txt", "plain", "plaintext", "nohighlight", "no-highlight"))
_STATED = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|highlight|brush:|sourceCode|hljs|prettyprint lang)[-\s]+"
    r"([A-Za-z][\w+#.-]*)"
)
"""Classes of Prism, highlight.js, Sphinx, GitHub, SyntaxHighlighter, pandoc and prettify."""
_AROUND = 3
"""Highlighters name the language on an element at most so far above the code."""


def code_of(element: Any) -> str:
    """The text of preformatted code, line by line."""
    from lxml import etree

    parts: list[str] = []
    hidden = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            if hidden or not isinstance(node.tag, str) or node.tag in ("button", "style", "script") or _is_gutter(node):
                hidden += 1
                continue
            if node.tag == "br":
                parts.append("\n")
            parts.append(node.text or "")
            continue
        if event == "end":
            if hidden:
                hidden -= 1
            elif node.tag in _ENDS_LINE and node is not element and parts and not "".join(parts[-2:]).endswith("\n"):
                parts.append("\n")
        if not hidden and node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


def language_of(element: Any) -> str:
    """The programming language named on the element, within it or closely around it, '' for none."""
    around = [element, *(child for child in element if isinstance(child.tag, str))]
    above = element.getparent()
    for _ in range(_AROUND):
        if above is None:
            break
        around.append(above)
        above = above.getparent()
    for each in around:
        stated = each.get("data-lang") or each.get("data-language") or ""
        if not stated and (match := _STATED.search(each.get("class") or "")):
            stated = match[1]
        if stated and stated.lower() not in _NO_LANGUAGE:
            return str(stated.lower())
    return ""


def _is_gutter(element: Any) -> bool:
    return element.get("data-line-number") is not None or bool(_GUTTER.search((element.get("class") or "").lower()))
