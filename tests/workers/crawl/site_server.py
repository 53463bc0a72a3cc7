"""A real web server on loopback whose pages a test writes down, and which remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar


@dataclass
class Answer:
    """What one path answers."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_s: float = 0.0
    """Seconds between two bytes of the body."""
    missing_bytes: int = 0
    """So many more bytes are declared than sent; the connection is then cut."""


Route = Answer | Callable[[int], Answer]
"""An answer, or a function of how often the path was asked before."""


def page(*links: str, title: str = "", text: str = "", head: str = "") -> Answer:
    """A web page with links."""
    anchors = "".join(f'<a href="{link}">{link}</a> ' for link in links)
    body = f"<html><head><title>{title}</title>{head}</head><body><p>{text}</p>{anchors}</body></html>"
    return Answer(body, headers={"Content-Type": "text/html; charset=utf-8"})


class SiteServer(ThreadingHTTPServer):
    """Serves ``routes``; ``asked`` lists (time, path, headers) of every request,
    ``received`` the bodies of those that have one. Servers that speak a protocol
    override ``route``."""

    daemon_threads = True

    def __init__(self, routes: dict[str, Route]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes = routes
        self.asked: list[tuple[float, str, dict[str, str]]] = []
        self.received: list[bytes] = []
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def route(self, path: str) -> Route:
        """What is at a path, query included."""
        return self.routes.get(path, Answer(status=404))

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(1 for _, asked, _ in self.asked if asked == path)


_Server = TypeVar("_Server", bound=SiteServer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two small writes: without this each answer takes 40 ms

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, SiteServer)
        before = server.count(self.path)
        server.asked.append((time.monotonic(), self.path, dict(self.headers.items())))
        route = server.route(self.path)
        answer = route(before) if callable(route) else route
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + answer.missing_bytes))
        self.end_headers()
        try:
            for byte in [body] if not answer.drip_s else [body[at : at + 1] for at in range(len(body))]:
                self.wfile.write(byte)
                self.wfile.flush()
                time.sleep(answer.drip_s)
            self.close_connection = self.close_connection or answer.missing_bytes > 0
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, SiteServer)
        server.received.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean; `asked` is the record."""


@contextmanager
def serving(routes: dict[str, Route]) -> Iterator[SiteServer]:
    """A server of fixed routes, until the block ends."""
    with running(SiteServer(routes)) as server:
        yield server


@contextmanager
def running(server: _Server) -> Iterator[_Server]:
    """The server at work, until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
