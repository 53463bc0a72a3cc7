"""Serves the demo site on loopback, so that a run can crawl real pages without leaving the machine.

The site lies beside this module as package data. Every page is read into memory when serving starts, and a
request is only ever looked up among those pages, so no request path can reach another file.

``python -m agent.demo.server --port 8800`` serves until Ctrl-C.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from urllib.parse import unquote

DEMO_SUBJECT = "quantum computing"

HOST = "127.0.0.1"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}

# These two must name absolute addresses, which depend on the port, so they are stored as templates.
TEMPLATES = frozenset({"/robots.txt", "/sitemap.xml"})

# File times do not survive a git checkout or a wheel, so a page's date is the one it states itself; a page
# that states none (a PDF, the style sheet) gets this one.
DEFAULT_DATE = datetime(2025, 3, 3, tzinfo=UTC)
_STATED_DATE = re.compile(rb'(?:<meta name="date" content="|^date: )(\d{4}-\d\d-\d\d)', re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page as it is served: its bytes and the headers that describe them."""

    body: bytes
    content_type: str
    etag: str
    modified: datetime


def demo_pages(base: str) -> dict[str, Page]:
    """Every page of the site by its path (``/basics/qubit.html``), with ``base`` filled into the templates.

    ``base`` is the site's address without a closing slash.
    """
    pages: dict[str, Page] = {}
    for path, source in _files_under(files("agent.demo") / "site", "/"):
        content_type = CONTENT_TYPES.get(PurePosixPath(path).suffix)
        if content_type is None:
            continue
        body = source.read_bytes()
        if path in TEMPLATES:
            body = body.replace(b"{base}", base.encode("ascii"))
        pages[path] = Page(
            body=body,
            content_type=content_type,
            etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
            modified=_stated_date(body),
        )
    return pages


DEMO_PORT = 8800
"""Documents are known by their addresses: on the same port, two runs of the demo split and order them alike."""


def free_demo_port() -> int:
    """`DEMO_PORT`, or 0 (any free port) when somebody else listens there."""
    with socket.socket() as probe:
        # As the server itself does: a port that was just let go is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, DEMO_PORT))
        except OSError:
            return 0
    return DEMO_PORT


@contextmanager
def serve_demo_site(port: int = 0) -> Iterator[str]:
    """Yield the base address (``http://127.0.0.1:PORT/``) of the demo site, served until the block ends.

    Port 0 takes any free port.
    """
    server = _DemoServer(port)
    thread = threading.Thread(target=server.serve_forever, name="demo-site", daemon=True)
    thread.start()
    try:
        yield f"{server.base}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(arguments: list[str] | None = None) -> int:
    """Return 0 after serving the site on the asked port until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m agent.demo.server", description="Serve the demo site.")
    parser.add_argument("--port", type=int, default=DEMO_PORT, help="port on 127.0.0.1; 0 takes any free one")
    with _DemoServer(parser.parse_args(arguments).port) as server:
        print(f"Serving {server.base}/ (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


class _DemoServer(ThreadingHTTPServer):
    """A threading server on loopback that holds the site's pages."""

    # An open keep-alive connection must not hold up the end of a run.
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _DemoHandler)
        # The bound address rather than the request's Host header, which the client is free to invent.
        self.base = f"http://{HOST}:{self.server_address[1]}"
        self.pages = demo_pages(self.base)


class _DemoHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the server's pages."""

    protocol_version = "HTTP/1.1"
    server_version = "demo-site"
    sys_version = ""
    # Buffer the answer, so that headers and body leave in one packet and no delayed ACK slows a crawl.
    wbufsize = -1
    timeout = 30

    def do_GET(self) -> None:
        """Send the page asked for, 304 where the client's copy is current, or 404."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Send what GET would, without the body."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the crawler that reads the site keeps its own record."""

    def _answer(self, *, with_body: bool) -> None:
        page = self._page()
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        current = self._client_is_current(page)
        self.send_response(HTTPStatus.NOT_MODIFIED if current else HTTPStatus.OK)
        self.send_header("ETag", page.etag)
        self.send_header("Last-Modified", format_datetime(page.modified, usegmt=True))
        if not current:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if with_body and not current:
            self.wfile.write(page.body)

    def _page(self) -> Page | None:
        assert isinstance(self.server, _DemoServer)
        path = unquote(self.path.partition("?")[0])
        return self.server.pages.get(f"{path}index.html" if path.endswith("/") else path)

    def _client_is_current(self, page: Page) -> bool:
        known_tags = self.headers.get("If-None-Match")
        if known_tags is not None:
            # RFC 9110: where this header is present, If-Modified-Since is not looked at.
            tags = {tag.strip().removeprefix("W/") for tag in known_tags.split(",")}
            return page.etag in tags or "*" in tags
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            moment = parsedate_to_datetime(since)
        except ValueError:
            return False
        return page.modified <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _files_under(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _files_under(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}", entry


def _stated_date(body: bytes) -> datetime:
    found = _STATED_DATE.search(body)
    if found is None:
        return DEFAULT_DATE
    return datetime.fromisoformat(found[1].decode("ascii")).replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
