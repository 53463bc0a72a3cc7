"""EPUB 2 and 3 books to blocks: the chapters in the order of the spine, each as a web page without a frame.

https://www.w3.org/TR/epub-33/. Nothing is taken for boilerplate within a chapter; tables of contents, covers and
notes on the edition (by their ``epub:type``) are left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from agent.job.records import Block, Decision
from workers.parse.blocks import one_line
from workers.parse.dates import iso_date
from workers.parse.encoding import decode
from workers.parse.formats.archive import Archive
from workers.parse.formats.xml import parse_xml
from workers.parse.html.markup import drop, replace_by_text, text_of, to_blocks
from workers.parse.parsed import Parsed

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Algorithms that veil fonts and nothing else (EPUB 3.3, 4.4)."""
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_TYPE = "{http://www.idpf.org/2007/ops}type"
_UNREAD = frozenset(("toc", "landmarks", "page-list", "cover", "titlepage", "copyright-page", "index", "loi", "lot"))
_UNREAD_NAMES = re.compile(r"(?:.*[-_.])?(?:nav|toc|contents|cover(?:page)?|title-?page)", re.IGNORECASE)
"""What such pages are called in EPUB 2, which has no types."""
_LINKED_SHARE = 0.8
"""A page so named is left out where its words are links to this part, or it has no sentence; else it is a chapter."""
_HOLDERS = frozenset(("div", "section", "article", "main"))
_RUNNING = frozenset(("a", "b", "br", "code", "em", "i", "img", "small", "span", "strong", "sub", "sup", "svg"))
"""Elements of running text: what holds them is a paragraph, whatever it is called."""
_FEWEST_LINKS = 5
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def read_epub(content: bytes) -> Parsed:
    """The blocks of a book, each with ``file#/xpath`` as its path; metadata from its package document.

    Raises:
        DocumentRejected: ``encrypted_epub`` for a book under digital rights management; ``corrupt_epub``,
            ``corrupt_archive``, ``corrupt_xml``, ``zip_bomb``, ``too_complex``; ``no_text``.
    """
    archive = Archive(content)
    _refuse_encrypted(archive)
    package_name = _package_name(archive)
    package = parse_xml(archive.read(package_name), part=package_name)
    found: list[Block] = []
    skipped: list[str] = []
    for name, nav in _spine(package, posixpath.dirname(package_name)):
        if name not in archive:
            skipped.append(f"{name} (missing)")
            continue
        root = _page(archive.read(name), name)
        if nav or _leads_elsewhere(root, name):
            skipped.append(name)
            continue
        found += _chapter(root, name)
    if not found:
        raise DocumentRejected("no_text", "no chapter of the book holds text")
    decisions = [
        Decision(
            step="epub.spine",
            choice="chapters",
            reason=f"left out: {', '.join(skipped[:5])}{' …' if len(skipped) > 5 else ''}" if skipped else "all read",
            measured={"left_out_files": float(len(skipped))},
        )
    ]
    return _described(package).model_copy(update={"blocks": tuple(found), "decisions": tuple(decisions)})


def _refuse_encrypted(archive: Archive) -> None:
    if archive.encrypted:
        raise DocumentRejected("encrypted_epub", "its files need a password")
    if _ENCRYPTION not in archive:
        return
    methods = {
        element.get("Algorithm", "")
        for element in parse_xml(archive.read(_ENCRYPTION), part=_ENCRYPTION).iter("{*}EncryptionMethod")
    }
    if methods - set(_FONTS_ONLY):
        raise DocumentRejected("encrypted_epub", "the book is under digital rights management")


def _package_name(archive: Archive) -> str:
    roots = parse_xml(archive.read(_CONTAINER), part=_CONTAINER).iter("{*}rootfile")
    name = next((root.get("full-path", "") for root in roots), "")
    if name not in archive:
        raise DocumentRejected("corrupt_epub", f"its package document {name!r} is missing")
    return str(name)


def _spine(package: Any, folder: str) -> list[tuple[str, bool]]:
    """(name in the archive, whether it is the navigation document) of the pages in reading order."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    found: list[tuple[str, bool]] = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        found.append((name, "nav" in (item.get("properties") or "").split()))
    return found


def _page(content: bytes, name: str) -> Any:
    """The page's tree: as XML, or as HTML where it is not well formed, as many books are not."""
    import lxml.html

    try:
        root = parse_xml(content, part=name)
    except DocumentRejected as error:
        if error.reason != "corrupt_xml":
            raise
        root = lxml.html.document_fromstring(decode(content).text or "<p/>")
    for element in root.iter("{http://www.w3.org/1999/xhtml}*"):
        element.tag = element.tag.rpartition("}")[2]
    return root


def _leads_elsewhere(root: Any, name: str) -> bool:
    """Whether a page is a table of contents, a cover or a title page."""
    body = root.find("body")
    if body is None:
        return False
    sections = [body, *list(body)[:1]]
    if any(_UNREAD.intersection((part.get(_TYPE) or "").split()) for part in sections if isinstance(part.tag, str)):
        return True
    if not _UNREAD_NAMES.fullmatch(posixpath.splitext(posixpath.basename(name))[0]):
        return False
    words = len(text_of(body).split())
    linked = sum(len(text_of(link).split()) for link in body.iter("a"))
    return linked >= _LINKED_SHARE * words or not any(text_of(paragraph).strip() for paragraph in body.iter("p"))


def _chapter(root: Any, name: str) -> list[Block]:
    body = root.find("body")
    body = root if body is None else body
    for formula in list(body.iter("{http://www.w3.org/1998/Math/MathML}math")):
        tex = formula.get("alttext") or one_line(text_of(formula))
        replace_by_text(formula, f"${tex.strip().strip('$')}$" if formula.get("alttext") else tex)
    for call in body.xpath(".//*[@*[local-name()='type'] = 'noteref']"):
        drop(call)
    tree = root.getroottree()
    places = [(f"{name}#{tree.getpath(part)}", part) for part in _parts(body)]
    found: list[Block] = []
    for path, part in places:
        if _is_contents(part):
            continue
        holder = part.makeelement("div")
        holder.append(part)
        found += [block.model_copy(update={"path": path}) for block in to_blocks(holder)]
    return found


def _is_contents(part: Any) -> bool:
    """Whether a list or table is made of links: contents and indexes, which some books carry in their chapters."""
    links = list(part.iter("a"))
    if part.tag not in ("ul", "ol", "table", "dl") or len(links) < _FEWEST_LINKS:
        return False
    linked = sum(len(text_of(link).split()) for link in links)
    return linked >= _LINKED_SHARE * len(text_of(part).split())


def _parts(element: Any) -> Iterator[Any]:
    """The elements under one, those without text of their own opened, so that each is about one block."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        opens = child.tag in _HOLDERS and not (child.text or "").strip()
        if opens and not any((inner.tail or "").strip() or inner.tag in _RUNNING for inner in child):
            yield from _parts(child)
        else:
            yield child


def _described(package: Any) -> Parsed:
    """What the package document says of the book, without blocks."""
    stated: dict[str, list[str]] = {}
    for element in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        stated.setdefault(element.tag.rpartition("}")[2], []).append(one_line(element.text or ""))

    def first(name: str) -> str:
        return next((value for value in stated.get(name, ()) if value), "")

    doi = next((match[0] for value in stated.get("identifier", ()) if (match := _DOI.search(value))), "")
    fields: dict[str, Any] = {
        "title": first("title"),
        "authors": tuple(name for name in stated.get("creator", ()) if name),
        "date": iso_date(first("date")) if len(first("date")) > 4 else first("date"),
        "language": first("language")[:2].lower(),
        "licence": spdx(" ".join(stated.get("rights", ()))),
        "doi": doi.lower(),
    }
    sources = {"authors": "dc:creator", "licence": "dc:rights", "doi": "dc:identifier"}
    obtained = {name: sources.get(name, f"dc:{name}") for name, value in fields.items() if value}
    return Parsed(blocks=(), parser="epub", obtained=obtained, **fields)
