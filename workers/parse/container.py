"""What stands in a ZIP or OLE container, by its content and never by its name."""

from __future__ import annotations

from agent.errors import DocumentRejected
from workers.parse.formats.archive import Archive

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

EPUB = "EPUB"
DOCX = "DOCX"

_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_PARTS = (
    (b"wordprocessingml.document.main+xml", DOCX),
    (b"wordprocessingml.template.main+xml", DOCX),
    (b"ms-word.document.macroEnabled.main+xml", DOCX),
    (b"ms-word.template.macroEnabledTemplate.main+xml", DOCX),
    (b"spreadsheetml", "Excel workbook"),
    (b"ms-excel", "Excel workbook"),
    (b"presentationml", "PowerPoint presentation"),
    (b"ms-powerpoint", "PowerPoint presentation"),
    (b"ms-visio", "Visio drawing"),
)
"""Content types of the main part (ECMA-376 part 1, 11.3 and following)."""
_MIME_TYPES = (
    ("application/epub+zip", EPUB),
    ("application/vnd.oasis.opendocument.text", "OpenDocument text"),
    ("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"),
    ("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation"),
)
"""What stands in the entry ``mimetype`` (OCF 3.3; OpenDocument 1.3 part 2)."""
_OTHER_ZIPS = (
    ("META-INF/MANIFEST.MF", "Java archive"),
    ("AndroidManifest.xml", "Android package"),
    ("word/document.xml", DOCX),
)
_OLE_STREAMS = (
    ("WordDocument", "legacy Word document (.doc)"),
    ("Workbook", "legacy Excel workbook (.xls)"),
    ("Book", "legacy Excel workbook (.xls)"),
    ("PowerPoint Document", "legacy PowerPoint presentation (.ppt)"),
    ("__properties_version1.0", "Outlook message"),
)


def zip_content(content: bytes) -> str:
    """``EPUB``, ``DOCX``, or the name of what else the archive is.

    Raises:
        DocumentRejected: ``corrupt_archive``, ``zip_bomb``.
    """
    archive = Archive(content)
    if "mimetype" in archive and not archive.encrypted:
        stated = archive.read("mimetype")[:100].decode("ascii", "ignore").strip()
        if found := next((name for mime, name in _MIME_TYPES if stated == mime), None):
            return found
        if stated:
            return f"ZIP archive ({stated})"
    if "META-INF/container.xml" in archive and any(name.endswith(".opf") for name in archive.names):
        return EPUB
    if _CONTENT_TYPES in archive and not archive.encrypted:
        types = archive.read(_CONTENT_TYPES)
        if found := next((name for mark, name in _MAIN_PARTS if mark in types), None):
            return found
    if found := next((kind for name, kind in _OTHER_ZIPS if name in archive), None):
        return found
    return "ZIP archive"


def ole_content(content: bytes) -> str:
    """The name of the document in an OLE compound file, by the streams it holds ([MS-CFB]).

    Raises:
        DocumentRejected: ``encrypted_docx`` for an Office document under a password ([MS-OFFCRYPTO]).
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DocumentRejected(
            "encrypted_docx", "an Office document under a password; save it without one to have it read"
        )
    return next((name for stream, name in _OLE_STREAMS if stream.encode("utf-16-le") in content), "OLE compound file")
