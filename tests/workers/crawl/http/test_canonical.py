"""One document, one address."""

from __future__ import annotations

import pytest

from workers.crawl.http.canonical import Endpoint, canonical_url, document_id, endpoint, origin


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTP://Example.org:80/a/../b/?z=1&a=2#part", "http://example.org/b/?a=2&z=1"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a?utm_source=mail&id=3", "https://example.org/a?id=3"),
        ("http://user:secret@example.org/a b", "http://example.org/a%20b"),
        ("http://127.0.0.1:8800/x.html", "http://127.0.0.1:8800/x.html"),
        ("http://h.org/api?page=A&section=0&copy=2", "http://h.org/api?copy=2&page=A&section=0"),
    ],
)
def test_spellings_of_an_address_become_one(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize("written", ["mailto:a@b.c", "file:///etc/passwd", "/relative", "http://", "http://h:port/"])
def test_what_is_no_web_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"address|port|Port"):
        canonical_url(written)


def test_an_id_is_sixteen_hex_digits_of_the_address() -> None:
    assert document_id("http://example.org/") == "781bc04ec9bd049c"


def test_origin_and_endpoint_name_the_server() -> None:
    assert origin("http://example.org:8080/a") == "http://example.org:8080"
    assert endpoint("https://example.org/a") == Endpoint("example.org", 443)
