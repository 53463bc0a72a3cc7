"""Hostile archives: EPUB and DOCX files, and what pretends to be one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.workers.parse.hostile.hostile import Hostile, ends
from tests.workers.parse.hostile.markup import SECRET_FILE, WORDS, laughs, outside

_CONTAINER = (
    b'<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="%b" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_CHAPTER = (
    b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head><body><h1>One</h1>'
    b"<p>%b</p></body></html>"
)
_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Target="word/document.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_STYLES = f'<w:styles {_WORD}><w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="A"/></w:style></w:styles>'
_RUN = f"<w:p><w:r><w:t>{WORDS.decode()}</w:t></w:r></w:p>"


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these files, the first one stored."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for number, (name, content) in enumerate(files.items()):
            file.writestr(name, content, compress_type=None if number else zipfile.ZIP_STORED)
    return out.getvalue()


def opf(chapter: str = "one.xhtml", times: int = 1) -> bytes:
    """A package whose spine names one chapter so often."""
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A book</dc:title></metadata><manifest>'
        f'<item id="a" href="{escape(chapter)}" media-type="application/xhtml+xml"/></manifest>'
        "<spine>" + '<itemref idref="a"/>' * times + "</spine></package>"
    ).encode()


def epub(files: Mapping[str, bytes] | None = None, *, package: bytes | None = None, path: str = "book.opf") -> bytes:
    """A book of one chapter, and more files."""
    return archive(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": _CONTAINER % path.encode(),
            "book.opf": package if package is not None else opf(),
            "one.xhtml": _CHAPTER % (WORDS * 3),
            **(files or {}),
        }
    )


def docx(body: str = _RUN, files: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document."""
    document = f'<?xml version="1.0"?><w:document {_WORD}><w:body>{_RUN}{body}</w:body></w:document>'.encode()
    return archive(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELATIONS,
            "word/document.xml": document,
            **(files or {}),
        }
    )


def overlapping(content: bytes, times: int) -> bytes:
    """Many entries of the directory that share the bytes of the archive's last one."""
    end = content.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HII", content[end + 10 : end + 20])
    directory = content[start : start + size]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    more = b"".join(last for _ in range(times))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count + times, count + times, size + len(more), start, 0)
    return content[:start] + directory + more + tail


def truncated(content: bytes) -> bytes:
    """An archive without its directory."""
    return content[: len(content) * 2 // 3]


_ANY = ends(
    "read",
    "no_text",
    "corrupt_archive",
    "corrupt_epub",
    "corrupt_docx",
    "corrupt_xml",
    "too_complex",
)
_BOMB = _ANY | ends("zip_bomb", "too_much_text", "too_much_memory", "parser_timeout")
_GB = 1 << 30

ARCHIVES = (
    Hostile(
        "epub-chapter-of-1-GB",
        ".epub",
        lambda: epub({"one.xhtml": b"<html><body><p>" + bytes(_GB // 4).replace(b"\0", b"lol ")}),
        _BOMB,
        slow=True,
    ),
    Hostile("epub-package-of-500-MB", ".epub", lambda: epub(package=opf() + b" " * (_GB // 2)), _BOMB, slow=True),
    Hostile(
        "epub-spine-names-a-chapter-100000-times",
        ".epub",
        lambda: epub({"one.xhtml": _CHAPTER % (WORDS * 2000)}, package=opf(times=100_000)),
        _BOMB,
        slow=True,
    ),
    Hostile("epub-overlapping-entries", ".epub", lambda: overlapping(epub(), 60_000), _BOMB),
    Hostile(
        "epub-60000-files", ".epub", lambda: epub({f"x{number}": b"" for number in range(60_000)}), _BOMB, slow=True
    ),
    Hostile("epub-inside-epub-inside-epub", ".epub", lambda: epub({"two.epub": epub({"three.epub": epub()})}), _BOMB),
    Hostile(
        "epub-leads-out",
        ".epub",
        lambda: epub({f"../../../../{SECRET_FILE}": b"written"}, package=opf(f"../../../../{SECRET_FILE}")),
        _BOMB,
    ),
    Hostile("epub-package-elsewhere", ".epub", lambda: epub(path=f"../../../..{SECRET_FILE}"), _BOMB),
    Hostile("epub-remote-chapter", ".epub", lambda: epub(package=opf("http://127.0.0.1:9/one.xhtml")), _BOMB),
    Hostile("epub-laughs-in-package", ".epub", lambda: epub(package=laughs("package")), _BOMB),
    Hostile("epub-laughs-in-chapter", ".epub", lambda: epub({"one.xhtml": laughs("html")}), _BOMB),
    Hostile(
        "epub-outside-entities",
        ".epub",
        lambda: epub({"one.xhtml": outside("html")}, package=outside("package")),
        _BOMB,
    ),
    Hostile("epub-chapter-100000-deep", ".epub", lambda: epub({"one.xhtml": _CHAPTER % (b"<div>" * 100_000)}), _BOMB),
    Hostile("epub-cut-off", ".epub", lambda: truncated(epub()), _ANY),
    Hostile("epub-wrong-checksum", ".epub", lambda: epub().replace(WORDS[:20], WORDS[:20].swapcase()), _ANY),
    Hostile(
        "docx-document-of-1-GB",
        ".docx",
        lambda: docx(f"<w:p><w:r><w:t>{'lol ' * (_GB // 4)}</w:t></w:r></w:p>"),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "docx-million-paragraphs",
        ".docx",
        lambda: docx("<w:p><w:r><w:t>lol</w:t></w:r></w:p>" * 1_000_000),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "docx-tables-5000-deep",
        ".docx",
        lambda: docx("<w:tbl><w:tr><w:tc>" * 5000 + _RUN + "</w:tc></w:tr></w:tbl>" * 5000),
        _BOMB,
        slow=True,
    ),
    Hostile("docx-billion-laughs", ".docx", lambda: docx(files={"word/document.xml": laughs("document")}), _BOMB),
    Hostile("docx-outside-entities", ".docx", lambda: docx(files={"word/document.xml": outside("document")}), _BOMB),
    Hostile(
        "docx-remote-template",
        ".docx",
        lambda: docx(
            files={
                "word/_rels/document.xml.rels": _RELATIONS.replace(
                    b'Target="word/document.xml"', b'Target="http://127.0.0.1:9/evil.dotm" TargetMode="External"'
                )
            }
        ),
        _BOMB,
    ),
    Hostile(
        "docx-styles-loop",
        ".docx",
        lambda: docx(
            '<w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:t>Words</w:t></w:r></w:p>',
            {"word/styles.xml": _STYLES.encode()},
        ),
        _BOMB,
    ),
    Hostile("docx-cut-off", ".docx", lambda: truncated(docx()), _ANY),
    Hostile("zip-called-docx", ".docx", lambda: archive({"a.txt": WORDS}), _ANY | ends("unsupported_format")),
)
