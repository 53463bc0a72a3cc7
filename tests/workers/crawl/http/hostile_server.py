"""A server on loopback that speaks HTTP as badly as the network does: each path sends the raw bytes a test wrote."""

from __future__ import annotations

import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[Callable[[bytes], None]], None]
"""Sends what one path answers, piece by piece; the connection ends with it."""

OPEN_ROBOTS = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 24\r\n\r\nUser-agent: *\nDisallow:\n"


def raw(*pieces: bytes, pause_s: float = 0.0) -> Script:
    """These bytes, with pauses between the pieces."""

    def script(send: Callable[[bytes], None]) -> None:
        for piece in pieces:
            send(piece)
            time.sleep(pause_s)

    return script


def endless(beginning: bytes, piece: bytes, pause_s: float = 0.0, seconds: float = 20.0) -> Script:
    """A beginning, then the same piece until the client goes or the time is over."""

    def script(send: Callable[[bytes], None]) -> None:
        send(beginning)
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            send(piece)
            time.sleep(pause_s)

    return script


def answer(body: bytes, status: str = "200 OK", **headers: str) -> Script:
    """A whole answer; header names with underscores for dashes."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return raw("\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body)


class HostileServer(socketserver.ThreadingTCPServer):
    """Runs the script of each path; ``asked`` has every request's head, as sent, ``bodies`` its body."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, scripts: dict[str, Script]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripts = {"/robots.txt": raw(OPEN_ROBOTS), **scripts}
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, path: str) -> int:
        """How often a path was asked for, whatever its query."""
        return sum(1 for head in self.asked if head.split()[1].partition("?")[0] == path)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, HostileServer)
        head = b""
        with suppress(ConnectionResetError):  # the client cut it, as it should
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                head += line
        if not head:
            return
        text = head.decode("latin-1")
        server.asked.append(text)
        length = re.search(r"(?i)^content-length: (\d+)", text, re.MULTILINE)
        server.bodies.append(self.rfile.read(int(length[1])) if length else b"")
        try:
            server.scripts[text.split()[1].partition("?")[0]](self.wfile.write)
        except (KeyError, OSError):
            return  # nothing is there, or the client has left


@contextmanager
def hostile(**scripts: Script) -> Iterator[HostileServer]:
    """The server, until the block ends; each script is at the path of its name."""
    server = HostileServer({f"/{name}": script for name, script in scripts.items()})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
