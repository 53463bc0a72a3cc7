"""Journal articles in JATS XML to blocks: what the article says, without references, pictures and declarations.

Tag set: https://jats.nlm.nih.gov/archiving/tag-library/1.3/ (PubMed Central's articles are in it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from agent.errors import DocumentRejected
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.formats.jats_front import authors_of, date_of, doi_of, licence_of, title_of
from workers.parse.formats.jats_inline import formula, inline
from workers.parse.formats.xml import parse_xml
from workers.parse.parsed import Parsed

_SKIPPED_ABSTRACTS = frozenset(("graphical", "teaser", "toc", "video", "web-summary", "section"))
"""Kinds of abstract that repeat, or advertise, what the abstract proper says."""

_SKIPPED = frozenset(
    ("ref-list", "fn-group", "fn", "fig", "fig-group", "graphic", "media", "supplementary-material", "ack", "notes",
     "label", "title", "caption", "subtitle", "attrib", "table-wrap-foot", "object-id", "sec-meta", "kwd-group",
     "permissions", "alternatives", "bio", "glossary", "index", "address")
)  # fmt: skip
"""Elements that hold nothing of the article's own prose, or whose text is taken where they stand (titles)."""

_DECLARATIONS = re.compile(
    r"acknowledge?ments?|funding|financial support|references|bibliography|literature cited"
    r"|(?:declaration of )?(?:conflicts?|competing|declarations?)(?: of)?(?: financial)?(?: interests?)?"
    r"|authors?['’]* contributions?|author statement|credit .*|data (?:and code )?availability.*|availability of data.*"
    r"|supplement(?:ary|al)\b.*|supporting information|additional (?:information|files?)|ethic\w* .*|consent .*"
    r"|publisher['’]s note|abbreviations|disclosures?|disclaimer|footnotes|pre-publication history",
    re.IGNORECASE,
)
"""Titles of sections about the article, its authors and its files."""
_DECLARING_TYPES = frozenset(("COI-statement", "supplementary-material", "data-availability", "ethics-statement"))
_NUMBERING = re.compile(r"^[\divxIVX]+(?:\.\d+)*[.)]?\s+")


_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_WHERE = {
    "title": "JATS article-title",
    "authors": "JATS contrib-group",
    "date": "JATS pub-date",
    "licence": "JATS permissions",
    "doi": "JATS article-id",
    "language": "JATS xml:lang",
}


def read_jats(content: bytes) -> Parsed:
    """The blocks of an article: abstract, body and appendices; a section at depth one is a heading of level 2.

    Raises:
        DocumentRejected: ``corrupt_xml`` where it is not well formed, ``too_complex``; ``no_text`` for an article
            without a text, as publishers leave it who do not open theirs.
    """
    article = _article(content)
    meta = article.find("front/article-meta")
    found: list[Block] = []
    if meta is not None:
        for abstract in meta.iterfind("abstract"):
            if abstract.get("abstract-type", "") not in _SKIPPED_ABSTRACTS:
                title = inline(abstract.find("title")) or "Abstract"
                found += _placed(_section(abstract, 1, title), abstract)
    body = list(_blocks(article.find("body"), 1))
    for appendix in article.iterfind("back/app-group/app"):
        body += _placed(_section(appendix, 1, inline(appendix.find("title"))), appendix)
    if body:
        for table in article.iterfind("floats-group/table-wrap"):
            body += _placed(_table(table), table)
    found += body
    if not found:
        raise DocumentRejected("no_text", "the article holds neither abstract nor body")
    stated: dict[str, Any] = {
        "title": title_of(meta),
        "authors": authors_of(meta),
        "date": date_of(meta),
        "licence": licence_of(meta),
        "doi": doi_of(meta),
        "language": article.get(_LANGUAGE, "")[:2].lower(),
    }
    obtained = {field: _WHERE[field] for field, value in stated.items() if value}
    return Parsed(blocks=tuple(found), parser="jats", obtained=obtained, **stated)


def _article(content: bytes) -> Any:
    """The first article of the document, its elements without a namespace (MathML and others keep theirs)."""
    from lxml import etree

    root = parse_xml(content)
    for element in root.iter("{*}*"):
        name = etree.QName(element)
        if name.namespace and "jats" in name.namespace:
            element.tag = name.localname
    article = root if root.tag == "article" else next(root.iter("article"), None)
    if article is None:
        raise DocumentRejected("no_text", f"<{root.tag}> holds no article")
    return article


def _blocks(parent: Any, depth: int) -> Iterator[Block]:
    """The blocks of a section's or the body's children."""
    for element in parent if parent is not None else ():
        yield from _placed(_block(element, depth), element)


def _placed(found: Iterable[Block], element: Any) -> Iterator[Block]:
    """The blocks with the XPath of their element, where an inner one did not give its own."""
    path = ""
    for block in found:
        path = path or element.getroottree().getpath(element)
        yield block if block.path else block.model_copy(update={"path": path})


def _block(element: Any, depth: int) -> Iterator[Block]:
    match element.tag:
        case "sec" | "app":
            yield from _section(element, depth, inline(element.find("title")))
        case "p":
            yield from _paragraph(element, depth)
        case "list":
            if items := list(_items(element, 0)):
                yield blocks.listing(items)
        case "def-list":
            yield from _definitions(element)
        case "disp-formula" | "disp-formula-group":
            for one in [element] if element.tag == "disp-formula" else element.iterfind("disp-formula"):
                if text := formula(one, display=True):
                    yield blocks.displayed(text)
        case "table-wrap" | "table-wrap-group":
            yield from _table(element)
        case "fig" | "fig-group":
            for one in [element] if element.tag == "fig" else element.iterfind("fig"):
                if text := _caption(one):
                    yield blocks.caption(text)
        case "disp-quote" | "verse-group" | "speech":
            if text := "\n".join(inline(part) for part in element if part.tag not in _SKIPPED):
                yield blocks.quote(text)
        case "code" | "preformat":
            if text := "".join(element.itertext()):
                yield blocks.code(text, element.get("language", ""))
        case tag if isinstance(tag, str) and tag not in _SKIPPED:  # boxed-text, statement, and what is new
            if (title := element.find("title")) is not None:
                yield blocks.paragraph(inline(title))
            yield from _blocks(element, depth)


def _section(element: Any, depth: int, title: str) -> Iterator[Block]:
    """A section with its heading; nothing of one that declares things about the article, or is empty."""
    bare = _NUMBERING.sub("", title).rstrip(".: ")
    if element.get("sec-type", "") in _DECLARING_TYPES or _DECLARATIONS.fullmatch(bare):
        return
    inside = list(_blocks(element, depth + 1))
    if inside and title:
        yield blocks.heading(title, depth + 1)
    yield from inside


_WITHIN_PARAGRAPHS = frozenset(
    ("list", "def-list", "disp-formula", "disp-formula-group", "table-wrap", "disp-quote", "code", "preformat", "p",
     "boxed-text", "statement", "fig", "fig-group", "supplementary-material", "media")
)  # fmt: skip


def _paragraph(element: Any, depth: int) -> Iterator[Block]:
    """A paragraph, in parts where lists, formulas or tables stand in it."""
    start = 0
    for place, child in enumerate(element):
        if child.tag in _WITHIN_PARAGRAPHS:
            yield from _prose(inline(element, start, place))
            yield from _placed(_block(child, depth), child)
            start = place + 1
    yield from _prose(inline(element, start))


def _prose(text: str) -> Iterator[Block]:
    if text:
        yield blocks.paragraph(text)


def _items(element: Any, depth: int) -> Iterator[tuple[int, str]]:
    """(depth, text) of the items of a list and of the lists in them."""
    for item in element.iterfind("list-item"):
        inner = list(item.iter("list"))
        text = " ".join(
            formula(part, display=True) if part.tag == "disp-formula" else inline(part, without=inner)
            for part in item
            if part.tag not in ("label", "list", "fn")
        )
        if text.strip():
            yield depth, text
        for nested in inner:
            if next((up for up in nested.iterancestors("list-item")), None) is item:
                yield from _items(nested, depth + 1)


def _definitions(element: Any) -> Iterator[Block]:
    items = [(0, f"{inline(item.find('term'))}: {inline(item.find('def'))}") for item in element.iterfind("def-item")]
    if items:
        yield blocks.listing(items)


def _table(element: Any) -> Iterator[Block]:
    """The tables of a wrapper under their captions; one that is only a picture gives nothing."""
    for table in element.iter("table"):
        rows = [[text for cell in row if cell.tag in ("th", "td") for text in _cell(cell)] for row in table.iter("tr")]
        block = blocks.table(rows)
        if not block.text:
            continue
        wrap = next(table.iterancestors("table-wrap"), None)
        if wrap is not None and next(wrap.iter("table")) is table and (text := _caption(wrap)):
            yield blocks.caption(text)
        yield block


def _caption(holder: Any) -> str:
    """Label and caption of a figure or of what wraps a table; a bare label is none."""
    stated = holder.find("caption")
    said = " ".join(inline(part) for part in stated) if stated is not None else ""
    label = inline(holder.find("label")).rstrip(".: ")
    return f"{label}: {said}" if label and said else said


def _cell(cell: Any) -> list[str]:
    """The cell's text, then an empty one for each further column that it spans."""
    columns = cell.get("colspan", "1")
    return [inline(cell)] + [""] * (min(int(columns), 50) - 1 if columns.isdigit() and columns != "0" else 0)
