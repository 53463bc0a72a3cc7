"""What bytes are taken for, and why."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from agent.errors import DocumentRejected
from workers.parse.route import Format, route

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SCRIPT = Path(json.__file__).read_bytes()
NOTEBOOK = json.dumps({"nbformat": 4, "cells": []}).encode()
RST = b"""Gates
=====

.. note:: A gate is reversible, see :ref:`the section <next>`.

The chance is :math:`|a|^2`. It is written so:

.. code-block:: python

   h(0)
"""
WORD_TYPES = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def packed(entries: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "declared", "url", "expected"),
    [
        (b"%PDF-1.7\n...", "text/html", "http://h/a.html", Format.PDF),
        (b"<!DOCTYPE html><html><body>x", "text/plain", "http://h/a.txt", Format.HTML),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">\n<html xmlns="x">', "", "http://h/a", Format.HTML),
        (b"<p>A fragment</p>", "text/html; charset=utf-8", "http://h/a", Format.HTML),
        (b"# Title\n\nText", "", "file:///a/b.md", Format.MARKDOWN),
        (b"# Title\n\n<html> shown in the middle", "text/plain", "http://h/a.md?raw=1", Format.MARKDOWN),
        (b"Title\n=====\n", "text/plain", "http://h/a.rst", Format.RST),
        (NOTEBOOK, "application/json", "http://h/a", Format.NOTEBOOK),
        (b"# Title\n\nSee [this](http://x).", "text/plain", "http://h/README", Format.MARKDOWN),
        ("Plain words – nothing else".encode("utf-16"), "", "http://h/a.txt", Format.TEXT),
        (b"% notes\n\\documentclass{article}", "text/plain", "http://h/a.txt", Format.LATEX),
        (packed({"mimetype": b"application/epub+zip"}), "application/zip", "http://h/a.zip", Format.EPUB),
        (packed({"[Content_Types].xml": WORD_TYPES}), "application/msword", "http://h/a.doc", Format.DOCX),
        (RST, "text/plain", "http://h/a.txt", Format.RST),
        (RST, "", "http://h/a", Format.RST),
        ("Plain words \u2013 nothing else, and more of them".encode("utf-16-le"), "", "http://h/a.txt", Format.TEXT),
        (b"Plain words, C# and 3 * 4 * 5", "", "http://h/a", Format.TEXT),
    ],
)
def test_bytes_take_the_road_of_their_content_then_of_the_declaration_then_of_the_extension(
    content: bytes, declared: str, url: str, expected: Format
) -> None:
    assert route(content, declared, url).format is expected


@pytest.mark.parametrize(
    ("content", "declared", "url", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "text/html", "http://h/a.html", "Portable Network Graphics"),
        (b"%!PS-Adobe-3.0\n%%Title: x\n", "", "http://h/a.ps", "PostScript; convert it to PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "", "http://h/a", "SVG image; put it into a PDF"),
        (packed({"a.txt": b"x"}), "", "http://h/a.docx", "ZIP archive, although named .docx; unpack it"),
        (packed({"[Content_Types].xml": b"spreadsheetml.sheet.main+xml"}), "", "http://h/a.docx", "Excel workbook"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "", "http://h/a", "save it as DOCX or PDF"),
        (
            OLE + "WordDocument".encode("utf-16-le"),
            "",
            "http://h/a.doc",
            "legacy Word document (.doc); save",
        ),
        (SCRIPT, "text/plain", "http://h/notes.md", "source code (Python source), although named .md"),
        (b"{\\rtf1 text}", "", "http://h/a.rtf", "RTF (Rich Text Format)"),
        (b"<?xml version='1.0'?><rss>", "", "http://h/feed", "XML"),
        (b"a,b\n1,2\n", "text/csv", "http://h/a", "text/csv"),
        (b"print(1)\n", "text/plain", "http://h/a.py", "text/x-python"),
        (b'{"a": 1}', "application/json", "http://h/a", "application/json"),
        (b'{"a": 1}', "", "http://h/a.json", "application/json"),
    ],
)
def test_other_formats_are_rejected_by_name(content: bytes, declared: str, url: str, name: str) -> None:
    with pytest.raises(DocumentRejected) as caught:
        route(content, declared, url)
    assert caught.value.reason == "unsupported_format" and name in caught.value.detail


def test_empty_bytes_have_no_text() -> None:
    with pytest.raises(DocumentRejected) as caught:
        route(b" \n", "text/html", "http://h/a")
    assert caught.value.reason == "no_text"


def test_claims_that_the_content_contradicts_are_named() -> None:
    found = route(b"<!DOCTYPE html><html><body>x", "application/pdf", "http://h/a.txt")
    assert found.reason == "begins with <!DOCTYPE html, although declared as application/pdf and named .txt"
    assert route(b"<html><body>x", "text/html", "http://h/a.html").reason == "begins with <html>"


def test_an_office_document_under_a_password_is_refused_as_such() -> None:
    with pytest.raises(DocumentRejected) as caught:
        route(OLE + "EncryptedPackage".encode("utf-16-le"), "", "http://h/a.docx")
    assert caught.value.reason == "encrypted_docx"


def test_the_route_says_what_decided() -> None:
    assert route(b"%PDF-1.7", "", "").reason == "begins with %PDF-"
    assert route(b"words", "text/markdown", "").reason == "declared as text/markdown"
    assert route(b"words", "", "file:///a.rst").reason == "extension .rst"


def test_nuls_hide_no_page_but_noise_is_none() -> None:
    assert route(b"<!doctype html><p>A null \0 in it", "", "file:///a.html").format is Format.HTML
    with pytest.raises(DocumentRejected, match="unsupported_format"):
        route(b"<html>" + bytes(range(256)) * 20, "text/html", "file:///a.html")
