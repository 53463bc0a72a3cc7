"""What a page shows of its author, day and title where its metadata state none: short elements that sites name so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workers.parse.blocks import one_line
from workers.parse.html.markup import text_of

_MAX_CHARACTERS = 80
"""Of an element that shows a day or a name, and no more."""
_DATED = re.compile(r"(?<![a-z])(?:date|time|datetime|published|posted)(?![a-z])")
_CREDITED = re.compile(r"(?<![a-z])(?:author|byline)(?:[-_]?name)?(?![a-z])")
"""What sites call the elements, in their classes."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d|(?:[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?|\d{1,2}\.? [^\W\d_]{3,9}\.?),? \d{4}")
"""A whole day: a year alone is as often a copyright's."""
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}")
"""Two to four words."""
_BY = re.compile(r"(?i:(?:\w+ )?by)(?:[: ]\s*|(?=[A-Z]))")
_TEXTLESS = frozenset(("button", "script", "style", "svg"))


def shown_days(root: Any) -> Iterator[str]:
    """Whole days in elements that are named for them, in the order of the page."""
    for text in _named(root, _DATED):
        if match := _DAY.search(text):
            yield match[0]


def shown_names(root: Any) -> Iterator[str]:
    """Names of two to four words in elements that are named for a writer, in the order of the page."""
    for text in _named(root, _CREDITED):
        name = without_by(text)
        if _NAME.fullmatch(name):
            yield name


def item_names(root: Any) -> list[str]:
    """The names in microdata (``itemprop="author"``) of the first item that states any: later ones wrote replies."""
    found: list[tuple[Any, str]] = []
    for element in root.xpath("//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' author ')]"):
        scope = next((above for above in element.iterancestors() if above.get("itemscope") is not None), None)
        named = element.xpath(".//*[@itemprop='name']")
        said = named[0] if named else element
        found.append((scope, said.get("content") or text_of(said)))
    return [name for scope, name in found if scope is found[0][0]]


def heading_text(heading: Any) -> str:
    """The text of a heading on one line, without buttons, its broken lines apart."""
    from lxml import etree

    parts: list[str] = []
    hidden = 0
    for event, node in etree.iterwalk(heading, events=("start", "end")):
        if event == "start":
            hidden += hidden > 0 or node.tag in _TEXTLESS
            parts.append("" if hidden else " " if node.tag == "br" else node.text or "")
            continue
        hidden -= hidden > 0
        if node is not heading and not hidden:
            parts.append(node.tail or "")
    return one_line("".join(parts))


def without_by(text: str) -> str:
    """A name without what stands before it in a byline."""
    return _BY.sub("", one_line(text), count=1) if _BY.match(one_line(text)) else one_line(text)


def _named(root: Any, pattern: re.Pattern[str]) -> Iterator[str]:
    for element in root.iter("span", "div", "p", "time", "a", "li", "small", "em", "td", "address", "cite", "strong"):
        if pattern.search((element.get("class") or "").lower()):
            text = text_of(element)
            if 0 < len(text) <= _MAX_CHARACTERS:
                yield text
