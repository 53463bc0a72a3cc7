"""A page's source as a tree, and the tree without what no reader sees."""

from __future__ import annotations

import re
from typing import Any

from agent.errors import DocumentRejected

_NOT_SHOWN = ("script", "style", "svg", "template", "iframe")
_SHOWN_DATA = "application/ld+json"
"""Scripts of this type stay: extractors read the text of articles and the kind of page from them."""

_TAG = re.compile(r"<[a-zA-Z](?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no parser takes."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What the parser takes and its tree refuses when text is put back into it (XML 1.0, production 2)."""

_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,4})|0*([0-9]{1,5}))(?![0-9a-fA-F]);?")
_LIMIT = "ERR_RESOURCE_LIMIT"
"""The parser's log has it where a limit of libxml2 cut a page off, which the tree alone does not show."""

_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_MAX_ATTRIBUTES = 5000
"""Of one element. libxml2 compares each with all before it: 20,000 take 0.4 s, a million would take a quarter hour."""


def load(text: str) -> Any:
    """The root of the page's tree.

    Raises:
        DocumentRejected: ``no_text`` where there is no element at all, ``too_complex`` above `_MAX_ATTRIBUTES`, and
            where libxml2 stops reading: elements 256 deep, a text of 10 MB.
    """
    import trafilatura
    from trafilatura.utils import HTML_PARSER

    if any(_attributes(tag[0]) > _MAX_ATTRIBUTES for tag in _TAG.finditer(text)):
        raise DocumentRejected("too_complex", f"an element with more than {_MAX_ATTRIBUTES} attributes")
    root = trafilatura.load_html(_SURROGATE.sub("\ufffd", _without_controls(text)))
    if root is None:
        raise DocumentRejected("no_text", "no HTML element could be read")
    if limited := [error for error in HTML_PARSER.error_log if error.type_name == _LIMIT]:
        raise DocumentRejected("too_complex", f"what follows would be lost: {limited[0].message.partition(',')[0]}")
    return root


def _without_controls(text: str) -> str:
    """The source without control characters, written as they are or as references; those that feed a line or a page
    leave a space.
    """
    return _REFERENCE.sub(_unless_control, _CONTROL.sub(_in_place_of, text))


def _unless_control(reference: re.Match[str]) -> str:
    letter = chr(int(reference[1], 16) if reference[1] else int(reference[2]))
    return _CONTROL.sub(_in_place_of, letter) if _CONTROL.match(letter) else reference[0]


def _in_place_of(control: re.Match[str]) -> str:
    return " " if control[0] in "\v\f" else ""


def body_of(root: Any) -> Any:
    """The body, or the root of a page that has none."""
    body = root.find(".//body")
    return root if body is None else body


def drop_unseen(root: Any) -> None:
    """Take scripts, styles, drawings and frames out; the numbers of all other elements stay as they were."""
    for element in list(root.iter(*_NOT_SHOWN)):
        if element.get("type") != _SHOWN_DATA and element.getparent() is not None:
            element.drop_tree()


def _attributes(tag: str) -> int:
    """About how many attributes a tag has; only tags long enough to have too many are looked at."""
    if len(tag) <= 2 * _MAX_ATTRIBUTES:
        return 0
    bare = _QUOTED.sub("", tag)
    return max(bare.count("="), len(bare.split()))
