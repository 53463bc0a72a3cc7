"""What bytes are taken for, and why."""

from __future__ import annotations

import json

import pytest

from agent.errors import DocumentRejected
from workers.parse.route import Format, route

NOTEBOOK = json.dumps({"nbformat": 4, "cells": []}).encode()


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
        (b"PK\x03\x04\x14\x00" + bytes(40), "", "http://h/a.docx", "MS Office"),
        (b"\\documentclass{article}", "text/plain", "http://h/a.tex", "LaTeX"),
        (b"{\\rtf1 text}", "", "http://h/a.rtf", "Rich Text"),
        (b"<?xml version='1.0'?><rss>", "", "http://h/feed", "XML"),
        (b"a,b\n1,2\n", "text/csv", "http://h/a", "text/csv"),
        (b"print(1)\n", "text/plain", "http://h/a.py", "text/x-python"),
        (b'{"a": 1}', "application/json", "http://h/a", "application/json"),
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


def test_the_route_says_what_decided() -> None:
    assert route(b"%PDF-1.7", "", "").reason == "begins with %PDF-"
    assert route(b"words", "text/markdown", "").reason == "declared as text/markdown"
    assert route(b"words", "", "file:///a.rst").reason == "extension .rst"
