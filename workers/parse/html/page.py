"""A page's source as a tree, without what no reader sees and with its mathematics as TeX."""

from __future__ import annotations

from typing import Any, NamedTuple

from agent.errors import DocumentRejected


class Loaded(NamedTuple):
    root: Any
    body: Any


def load(text: str) -> Loaded:
    import trafilatura

    root = trafilatura.load_html(text)
    if root is None:
        raise DocumentRejected("no_text", "no HTML element could be read")
    body = root.find(".//body")
    body = root if body is None else body
    for element in list(root.iter("script", "style", "svg", "template", "iframe")):
        if element.tag == "script" and element.get("type") == "application/ld+json":
            continue
        if element is not body and element.getparent() is not None:
            element.drop_tree()
    return Loaded(root, body)
