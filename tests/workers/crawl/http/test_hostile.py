"""Servers that break HTTP in every way we know: each gives one reason, soon, and harms nobody."""

from __future__ import annotations

import gzip
import time

import pytest

from agent.errors import SourceFailed
from tests.workers.crawl.http.clients import client, key, refused, service, services
from tests.workers.crawl.http.hostile_server import Script, answer, endless, hostile, raw
from workers.crawl.permission.page import opt_outs

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(gzip.compress(b"\0" * 30_000_000))
BOUNDED_S = 8.0


@pytest.fixture(autouse=True)
def two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may succeed later is tried twice, to save the test's time."""
    monkeypatch.setattr("workers.crawl.http.patience.ATTEMPTS", 2)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param(endless(b"HTTP/1.1 200 OK\r\n", b"X", 0.05), "timeout", id="a header that never ends"),
        pytest.param(endless(b"", b"", 0.1), "timeout", id="silence"),
        pytest.param(endless(HEAD + b"Content-Length: 9999\r\n\r\n", b"x", 0.05), "timeout", id="a trickling body"),
        pytest.param(endless(HEAD + b"\r\n", b"x", 0.05), "timeout", id="a trickling body without a length"),
        pytest.param(endless(CHUNKED, b"4000\r\n" + b"x" * 0x4000 + b"\r\n"), "too_large", id="chunks without an end"),
        pytest.param(endless(HEAD + b"\r\n", b"x" * 4096), "too_large", id="a body without an end"),
        pytest.param(endless(HEAD, b"X-Filler: yes\r\n"), "connection_failed", id="headers without an end"),
        pytest.param(raw(HEAD + b"Content-Length: 100\r\n\r\nonly this"), "truncated", id="fewer bytes than declared"),
        pytest.param(raw(CHUNKED + b"20\r\nonly this"), "truncated", id="a chunk cut short"),
        pytest.param(raw(CHUNKED + b"4\r\nabcd\r\n"), "truncated", id="no last chunk"),
        pytest.param(raw(b""), "connection_failed", id="hanging up"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "connection_failed", id="another protocol"),
        pytest.param(answer(b"no gzip", Content_Encoding="gzip"), "bad_encoding", id="a packing that is none"),
        pytest.param(answer(b"x", Content_Encoding="br"), "bad_encoding", id="a packing not asked for"),
        pytest.param(answer(BOMB, Content_Encoding="gzip, gzip"), "too_large", id="a bomb in a bomb"),
        pytest.param(answer(b""), "no_text", id="an empty body"),
        pytest.param(raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "http_204", id="no content"),
        pytest.param(answer(b"x", "451 Unavailable"), "http_451", id="a legal reason"),
        pytest.param(answer(b"x", "500 Oops"), "http_500", id="a fault of the server"),
        pytest.param(answer(b"", "302 Found", Location="http://[::1"), "invalid_url", id="a redirect to no address"),
        pytest.param(
            answer(b"", "302 Found", Location="http://169.254.169.254/latest/"), "private_address", id="metadata"
        ),
        pytest.param(answer(b"", "302 Found", Location="file:///etc/passwd"), "invalid_url", id="a local file"),
    ],
)
def test_each_fault_has_its_reason_and_ends_in_time(script: Script, reason: str) -> None:
    with hostile(fault=script) as server:
        before = time.monotonic()
        error = refused(client(server.base, timeout_s=0.8), f"{server.base}/fault")
        assert error.reason == reason
        assert time.monotonic() - before < BOUNDED_S
        assert server.count("/fault") <= 2


def test_the_body_of_a_redirect_is_not_read() -> None:
    there = endless(b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 99999999\r\n\r\n", b"x" * 65536, 0.001)
    with hostile(start=there, end=answer(b"here")) as server:
        assert client(server.base).get(f"{server.base}/start").body == b"here"


def test_redirects_that_always_lead_on_end_after_five() -> None:
    def onward(number: int) -> Script:
        return answer(b"", "302 Found", Location=f"/hop{number + 1}")

    with hostile(**{f"hop{number}": onward(number) for number in range(20)}) as server:
        assert refused(client(server.base), f"{server.base}/hop0").reason == "too_many_redirects"
        assert sum(server.count(f"/hop{number}") for number in range(20)) == 6


def test_what_broke_once_is_asked_for_again() -> None:
    shots = iter([raw(HEAD + b"Content-Length: 100\r\n\r\nonly this"), answer(b"whole")])
    with hostile(fault=lambda send: next(shots)(send)) as server:
        assert client(server.base).get(f"{server.base}/fault").body == b"whole"


CHALLENGES = [
    answer(b"", "403 Forbidden", cf_mitigated="challenge"),
    answer(
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script>"
        b"<noscript>Enable JavaScript and cookies to continue</noscript></body></html>",
        "503 Service Unavailable", Content_Type="text/html",
    ),
    answer(b"<html><head><title>Client Challenge</title></head><body>JavaScript is disabled</body></html>",
           Content_Type="text/html"),
    answer(b'<html><body><p>Please verify you are human</p><div class="g-recaptcha"></div></body></html>',
           Content_Type="text/html"),
]  # fmt: skip


@pytest.mark.parametrize("script", CHALLENGES)
def test_a_test_for_humans_is_named_as_such_whatever_its_status(script: Script) -> None:
    with hostile(page=script) as server:
        assert refused(client(server.base), f"{server.base}/page").reason == "challenge_page"


@pytest.mark.parametrize("script", CHALLENGES)
def test_a_test_for_humans_in_the_place_of_robots_txt_closes_everything(script: Script) -> None:
    with hostile(page=answer(b"text")) as server:
        server.scripts["/robots.txt"] = script
        assert refused(client(server.base), f"{server.base}/page").reason == "robots_disallow"
        assert server.count("/page") == 0


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"<html>sorry</html>", b"[" * 200_000])
def test_a_service_that_answers_no_json_is_named(body: bytes) -> None:
    with hostile(search=answer(body, Content_Type="application/json")) as server:
        polite = client(server.base, services=services(service(f"{server.base}/search")), max_bytes=1_000_000)
        with pytest.raises(SourceFailed, match=r"library\.search .* answered no JSON") as caught:
            polite.get(f"{server.base}/search").json()
        assert len(str(caught.value)) < 400


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><l>&d;</l>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l>&x;</l>"""


@pytest.mark.parametrize("body", [LAUGHS, FILE, b"<a><b></a>", b"{}", b"<a" + b"<a>" * 9000])
def test_xml_that_is_broken_or_means_harm_is_refused_and_expands_to_nothing(body: bytes) -> None:
    with hostile(search=answer(body, Content_Type="application/xml")) as server:
        polite = client(server.base, services=services(service(f"{server.base}/search")))
        with pytest.raises(SourceFailed, match=r"library\.search .* answered no") as caught:
            polite.get(f"{server.base}/search").xml()
        assert "hahaha" not in str(caught.value)


def test_xml_with_a_foreign_document_type_is_read_without_loading_it() -> None:
    body = b'<?xml version="1.0"?><!DOCTYPE article SYSTEM "http://127.0.0.1:9/jats.dtd"><article><b>yes</b></article>'
    with hostile(search=answer(body)) as server:
        polite = client(server.base, services=services(service(f"{server.base}/search")))
        assert polite.get(f"{server.base}/search").xml().findtext("b") == "yes"


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        ("", "401 Unauthorized", "missing_key"),
        ("", "403 Forbidden", "http_403"),
        ("abc", "401 Unauthorized", "key_refused"),
        ("abc", "403 Forbidden", "key_refused"),
    ],
)
def test_a_service_that_refuses_us_says_what_to_do_about_the_key(
    value: str, status: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBRARY_KEY", value)
    with hostile(search=answer(b'{"error": "Developer Inactive"}', status)) as server:
        polite = client(server.base, services=services(service(f"{server.base}/search", key=key())))
        error = refused(polite, f"{server.base}/search")
        assert server.count("/search") == 1
    assert error.reason == reason
    assert ("LIBRARY_KEY" if "key" in reason else "Developer Inactive") in error.detail


def test_a_header_that_lies_about_the_bytes_is_put_right() -> None:
    page = b"<!DOCTYPE html><html><body><h1>Sign in to read this paper</h1></body></html>"
    with hostile(paper=answer(page, Content_Type="application/pdf")) as server:
        got = client(server.base).get(f"{server.base}/paper")
    assert (got.headers["content-type"], got.declared_type) == ("text/html", "application/pdf")


def test_a_tag_that_comes_twice_is_for_all_where_its_line_names_nobody() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n"
    with hostile(twice=raw(head + b"X-Robots-Tag: googlebot: nofollow\r\nX-ROBOTS-TAG: noai\r\n\r\nhi")) as server:
        answered = client(server.base).get(f"{server.base}/twice").headers

    assert answered["x-robots-tag"] == "googlebot: nofollow, *: noai"
    assert [found.reason for found in opt_outs([], answered)] == ["optout_noai"]
