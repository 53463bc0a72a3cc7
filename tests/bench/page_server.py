"""A web server of one process for benchmarks: the same pages on every loopback address, arrivals noted.

``python -m tests.bench.page_server PAGES KILOBYTES OUT`` prints its port, serves ``/robots.txt`` and ``/0.html`` …, and
at the end of its standard input writes host, path and time of each request to OUT.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROBOTS = "User-agent: *\nDisallow: /closed/\nDisallow: /*?print=\n"
_WORDS = (
    "quantum",
    "gate",
    "qubit",
    "circuit",
    "state",
    "error",
    "ion",
    "photon",
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
)
_LICENCE = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY</a>'


def page(number: int, kilobytes: int) -> bytes:
    """A page with head, navigation, text, links and a licence, as large as said."""
    chance = random.Random(number)
    head = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Page {number}</title>"
        '<meta name="description" content="About qubits"><meta property="og:type" content="article">'
        "<style>body { margin: 0 }</style><script>var page = 1;</script></head><body><nav><ul>"
        + "".join(f'<li><a href="/{each}.html">Part {each}</a></li>' for each in range(30))
        + f"</ul></nav><main><h1>Page {number}</h1>"
    )
    foot = f"</main><footer>Under {_LICENCE}</footer></body></html>"
    parts, size = [head], len(head) + len(foot)
    while size < kilobytes * 1000:
        words = " ".join(chance.choice(_WORDS) for _ in range(80))
        parts.append(
            f'<h2>Part</h2><p>{words} <a href="/{chance.randrange(99)}.html">more</a> <em>and so on</em>.</p>\n'
        )
        size += len(parts[-1])
    return "".join([*parts, foot]).encode()


class _Server(asyncio.Protocol):
    def __init__(self, answers: dict[str, bytes], arrived: list[tuple[float, str, str]]) -> None:
        self._answers = answers
        self._arrived = arrived
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self._arrived.append((now, self._host, path))
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            # In any folder, so that a round can ask for pages that no cache has.
            self._transport.write(self._answers.get(path[path.rindex("/") :], missing))


async def _serve(pages: int, kilobytes: int, out: Path) -> None:
    answers = {"/robots.txt": _answer(ROBOTS.encode(), "text/plain")}
    answers |= {
        f"/{number}.html": _answer(page(number, kilobytes), "text/html; charset=utf-8") for number in range(pages)
    }
    arrived: list[tuple[float, str, str]] = []
    server = await asyncio.get_running_loop().create_server(lambda: _Server(answers, arrived), "0.0.0.0", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    out.write_text("".join(f"{moment!r} {host} {path}\n" for moment, host, path in arrived))
    server.close()


def _answer(body: bytes, kind: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class RunningServer:
    """The server in its process."""

    def __init__(self, process: subprocess.Popen[str], out: Path) -> None:
        assert process.stdout is not None
        self._process = process
        self._out = out
        self.port = int(process.stdout.readline())

    def host(self, number: int) -> str:
        """The address of the n-th host: each is a loopback address of its own."""
        return f"127.0.0.{number + 1}:{self.port}"

    def stop(self) -> list[tuple[float, str, str]]:
        """End it; returns (monotonic seconds, address, path) of each request, in order of arrival."""
        if self._process.poll() is None:
            self._process.communicate()
        rows = [line.split(" ") for line in self._out.read_text().splitlines()]
        return [(float(moment), host, path) for moment, host, path in rows]


@contextmanager
def page_server(folder: Path, pages: int, kilobytes: int) -> Iterator[RunningServer]:
    """A server that is ready; it ends with the block."""
    out = folder / "arrived.txt"
    argv = [sys.executable, "-m", "tests.bench.page_server", str(pages), str(kilobytes), str(out)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        server = RunningServer(process, out)
        try:
            yield server
        finally:
            server.stop()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
