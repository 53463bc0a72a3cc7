"""A page's source as a tree, and the tree without what no reader sees."""

from __future__ import annotations

from typing import Any

from agent.errors import DocumentRejected

_NOT_SHOWN = ("script", "style", "svg", "template", "iframe")
_SHOWN_DATA = "application/ld+json"
"""Scripts of this type stay: extractors read the text of articles and the kind of page from them."""


def load(text: str) -> Any:
    """The root of the page's tree.

    Raises:
        DocumentRejected: ``no_text`` where there is no element at all.
    """
    import trafilatura

    root = trafilatura.load_html(text)
    if root is None:
        raise DocumentRejected("no_text", "no HTML element could be read")
    return root


def body_of(root: Any) -> Any:
    """The body, or the root of a page that has none."""
    body = root.find(".//body")
    return root if body is None else body


def drop_unseen(root: Any) -> None:
    """Take scripts, styles, drawings and frames out; the numbers of all other elements stay as they were."""
    for element in list(root.iter(*_NOT_SHOWN)):
        if element.get("type") != _SHOWN_DATA and element.getparent() is not None:
            element.drop_tree()
