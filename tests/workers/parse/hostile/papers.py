"""Hostile PDFs, written object by object, since no library would write them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from tests.workers.parse.hostile.hostile import Hostile, ends
from tests.workers.parse.papers import column, paper, scanned

GOOD = column(
    ["A page of a real paper that says what it has to say, so that there is", "something to read beside the trap."]
    * 12,
    60,
    80,
)
_TEXT = b"BT /F1 12 Tf 72 700 Td (The trap is elsewhere, these words can be read by all.) Tj ET"


def pdf(objects: Mapping[int, bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects with a right cross-reference table; ``trailer`` stands beside its size and root."""
    out = bytearray(b"%PDF-1.7\n")
    offsets: dict[int, int] = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    at, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 00000 f \n"
    out += b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, at)
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def one_page(
    content: bytes = _TEXT,
    *,
    entries: bytes = b"",
    page: bytes = b"",
    catalog: bytes = b"",
    box: bytes = b"0 0 612 792",
    more: Mapping[int, bytes] | None = None,
    resources: bytes = b"",
) -> bytes:
    """One page with this content stream; objects from 6 on are free."""
    return pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> %b >> %b >>" % (box, resources, page),
            4: stream(content, entries),
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            **(more or {}),
        }
    )


def zeros(size: int, *, rounds: int = 1) -> bytes:
    """So many zero bytes, deflated ``rounds`` times over."""
    deflate = zlib.compressobj(9)
    block = bytes(1 << 20)
    content = b"".join(deflate.compress(block) for _ in range(size >> 20)) + deflate.flush()
    for _ in range(rounds - 1):
        content = zlib.compress(content, 9)
    return content


def image(entries: bytes, content: bytes) -> bytes:
    """A page covered by one image and nothing else."""
    picture = stream(content, b"/Type /XObject /Subtype /Image " + entries)
    return one_page(b"q 612 0 0 792 0 0 cm /I Do Q", resources=b"/XObject << /I 6 0 R >>", more={6: picture})


def many_pages(count: int) -> bytes:
    """Pages that share one content stream."""
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(count))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count),
            4: stream(_TEXT),
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            **{10 + number: page for number in range(count)},
        }
    )


def page_tree_loop() -> bytes:
    """A page tree that is its own child."""
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"})


def page_tree_depth(depth: int) -> bytes:
    """A page at the end of a long chain of page tree nodes."""
    nodes = {number: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1) for number in range(2, depth)}
    last = b"<< /Type /Page /MediaBox [0 0 612 792] /Contents 1000001 0 R >>"
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", **nodes, depth: last})


def count_lie(count: int) -> bytes:
    """One page, and a page tree that claims many."""
    return one_page().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [3 0 R] /Count %d" % count)


def xref_loop() -> bytes:
    """A cross-reference table whose predecessor is itself."""
    good = one_page()
    at = good.rindex(b"xref\n0")
    return good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)


def object_stream_loop() -> bytes:
    """Object streams that extend each other, and hold each other's objects."""
    inner = b"20 0 21 3 <<>> <<>>"
    extends = b"/Type /ObjStm /N 2 /First 10 /Extends %d 0 R"
    return one_page(more={6: stream(inner, extends % 7), 7: stream(inner, extends % 6)}, catalog=b"/Names 20 0 R")


def form_recursion() -> bytes:
    """A form that draws itself twice."""
    form = stream(
        b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )
    return one_page(_TEXT + b" /X Do", resources=b"/XObject << /X 6 0 R >>", more={6: form})


def form_laughs(levels: int = 12) -> bytes:
    """Forms that each draw the next one ten times: a billion laughs of text."""
    forms = {
        6 + level: stream(
            b"/X Do " * 10 if level < levels - 1 else b"BT /F1 9 Tf (lol) Tj ET",
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> "
            b"/XObject << /X %d 0 R >> >>" % (7 + level),
        )
        for level in range(levels)
    }
    return one_page(_TEXT + b" /X Do", resources=b"/XObject << /X 6 0 R >>", more=forms)


def repeated_contents(times: int) -> bytes:
    """One content stream of a megabyte, named so many times by the page."""
    text = b"BT /F1 12 Tf 72 700 Td " + b"(words and words) Tj " * 50_000 + b"ET"
    named = b"[" + b"6 0 R " * times + b"]"
    good = one_page(more={6: stream(zlib.compress(text), b"/Filter /FlateDecode")})
    return good.replace(b"/Contents 4 0 R", b"/Contents " + named)


def outline_loop() -> bytes:
    """A bookmark that follows itself and holds itself."""
    return one_page(
        catalog=b"/Outlines 6 0 R",
        more={
            6: b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
            7: b"<< /Title (Again) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Last 7 0 R /Dest [3 0 R /Fit] >>",
        },
    )


def broken_font() -> bytes:
    """An embedded font of noise, and a character map that includes itself."""
    cmap = (
        b"/A usecmap 1 begincodespacerange <00> <FFFFFFFF> endcodespacerange "
        b"1 beginbfrange <00> <FFFFFFFF> <D800> endbfrange"
    )
    return one_page(
        more={
            6: stream(bytes(range(256)) * 40, b"/Length1 10240"),
            7: b"<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile2 6 0 R /FontBBox [0 0 9e99 -9e99] >>",
            8: stream(cmap, b"/Type /CMap /CMapName /A /UseCMap 8 0 R"),
        }
    ).replace(
        b"/Subtype /Type1 /BaseFont /Helvetica",
        b"/Subtype /TrueType /BaseFont /A /FontDescriptor 7 0 R /ToUnicode 8 0 R /FirstChar -9 /LastChar 999999999",
    )


def active() -> bytes:
    """JavaScript, a program to launch, an embedded program, a form that posts, a page that fetches."""
    script = b"<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/'\\); while\\(true\\){}) >>"
    return one_page(
        catalog=b"/OpenAction %b /AA << /WC %b >> /Names << /JavaScript << /Names [(a) 6 0 R] >> "
        b"/EmbeddedFiles << /Names [(a.exe) 8 0 R] >> >>" % (script, script),
        page=b"/AA << /O 7 0 R >> /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 612 792] /A 7 0 R >>]",
        more={
            6: script,
            7: b"<< /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) >> /Next << /S /URI /URI (http://127.0.0.1:9/) >> >>",
            8: b"<< /Type /Filespec /F (a.exe) /EF << /F 9 0 R >> >>",
            9: stream(b"MZ" + bytes(1000), b"/Type /EmbeddedFile"),
        },
    )


def tiling() -> bytes:
    """A page painted with a pattern of a million tiles, and no text."""
    tile = stream(
        b"0 0 1 rg 0 0 .001 .001 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 .001 .001] /XStep .001 /YStep .001 "
        b"/Resources << >>",
    )
    return one_page(b"/Pattern cs /P scn 0 0 612 792 re f", resources=b"/Pattern << /P 6 0 R >>", more={6: tile})


def jpx() -> bytes:
    """A JPEG 2000 stream whose size says 60000 x 60000 in three components."""
    siz = struct.pack(">HHIIIIIIIIH", 47, 0, 60000, 60000, 0, 0, 60000, 60000, 0, 0, 3) + bytes((7, 1, 1)) * 3
    return b"\xff\x4f\xff\x51" + siz + b"\xff\x52\x00\x0c\x00\x00\x00\x01\x01\x05\x04\x04\x00\x00\xff\x93\xff\xd9"


def jbig2() -> bytes:
    """A JBIG2 page of 4 billion rows."""
    page = struct.pack(">IBBI", 0, 48, 1, 19) + struct.pack(">IIIIBH", 0xFFFFFFF0, 0xFFFFFFF0, 0, 0, 0, 0)
    return page + struct.pack(">IBBI", 1, 38, 1, 0xFFFFFFFF) + bytes(64)


def polyglot() -> bytes:
    """A PDF with a ZIP archive at its end; both readers would take it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("mimetype", "application/epub+zip")
    return one_page() + archive.getvalue()


def truncated(share: float) -> bytes:
    """A paper of five pages, cut off."""
    whole = paper([GOOD] * 5)
    return whole[: int(len(whole) * share)]


_ANY_PDF = ends("read", "no_text", "corrupt_pdf", "too_complex")
_BOMB = _ANY_PDF | ends("too_much_memory", "parser_timeout", "too_much_text", "page_too_large")

PAPERS = (
    Hostile("pdf-page-tree-loop", ".pdf", page_tree_loop, _ANY_PDF),
    Hostile("pdf-page-tree-50000-deep", ".pdf", lambda: page_tree_depth(50_000), _ANY_PDF, slow=True),
    Hostile("pdf-says-a-million-pages", ".pdf", lambda: count_lie(1_000_000), _ANY_PDF | ends("too_long")),
    Hostile("pdf-says-minus-one-pages", ".pdf", lambda: count_lie(-1), _ANY_PDF),
    Hostile("pdf-10000-pages", ".pdf", lambda: many_pages(10_000), ends("too_long")),
    Hostile("pdf-4000-pages", ".pdf", lambda: many_pages(4_000), slow=True),
    Hostile(
        "pdf-1-GB-of-zeros", ".pdf", lambda: one_page(zeros(1 << 30), entries=b"/Filter /FlateDecode"), _BOMB, slow=True
    ),
    Hostile(
        "pdf-1-GB-deflated-twice",
        ".pdf",
        lambda: one_page(zeros(1 << 30, rounds=2), entries=b"/Filter [/FlateDecode /FlateDecode]"),
        _BOMB,
        slow=True,
    ),
    Hostile("pdf-contents-named-5000-times", ".pdf", lambda: repeated_contents(5000), _BOMB, slow=True),
    Hostile("pdf-forms-billion-laughs", ".pdf", form_laughs, _BOMB, slow=True),
    Hostile("pdf-form-draws-itself", ".pdf", form_recursion, _ANY_PDF, slow=True),
    Hostile(
        "pdf-2-GB-image",
        ".pdf",
        lambda: image(
            b"/Width 32768 /Height 65536 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode",
            zeros(1 << 20),
        ),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "pdf-2-GB-image-that-is-there",
        ".pdf",
        lambda: image(
            b"/Width 32768 /Height 65536 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode",
            zeros(1 << 31),
        ),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "pdf-jpx-60000-x-60000", ".pdf", lambda: image(b"/Width 60000 /Height 60000 /Filter /JPXDecode", jpx()), _BOMB
    ),
    Hostile(
        "pdf-jbig2-4-billion-rows",
        ".pdf",
        lambda: image(
            b"/Width 100000 /Height 100000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode", jbig2()
        ),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "pdf-ccitt-200000-x-200000",
        ".pdf",
        lambda: image(
            b"/Width 200000 /Height 200000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode "
            b"/DecodeParms << /K -1 /Columns 200000 /Rows 200000 >>",
            bytes(1000),
        ),
        _BOMB,
        slow=True,
    ),
    Hostile("pdf-tiles-without-number", ".pdf", tiling, _BOMB, slow=True),
    Hostile("pdf-javascript-launch-embedded", ".pdf", active),
    Hostile("pdf-encrypted", ".pdf", lambda: paper([GOOD], password="secret"), ends("encrypted_pdf")),
    Hostile("pdf-truncated-at-10-percent", ".pdf", lambda: truncated(0.1), _ANY_PDF),
    Hostile("pdf-truncated-at-50-percent", ".pdf", lambda: truncated(0.5), _ANY_PDF),
    Hostile("pdf-truncated-at-99-percent", ".pdf", lambda: truncated(0.99), _ANY_PDF),
    Hostile("pdf-xref-loop", ".pdf", xref_loop, _ANY_PDF),
    Hostile("pdf-object-stream-loop", ".pdf", object_stream_loop, _ANY_PDF),
    Hostile("pdf-outline-loop", ".pdf", outline_loop, _ANY_PDF),
    Hostile("pdf-broken-font-and-cmap", ".pdf", broken_font, _ANY_PDF),
    Hostile("pdf-page-of-a-billion-points", ".pdf", lambda: one_page(box=b"0 0 1000000000 1000000000"), _BOMB),
    Hostile(
        "pdf-scan-of-a-million-points",
        ".pdf",
        lambda: scanned(paper([GOOD])).replace(b"/MediaBox[0 0 595 842]", b"/MediaBox[0 0 999999 999999]"),
        _BOMB,
        slow=True,
    ),
    Hostile("pdf-page-without-extent", ".pdf", lambda: one_page(box=b"9 9 9 9"), _ANY_PDF),
    Hostile("pdf-million-q", ".pdf", lambda: one_page(b"q " * 1_000_000 + _TEXT), _ANY_PDF),
    Hostile(
        "pdf-arrays-100000-deep", ".pdf", lambda: one_page(page=b"/A " + b"[" * 100_000 + b"]" * 100_000), _ANY_PDF
    ),
    Hostile(
        "pdf-million-texts-at-one-place",
        ".pdf",
        lambda: one_page(b"BT /F1 12 Tf 72 700 Td " + b"(lol) Tj 0 0 Td " * 300_000 + b"ET"),
        _BOMB,
        slow=True,
    ),
    Hostile(
        "pdf-nulls-and-surrogates-in-title",
        ".pdf",
        lambda: one_page(
            b"BT /F1 12 Tf 72 700 Td (Words with a \\000 null and a \\377 byte between them.) Tj ET"
        ).replace(b"/Root 1 0 R", b"/Root 1 0 R /Info << /Title <FEFFD800004100000042DC00> >>"),
        _ANY_PDF,
        slow=True,
    ),
    Hostile("pdf-and-zip", ".pdf", polyglot, slow=True),
    Hostile("pdf-after-html", ".html", lambda: b"<html><!--" + one_page() + b"--></html>", _ANY_PDF),
    Hostile("pdf-header-alone", ".pdf", lambda: b"%PDF-1.7\n", _ANY_PDF),
    Hostile("gif-called-pdf", ".pdf", lambda: b"GIF89a" + bytes(1000), ends("unsupported_format")),
)
