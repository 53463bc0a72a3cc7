"""What bytes are, whatever the server says; and what is a test for humans."""

from __future__ import annotations

import pytest

from workers.crawl.http.sniff import challenge_in, media_type_of

PAGE = b"<!DOCTYPE html><html><head><title>t</title></head><body>hello</body></html>"


@pytest.mark.parametrize(
    ("body", "declared", "seen"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        (b"%PDF-1.7 ...", "text/html; charset=utf-8", "application/pdf"),
        (b"\r\n %PDF-1.4", "application/octet-stream", "application/pdf"),
        (PAGE, "application/pdf", "text/html"),
        (PAGE, "", "text/html"),
        (PAGE, "application/json", "text/html"),
        (PAGE, "text/html; charset=koi8-r", "text/html; charset=koi8-r"),
        (PAGE, "application/xhtml+xml", "application/xhtml+xml"),
        (PAGE, "text/plain", "text/plain"),
        (b"<!-- saved -->\n<html>", "application/octet-stream", "text/html"),
        (b"PK\x03\x04rest", "application/epub+zip", "application/epub+zip"),
        (b"PK\x03\x04rest", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        (b"PK\x03\x04rest", "text/html", "application/zip"),
        (b"\x89PNG\r\n\x1a\n", "application/pdf", "image/png"),
        (b"plain words", "text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        (b"{}", "application/json", "application/json"),
        (b"%PDF is a format; this is text", "text/plain", "text/plain"),
    ],
)
def test_the_bytes_win_where_they_rule_the_header_out(body: bytes, declared: str, seen: str) -> None:
    assert media_type_of(body, declared) == seen


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"<html><head><title>Just a moment in time: a history of clocks</title></head><body>"
        + b"A long page about clocks and how they came to be. " * 40 + b"</body></html>",
        b"<html><body><h1>How captcha-delivery.com works</h1>" + b"<p>It asks to verify you are human.</p>" * 60
        + b"</body></html>",
        b'{"title": "Just a moment..."}',
        b"%PDF-1.7 _cf_chl_opt",
        b"",
    ],
)  # fmt: skip
def test_a_page_that_only_tells_about_them_is_no_test_for_humans(body: bytes) -> None:
    assert challenge_in({"content-type": "text/html"}, body) == ""


def test_a_login_form_with_a_captcha_box_is_not_accused() -> None:
    body = b'<html><body><form>Comment <div class="g-recaptcha"></div></form><p>Article text.</p></body></html>'
    assert challenge_in({}, body) == ""
