"""Word documents (DOCX, ECMA-376) to blocks by pandoc, from the parts that hold text alone.

Headers, footers, comments, macros and pictures are never unpacked; of tracked changes the insertions are in, the
deletions out; formulas (OMML) become TeX; footnotes follow the paragraph that calls them.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

from agent.errors import DocumentRejected
from agent.job.licences import spdx
from workers.parse.blocks import one_line
from workers.parse.dates import iso_date
from workers.parse.formats.archive import Archive
from workers.parse.formats.pandoc import pandoc_tree
from workers.parse.formats.pandoc_inline import inline_text
from workers.parse.formats.pandoc_tree import tree_blocks
from workers.parse.formats.xml import parse_xml
from workers.parse.parsed import Parsed

_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:_rels/)?(?:document\d*|styles|numbering|footnotes|endnotes|settings)"
    r"\.xml(?:\.rels)?"
)
_DTD = b"<!DOCTYPE"
"""The packaging conventions forbid document types (ECMA-376 part 2, 6.2.5): only an attack carries one."""

_PROPERTIES = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"


def read_docx(content: bytes) -> Parsed:
    """The blocks of a Word document; title, authors, date, language and rights from its core properties.

    Raises:
        DocumentRejected: ``encrypted_docx``, ``corrupt_archive``, ``corrupt_docx``, ``corrupt_xml``, ``zip_bomb``,
            ``too_complex``.
    """
    archive = Archive(content)
    if archive.encrypted:
        raise DocumentRejected("encrypted_docx", "its parts need a password")
    tree = pandoc_tree(_text_parts(archive), "docx+styles")
    found = tree_blocks(tree["blocks"])
    core = _core_properties(archive)
    shown = one_line(inline_text(tree["meta"].get("title", {}).get("c") or ()))
    stated = {
        "title": (shown or core.get("title", ""), "title paragraph" if shown else "core properties"),
        "authors": (core.get("creator", ""), "core properties"),
        "date": (iso_date(core.get("created", "")), "core properties"),
        "language": (core.get("language", "")[:2].lower(), "core properties"),
        "licence": (spdx(core.get("rights", "")), "core properties"),
    }
    return Parsed(
        blocks=tuple(found),
        parser="docx",
        title=stated["title"][0],
        authors=tuple(name.strip() for name in stated["authors"][0].split(";") if name.strip()),
        date=stated["date"][0],
        language=stated["language"][0],
        licence=stated["licence"][0],
        obtained={field: where for field, (value, where) in stated.items() if value},
    )


def _text_parts(archive: Archive) -> bytes:
    """An archive of the parts that hold the text and what its styles and numbers mean."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name in archive.names:
            if _PARTS.fullmatch(name):
                part = archive.read(name)
                if _DTD in part:
                    raise DocumentRejected("corrupt_docx", f"{name} declares a document type, which OOXML forbids")
                target.writestr(name, part)
    return made.getvalue()


def _core_properties(archive: Archive) -> dict[str, str]:
    """Dublin Core of the package by its bare names, empty where there is none."""
    if _PROPERTIES not in archive:
        return {}
    root: Any = parse_xml(archive.read(_PROPERTIES), part=_PROPERTIES)
    found = {
        element.tag.rpartition("}")[2]: one_line(element.text or "")
        for element in root
        if isinstance(element.tag, str) and element.tag.startswith((_DC, _TERMS))
    }
    return {name: value for name, value in found.items() if value}
