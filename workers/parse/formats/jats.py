"""Journal articles in JATS XML to blocks: what the article says, without references, figures and declarations.

Tag set: https://jats.nlm.nih.gov/archiving/tag-library/1.3/ (PubMed Central's articles are in it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.errors import DocumentRejected
from agent.job.records import Block
from workers.parse import blocks
from workers.parse.formats.jats_front import authors_of, date_of, licence_of, title_of
from workers.parse.formats.jats_inline import formula, inline
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


def read_jats(content: bytes) -> Parsed:
    """The blocks of an article: abstract, body and appendices; a section at depth one is a heading of level 2.

    Raises:
        DocumentRejected: ``corrupt_xml`` where it is not well formed; ``no_text`` for an article without a text, as
            publishers leave it who do not open theirs.
    """
    article = _article(content)
    meta = article.find("front/article-meta")
    found: list[Block] = []
    if meta is not None:
        for abstract in meta.iterfind("abstract"):
            if abstract.get("abstract-type", "") not in _SKIPPED_ABSTRACTS:
                found += _section(abstract, 1, inline(abstract.find("title")) or "Abstract")
    body = list(_blocks(article.find("body"), 1))
    for appendix in article.iterfind("back/app-group/app"):
        body += _section(appendix, 1, inline(appendix.find("title")))
    if body:
        body += [block for float_ in article.iterfind("floats-group/table-wrap") for block in _table(float_)]
    found += body
    if not found:
        raise DocumentRejected("no_text", "the article holds neither abstract nor body")
    return Parsed(
        blocks=tuple(found),
        parser="jats",
        title=title_of(meta),
        authors=authors_of(meta),
        date=date_of(meta),
        licence=licence_of(meta),
    )


def _article(content: bytes) -> Any:
    """The first article of the document, its elements without a namespace (MathML and others keep theirs)."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentRejected("corrupt_xml", str(error)) from error
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
        yield from _block(element, depth)


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
                    yield blocks.paragraph(text)
        case "table-wrap" | "table-wrap-group":
            yield from _table(element)
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
            yield from _block(child, depth)
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
    """The tables of a wrapper; one that is only a picture gives nothing."""
    for table in element.iter("table"):
        rows = [[text for cell in row if cell.tag in ("th", "td") for text in _cell(cell)] for row in table.iter("tr")]
        block = blocks.table(rows)
        if block.text:
            yield block


def _cell(cell: Any) -> list[str]:
    """The cell's text, then an empty one for each further column that it spans."""
    columns = cell.get("colspan", "1")
    return [inline(cell)] + [""] * (min(int(columns), 50) - 1 if columns.isdigit() and columns != "0" else 0)
