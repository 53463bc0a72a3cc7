"""A service's key goes on the wire and nowhere else, however badly things go."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from agent.errors import DocumentRejected
from agent.store import Store
from tests.workers.crawl.http.clients import client, key, refused, service, services
from tests.workers.crawl.http.hostile_server import HostileServer, Script, answer, hostile, raw
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.sender import credential_for

SECRET = "s3cret/+value"
QUOTED = quote(SECRET, safe="")
IN_QUERY = {"parameter": "api_key"}
IN_HEADER = {"header": "x-api-key"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is set, and nothing is tried more than twice."""
    monkeypatch.setenv("LIBRARY_KEY", SECRET)
    monkeypatch.setattr("workers.crawl.http.patience.ATTEMPTS", 2)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A service whose path is /search."""
    with hostile(search=answer(b"found", ETag='"1"')) as running:
        yield running


def keyed(server: HostileServer, how: dict[str, str], **options: object) -> PoliteClient:
    """A client of the service."""
    return client(server.base, services=services(service(f"{server.base}/search", key=key(**how))), **options)


def tells(text: str) -> bool:
    """Whether it holds the key in any form."""
    return SECRET in text or QUOTED in text


@pytest.mark.parametrize(("how", "sent"), [(IN_QUERY, f"api_key={QUOTED}"), (IN_HEADER, f"X-Api-Key: {SECRET}")])
def test_the_key_is_sent_and_appears_in_no_answer(server: HostileServer, how: dict[str, str], sent: str) -> None:
    got = keyed(server, how).get(f"{server.base}/search", {"q": "qubit"})
    assert sent.lower() in server.asked[-1].lower()
    assert not tells(repr(got))


def test_a_key_in_a_header_goes_to_no_other_host(server: HostileServer) -> None:
    with hostile(elsewhere=answer(b"there")) as other:
        server.scripts["/search"] = answer(b"", "302 Found", Location=f"{other.base}/elsewhere")
        polite = client(
            server.base, other.base, services=services(service(f"{server.base}/search", key=key(**IN_HEADER)))
        )
        assert polite.get(f"{server.base}/search").body == b"there"
        assert not any(tells(head) for head in other.asked)


def test_an_address_that_only_begins_like_the_service_gets_no_key(server: HostileServer) -> None:
    server.scripts["/searching"] = answer(b"other")
    keyed(server, IN_QUERY).get(f"{server.base}/searching")
    assert not tells(server.asked[-1])


FAULTS = {
    "hangs up": raw(b""),
    "says no HTTP": raw(b"nonsense\r\n\r\n"),
    "breaks off": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
    "quotes the request": answer(f'{{"error": "bad key {SECRET}"}}'.encode(), "400 Bad Request"),
    "refuses the key": answer(f'{{"error": "{SECRET} is inactive"}}'.encode(), "403 Forbidden"),
    "leads to nowhere": answer(b"", "302 Found", Location=f"http://[::1?api_key={QUOTED}"),
    "leads in circles": answer(b"", "302 Found", Location=f"/search?api_key={QUOTED}"),
    "packs badly": answer(SECRET.encode(), Content_Encoding="gzip"),
    "is busy": answer(b"", "503 Busy"),
    "tests for humans": answer(b"", "403 Forbidden", cf_mitigated=f"challenge {SECRET}"),
}


@pytest.mark.parametrize("how", [IN_QUERY, IN_HEADER], ids=["query", "header"])
@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_no_fault_tells_the_key(
    server: HostileServer, how: dict[str, str], script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    server.scripts["/search"] = script
    with caplog.at_level(logging.DEBUG), pytest.raises(DocumentRejected) as caught:
        keyed(server, how).get(f"{server.base}/search", {"q": "qubit"})
    assert not tells("".join(traceback.format_exception(caught.value)))
    assert not tells(caplog.text)
    chained: BaseException | None = caught.value
    while chained is not None:
        assert not tells(repr(chained))
        chained = chained.__context__


@pytest.mark.parametrize("how", [IN_QUERY, IN_HEADER], ids=["query", "header"])
def test_a_server_that_is_down_is_named_without_the_key(how: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    down = "http://127.0.0.1:9/search"
    polite = client(down, services=services(service(down, key=key(**how))))
    with caplog.at_level(logging.DEBUG):
        error = refused(polite, down)
    told = "".join(traceback.format_exception(error)) + caplog.text
    assert error.reason == "connection_failed" and "127.0.0.1:9" in error.detail and "refused" in error.detail
    assert not tells(told)


def test_the_shared_cache_holds_no_key_even_where_the_service_repeats_it(server: HostileServer, tmp_path: Path) -> None:
    link = f"<{server.base}/search?api_key={QUOTED}&page=2>; rel=next"
    server.scripts["/search"] = answer(f'{{"next": "/search?api_key={QUOTED}"}}'.encode(), ETag='"1"', Link=link)
    got = keyed(server, IN_QUERY, store=Store(str(tmp_path))).get(f"{server.base}/search")

    kept = [file.read_bytes().decode() for file in tmp_path.rglob("*") if file.is_file()]
    assert len(kept) == 2
    assert not any(tells(text) for text in kept)
    assert not tells(repr(got))


def test_a_link_that_a_service_made_with_our_key_is_asked_with_the_key_once(server: HostileServer) -> None:
    got = keyed(server, IN_QUERY).get(f"{server.base}/search?api_key=***&page=2")
    assert server.asked[-1].split()[1].count("api_key=") == 1
    assert got.url == f"{server.base}/search?page=2"


def test_what_goes_on_the_wire_shows_itself_without_the_key() -> None:
    assert not tells(repr(credential_for(service("http://h/", key=key(**IN_QUERY)))))


def test_a_service_that_needs_a_key_is_not_asked_without_one(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIBRARY_KEY")
    error = refused(keyed(server, {"parameter": "api_key", "required": True}), f"{server.base}/search")  # type: ignore[dict-item]
    assert error.reason == "missing_key" and "LIBRARY_KEY" in error.detail
    assert server.asked == []
