"""MIT OpenCourseWare's ``data.json`` to blocks: an HTML fragment with its title, without the parts of third parties."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from workers.parse.parsed import Parsed

_EXCLUDED = re.compile(r"excluded\s+from\s+(?:our|the|this|MIT's)\s+Creative\s+Commons", re.IGNORECASE)
"""OpenCourseWare's own words beside what belongs to others (https://ocw.mit.edu/help/faq-fair-use/)."""

_HOLDERS = ("figure", "table", "blockquote", "li", "p", "td", "dd", "figcaption", "div", "section")


def read_ocw(text: str, url: str = "") -> Parsed:
    """The blocks of a course's, a page's or a resource's ``data.json``.

    Raises:
        DocumentRejected: ``corrupt_json``; ``no_text`` when there is no text, or none that is not excluded.
    """
    from workers.parse.html.read import read_html  # is_ocw is asked of every document, most of which need no HTML

    try:
        record = json.loads(text)
    except ValueError as error:
        raise DocumentRejected("corrupt_json", str(error)) from error
    title = str(record.get("title") or record.get("course_title") or "")
    content = str(record.get("content") or record.get("course_description_html") or record.get("description") or "")
    body = _without_third_parties(content)
    page = f"<html><head><title>{html.escape(title)}</title></head><body><main>{body}</main></body></html>"
    parsed = read_html(page, url)
    people = [str(one.get("title") or "") for one in record.get("instructors") or () if isinstance(one, dict)]
    return parsed.model_copy(
        update={
            "title": title or parsed.title,
            "parser": "ocw",
            "authors": tuple(name for name in people if name) or parsed.authors,
            "date": str(record.get("year") or "") or parsed.date,
            "licence": spdx(str(record.get("license") or "")) or parsed.licence,
        }
    )


def is_ocw(content: bytes) -> bool:
    """Whether JSON is a ``data.json`` of OpenCourseWare, by its fields."""
    try:
        record = json.loads(content)
    except ValueError:
        return False
    if not isinstance(record, dict):
        return False
    return ("content_type" in record and "content" in record and "uid" in record) or "site_uid" in record


def _without_third_parties(fragment: str) -> str:
    """The fragment without each element that says it is excluded, and the figure, table or quotation that it says it
    of."""
    if not _EXCLUDED.search(fragment):
        return fragment
    import lxml.html

    root = lxml.html.fragment_fromstring(fragment, create_parent="div")
    for element in list(root.iter(*_HOLDERS)):
        if element is root or element.getparent() is None or not _says_excluded(element):
            continue
        holder = next(element.iterancestors("figure", "table", "blockquote"), None)
        _drop(element if holder is None else holder)
    return str(lxml.html.tostring(root, encoding="unicode"))


def _says_excluded(element: Any) -> bool:
    """Whether the notice stands here and not in a smaller element inside."""
    if not _EXCLUDED.search(" ".join(element.itertext())):
        return False
    return not any(_EXCLUDED.search(" ".join(part.itertext())) for part in element.iterdescendants(*_HOLDERS))


def _drop(element: Any) -> None:
    before = element.getprevious()
    if element.tag == "p" and before is not None and before.tag in ("blockquote", "figure", "table"):
        before.drop_tree()  # the notice stands below what it speaks of
    element.drop_tree()
