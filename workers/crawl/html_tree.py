"""A web page as an lxml tree, read once and fast: ten times as fast as by a tree of Python objects."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

_NO_TEXT = ("script", "style", "template")
_BOILERPLATE = ("noscript", "nav", "header", "footer", "aside", "form", "svg")


class HtmlTree:
    """One page without its scripts and styles. `opening` takes more out of it, so it comes last."""

    def __init__(self, body: bytes, content_type: str) -> None:
        """Decode as browsers do (byte order mark, header, meta element), then parse what there is, however broken."""
        from lxml import etree
        from w3lib.encoding import html_to_unicode

        text = html_to_unicode(content_type, body, default_encoding="utf-8")[1]
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
        root = etree.fromstring(text.encode("utf-8", errors="replace") or b"<html/>", parser)
        self._root: Any = root if root is not None else etree.Element("html")
        self.data = [
            script.text or ""
            for script in self._root.iter("script")
            if (script.get("type") or "").strip().lower() == "application/ld+json"
        ]
        """Each JSON-LD block as it stands."""
        etree.strip_elements(self._root, *_NO_TEXT, with_tail=False)

    def tags(self, *names: str) -> Iterator[Any]:
        """Elements of these names in the order of the page."""
        yield from self._root.iter(*names)

    def title(self) -> str:
        """Of the title element, else of the first heading."""
        heading = next(self.tags("title"), None)
        if heading is None:
            heading = next(self.tags("h1"), None)
        return words_of(heading) if heading is not None else ""

    def text(self) -> str:
        """All text, each piece between two tags a line or more."""
        return "\n".join(self._root.itertext())

    def opening(self, chars: int) -> str:
        """The beginning of what a reader came for, white space collapsed."""
        from lxml import etree

        etree.strip_elements(self._root, *_BOILERPLATE, with_tail=False)
        body = next(self.tags("body"), self._root)
        return words_of(body, chars)


def words_of(element: Any, most_chars: int = 0) -> str:
    """The text in an element, white space collapsed; its opening of so many characters, 0 for all."""
    taken: list[str] = []
    chars = 0
    for piece in element.itertext():
        words = piece.split()
        taken += words
        chars += sum(map(len, words)) + len(words)
        if most_chars and chars > most_chars:
            break
    text = " ".join(taken)
    return text[:most_chars] if most_chars else text


def opening_tag(element: Any) -> str:
    """As it may have stood in the page, for evidence: ``<meta name="robots" content="noai">``."""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>"
