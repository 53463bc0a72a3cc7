"""What a PDF states about itself: in its information dictionary, in XMP, in its catalogue, and on its first page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from pydantic import Field

from agent.job.records import Record
from workers.parse.blocks import one_line
from workers.parse.licence import stated_in_metadata, stated_on_first_page
from workers.parse.pdf.layout import Line


class Stated(Record):
    """Title, authors and the rest, '' or empty where nothing is stated, and where each was read."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    doi: str = ""
    licence: str = ""
    language: str = ""
    obtained: dict[str, str] = Field(default_factory=dict)


_USELESS_TITLE = re.compile(
    r"untitled|microsoft word|microsoft powerpoint|\.(?:docx?|tex|dvi|indd|qxd|pdf|pptx?|rtf|fm)$|^[\W\d_]*$|^slide \d+"
    r"|^(?:document|title|presentation)\d*$|^[a-z]+[_\d][\w-]*$",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^]+", re.IGNORECASE)
_DOI_LINE = re.compile(r"doi", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MAX_TITLE = 250
_SAME_SIZE = 0.6
"""Points by which lines of one title may differ in size."""


def stated(book: Any, first_page: Sequence[Line]) -> Stated:
    """What the open book and the lines of its first page say; XMP before the older dictionary."""
    facts = {key: str(value or "") for key, value in (book.metadata or {}).items()}
    xmp = book.get_xml_metadata() or ""
    text = "\n".join(line.text for line in first_page)
    found: dict[str, tuple[str, str]] = {
        "title": _first(
            (_title(_xmp(xmp, "dc:title")), "XMP dc:title"),
            (_title(facts.get("title", "")), "PDF Title"),
            (_largest(first_page), "largest type on page 1"),
        ),
        "date": _first(
            (_xmp_date(xmp), "XMP date"),
            (_date(facts.get("creationDate", "")), "PDF CreationDate"),
        ),
        "doi": _first(
            (_doi(_xmp(xmp, "prism:doi") or _xmp(xmp, "pdfx:doi")), "XMP prism:doi"),
            (_doi(facts.get("subject", "")), "PDF Subject"),
            (_printed_doi(text), "page 1"),
        ),
        "licence": _first(
            (stated_in_metadata(facts.get("keywords", ""), facts.get("subject", ""), xmp), "PDF metadata"),
            (stated_on_first_page(text), "page 1"),
        ),
        "language": _first((_language(book), "PDF Lang"), (_xmp(xmp, "dc:language")[:2].lower(), "XMP dc:language")),
    }
    authors, where = _authors(xmp, facts.get("author", ""))
    obtained = {name: source for name, (value, source) in found.items() if value}
    if authors:
        obtained["authors"] = where
    return Stated(**{name: value for name, (value, _) in found.items()}, authors=authors, obtained=obtained)


def _first(*choices: tuple[str, str]) -> tuple[str, str]:
    return next((choice for choice in choices if choice[0]), ("", ""))


def _xmp(xmp: str, name: str) -> str:
    """The text of an XMP property, as element or attribute, '' where it is not there."""
    match = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", xmp, re.DOTALL) or re.search(rf'\b{name}="([^"]*)"', xmp)
    return one_line(unescape(_TAG.sub(" ", match[1]))) if match else ""


def _xmp_date(xmp: str) -> str:
    for name in ("prism:publicationDate", "prism:coverDate", "dc:date", "xmp:CreateDate"):
        if match := re.match(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", _xmp(xmp, name)):
            return match[0]
    return ""


def _authors(xmp: str, author: str) -> tuple[tuple[str, ...], str]:
    match = re.search(r"<dc:creator\b[^>]*>(.*?)</dc:creator>", xmp, re.DOTALL)
    names = (
        [
            one_line(unescape(_TAG.sub("", item)))
            for item in re.findall(r"<rdf:li[^>]*>(.*?)</rdf:li>", match[1], re.DOTALL)
        ]
        if match
        else []
    )
    where = "XMP dc:creator"
    if len(names) <= 1 and author:  # one entry often holds all names, in the dictionary's words
        names, where = [one_line(name) for name in re.split(r"[;,]| and ", author)], "PDF Author"
    return tuple(name for name in names if any(letter.isalpha() for letter in name)), where


def _title(title: str) -> str:
    """The title unless a program put a file name there."""
    title = one_line(title)
    return "" if _USELESS_TITLE.search(title) or len(title) < 4 else title


def _largest(lines: Sequence[Line]) -> str:
    """The lines in the largest type of a page as one, '' where all of it is of one size."""
    wordy = [line for line in lines if sum(letter.isalpha() for letter in line.text) >= 3]
    if not wordy:
        return ""
    size = max(line.size for line in wordy)
    if size <= min(line.size for line in wordy) * 1.1:
        return ""
    text = one_line(" ".join(line.text for line in wordy if line.size >= size - _SAME_SIZE))
    return text if len(text) <= _MAX_TITLE else ""


def _date(stamp: str) -> str:
    """``D:20240131…`` (ISO 32000-1, 7.9.4) as 2024-01-31."""
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", stamp)
    return "-".join(match.groups()) if match else ""


def _doi(text: str) -> str:
    match = _DOI.search(text)
    return match[0].rstrip(".,;)]").lower() if match else ""


def _printed_doi(page: str) -> str:
    """The DOI on a line that says so; others on the page may be of works it cites."""
    return next((doi for line in page.splitlines() if _DOI_LINE.search(line) and (doi := _doi(line))), "")


def _language(book: Any) -> str:
    """The catalogue's /Lang as ISO 639-1."""
    kind, value = book.xref_get_key(book.pdf_catalog(), "Lang")
    match = re.match(r"([A-Za-z]{2})(?:-|_|$)", value) if kind == "string" else None
    return match[1].lower() if match else ""
