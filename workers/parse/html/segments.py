"""A page's tree as a flat list: its boxes (block elements) and the runs of text that stand in them, in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntFlag, auto
from functools import lru_cache
from itertools import accumulate
from typing import Any

from agent.errors import DocumentRejected

MAX_DEPTH = 2000
"""Elements within each other; real pages stay below 200, and libraries that recurse break above."""

INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
     "input", "ins", "kbd", "label", "mark", "math", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
     "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr")
)  # fmt: skip
"""Phrasing content: text flows through it (https://html.spec.whatwg.org/#phrasing-content)."""

UNSEEN = frozenset(
    ("script", "style", "template", "svg", "iframe", "head", "title", "link", "meta", "object", "embed", "canvas",
     "audio", "video", "map", "area", "select", "textarea", "datalist", "option")
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

DISPLAYED_FORMULA = "data-displayed-formula"
"""Attribute by which `formulas` names what it set apart from the prose."""


class Role(IntFlag):
    """What an element, or one around it, says of itself by its name, its ARIA role, its class and its id."""

    NAV = auto()
    HEADER = auto()
    FOOTER = auto()
    ASIDE = auto()
    MAIN = auto()
    ARTICLE = auto()
    FORM = auto()
    CONTROL = auto()
    DIALOG = auto()
    CODE = auto()
    NOSCRIPT = auto()
    LINK = auto()
    NAMED_CONTENT = auto()
    NAMED_FURNITURE = auto()
    NAMED_COMMENTS = auto()
    NAMED_NOTICE = auto()


_TAGS = {
    "nav": Role.NAV, "header": Role.HEADER, "footer": Role.FOOTER, "aside": Role.ASIDE, "main": Role.MAIN,
    "article": Role.ARTICLE, "form": Role.FORM, "button": Role.CONTROL, "label": Role.CONTROL, "dialog": Role.DIALOG,
    "pre": Role.CODE, "noscript": Role.NOSCRIPT, "a": Role.LINK,
}  # fmt: skip
_ARIA = {
    "navigation": Role.NAV, "menu": Role.NAV, "menubar": Role.NAV, "banner": Role.HEADER, "contentinfo": Role.FOOTER,
    "complementary": Role.ASIDE, "main": Role.MAIN, "article": Role.ARTICLE, "dialog": Role.DIALOG,
    "alertdialog": Role.DIALOG, "search": Role.FORM,
}  # fmt: skip
"""https://www.w3.org/TR/wai-aria-1.2/#landmark_roles and the roles of windows and menus."""

_NAMES = (
    (Role.NAMED_CONTENT, re.compile(
        r"(?<![a-z])(?:article|content|entry|main|body|post|text|story|description|product|detail|doc|markdown|prose"
        r"|blog|page|topic|message|answer|question|review|rich)"
    )),
    (Role.NAMED_FURNITURE, re.compile(
        r"nav(?!el)|menu|foot|side-?bar|related|shar(?:e|ing)|social|cookie|consent|gdpr|promo|crumb|newsletter"
        r"|subscribe|sign-?up|log-?in|paginat|pag(?:er|ing)|advert|(?<![a-z])ads?(?![a-z])|sponsor|banner|popup|modal"
        r"|overlay|toolbar|skip|widget|recommend|recirc|trending|popular|tags?(?![a-z])|byline|author|rating|cart"
        r"|search|filter|sort|dropdown|copyright|legal|disclaimer|cta|more-|read-?next|toc(?![a-z])|avatar|profile"
        r"|badge|user|hidden|sr-only|screen-reader|print|masthead|top-?bar|header(?!line)|announcement|feedback"
        r"|tooltip|carousel|slider|teaser|upsell|cross-?sell"
    )),
    (Role.NAMED_COMMENTS, re.compile(r"comment|disqus|replies|respond")),
    (Role.NAMED_NOTICE, re.compile(r"cookie|consent|gdpr|onetrust|usercentrics")),
)  # fmt: skip
"""What sites call their parts, in class and id. None of these decides alone: `weights` says how much each counts."""

# Plain numbers: a page takes thousands of steps over them, and the operators of IntFlag are slow.
_BY_TAG = {name: int(role) for name, role in _TAGS.items()}
_BY_ARIA = {name: int(role) for name, role in _ARIA.items()}
_BY_NAME = tuple((int(role), pattern) for role, pattern in _NAMES)
_LINK = int(Role.LINK)
_NOT_NAMED_AWAY = ~int(Role.NAMED_FURNITURE | Role.NAMED_COMMENTS | Role.NAMED_NOTICE)
_MAX_NAMED_SHARE = 0.5
"""Of a page's words; what is named so and holds more is the page (``<div class="has-cookie-banner">`` around all)."""

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LONGEST_NAME = 100
"""Characters; names of that length are looked at each time, so that what is kept of names stays small."""


@dataclass(slots=True)
class Box:
    """A block element: who holds it, and which boxes and runs lie in it (they are contiguous)."""

    element: Any
    tag: str
    roles: int
    """Of `Role`."""
    parent: int
    first_run: int
    end_run: int = 0
    end_box: int = 0


@dataclass(slots=True)
class Run:
    """Text that flows without a break between blocks."""

    box: int
    roles: int
    holder: Any
    """The element whose ``text``, or ``tail``, its first words are."""
    in_tail: bool
    parts: list[str]
    breaks_before: int = 0
    """Line breaks between it and the run before it in its box."""
    linked: int = 0
    """Code points of it that are links."""
    text: str = ""
    """On one line."""
    words: int = 0

    @property
    def lines(self) -> str:
        """The text with its line ends and indentation."""
        return "".join(self.parts)


@dataclass(slots=True)
class Segments:
    """The boxes and runs under one element, in document order."""

    boxes: list[Box]
    runs: list[Run] = field(default_factory=list)


def segments(root: Any) -> Segments:
    """What stands under an lxml element. Runs without a word or sign are left out.

    Raises:
        DocumentRejected: ``too_complex`` above `MAX_DEPTH`.
    """
    return _Walk(root).walk(root)


class _Walk:
    def __init__(self, root: Any) -> None:
        self._boxes = [Box(root, "body", 0, -1, 0)]
        self._runs: list[Run] = []
        self._open: Run | None = None
        self._breaks = 0
        self._known: dict[tuple[str, ...], int] = {}

    def walk(self, root: Any) -> Segments:
        from lxml import etree

        stack = [(0, 0, False)]  # roles, box, whether the element opened it
        unseen = 0  # depth inside an element that is not shown
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                if unseen or element.tag in UNSEEN:
                    unseen += 1
                    continue
                if len(stack) > MAX_DEPTH:
                    raise DocumentRejected("too_complex", f"elements nested deeper than {MAX_DEPTH}")
                roles, box, _ = stack[-1]
                stack.append(self._enter(element, roles, box) if element is not root else (0, 0, True))
                self._text(element.text, element, False, *stack[-1][:2])
                continue
            if event == "end":
                if unseen:
                    unseen -= 1
                else:
                    self._leave(stack.pop())
            if not unseen and element is not root:
                self._text(element.tail, element, True, *stack[-1][:2])
        for run in self._runs:
            run.text = " ".join("".join(run.parts).split())
            run.words = len(_WORD.findall(run.text))
        self._inherit()
        return Segments(self._boxes, self._runs)

    def _inherit(self) -> None:
        """Hand roles down; what holds most of a page is no furniture of it, whatever its class says."""
        words = list(accumulate((run.words for run in self._runs), initial=0))
        for box in self._boxes[1:]:
            if words[box.end_run] - words[box.first_run] > _MAX_NAMED_SHARE * words[-1]:
                box.roles &= _NOT_NAMED_AWAY
            box.roles |= self._boxes[box.parent].roles
        for run in self._runs:
            run.roles |= self._boxes[run.box].roles

    def _enter(self, element: Any, roles: int, box: int) -> tuple[int, int, bool]:
        tag = element.tag
        if tag in INLINE and not element.get(DISPLAYED_FORMULA):
            return roles | self._roles(element, tag), box, False
        self._open = None
        if tag == "br":
            self._breaks += 1
            return roles, box, False
        self._breaks = 0
        self._boxes.append(Box(element, tag, self._roles(element, tag), box, len(self._runs)))
        return 0, len(self._boxes) - 1, True

    def _leave(self, entered: tuple[int, int, bool]) -> None:
        _, box, opened = entered
        if opened:
            self._open = None
            self._breaks = 0
            self._boxes[box].end_run = len(self._runs)
            self._boxes[box].end_box = len(self._boxes)

    def _text(self, text: str | None, holder: Any, in_tail: bool, roles: int, box: int) -> None:
        if not text:
            return
        run = self._open
        if run is None:
            if text.isspace():
                return
            run = self._open = Run(box, roles, holder, in_tail, [], self._breaks)
            self._breaks = 0
            self._runs.append(run)
        run.parts.append(text)
        if roles & _LINK:
            run.linked += len(text)

    def _roles(self, element: Any, tag: str) -> int:
        """Roles of one element; most elements of a page are named like others before them."""
        if not element.attrib:
            return _BY_TAG.get(tag, 0)
        get = element.get
        key = (tag, get("class") or "", get("id") or "", get("role") or "")
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _stated_roles(*key)
        return known


def _stated_roles(tag: str, classes: str, identifier: str, aria: str) -> int:
    roles = _BY_TAG.get(tag, 0) | _BY_ARIA.get(aria, 0)
    for name in _SPACE.split(f"{classes} {identifier}"):
        if name:
            roles |= _named(name) if len(name) <= _LONGEST_NAME else _named.__wrapped__(name)
    return roles


@lru_cache(maxsize=8192)
def _named(name: str) -> int:
    """Roles by one name: sites, and the tools that make them, use the same ones again and again."""
    name = name.lower()
    return sum(role for role, pattern in _BY_NAME if pattern.search(name))
