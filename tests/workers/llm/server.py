"""A real OpenAI-compatible server on loopback that gives scripted answers, fast enough for hundreds of calls at once.

`llm_server` runs in a thread and remembers what it was asked; `capped_server` runs in a process of its own, so that
throughput can be measured without sharing the client's interpreter lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

PROMPT_TOKENS = 100
COMPLETION_TOKENS = 20
TRICKLE_S = 0.02
"""Seconds between two bytes of an answer that trickles."""


@dataclass(frozen=True)
class Reply:
    """One scripted answer: the assistant's content, or an error status, after a pause."""

    content: str = ""
    status: int = 200
    error: str = "scripted"
    code: str = "scripted"
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    finish: str = "stop"
    message: dict[str, Any] = field(default_factory=dict)
    """Further fields of the message, such as ``refusal`` or ``reasoning_content``."""
    usage: dict[str, int] | None = field(
        default_factory=lambda: {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": COMPLETION_TOKENS}
    )
    fault: Literal["", "drop", "trickle", "garbage", "page"] = ""
    """Cut the connection, send a byte at a time for ever, or answer with JSON or a web page that is no completion."""


Script = Callable[[dict[str, Any]], Reply]
"""Answers by what it was asked."""


@dataclass(frozen=True)
class Cap:
    """How many requests are worked on at once; one more waits, or is answered 429."""

    at_once: int
    over: Literal["queue", "refuse"] = "queue"
    headers: dict[str, str] = field(default_factory=dict)
    """Of the 429, such as ``Retry-After``."""


@dataclass
class Endpoint:
    """Where the server listens, what it was asked, and what became of it."""

    base_url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sent: list[dict[str, int]] = field(default_factory=list)
    """The usage of each completion, as it was told to the client."""
    refused: int = 0
    at_once: int = 0
    most_at_once: int = 0


def examples(*items: tuple[str, str, str, str]) -> Reply:
    """A good answer with (kind, prompt, response, evidence) examples."""
    names = ("kind", "prompt", "response", "evidence")
    return Reply(json.dumps({"examples": [dict(zip(names, item, strict=True)) for item in items]}))


@contextmanager
def llm_server(
    *replies: Reply, script: Script | None = None, cap: Cap | None = None, port: int = 0
) -> Iterator[Endpoint]:
    """Serve ``replies``, one a request in the order they arrive, the last one again and again; or ask ``script``.

    Without ``port`` any free one is taken.
    """
    endpoint = Endpoint()
    in_turn = iter(replies[:-1])
    served = _Served(script or (lambda _: next(in_turn, replies[-1])), cap, endpoint)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(served.listen(port), loop).result()
    try:
        yield endpoint
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class CappedEndpoint:
    """A server in another process."""

    base_url: str

    def figures(self) -> dict[str, int]:
        """``answered``, ``refused``, ``at_once`` and ``most_at_once`` so far."""
        with urllib.request.urlopen(f"{self.base_url}/figures") as answer:
            figures: dict[str, int] = json.load(answer)
        return figures


@contextmanager
def capped_server(reply: Reply, cap: Cap) -> Iterator[CappedEndpoint]:
    """The same reply to everything, from a process of its own, with at most ``cap.at_once`` worked on at a time."""
    told = json.dumps({"reply": vars(reply), "cap": vars(cap)})
    process = subprocess.Popen([sys.executable, __file__, told], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield CappedEndpoint(process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


class _Served:
    def __init__(self, script: Script, cap: Cap | None, endpoint: Endpoint) -> None:
        self._script = script
        self._cap = cap
        self._places = asyncio.Semaphore(cap.at_once if cap else sys.maxsize)
        self._endpoint = endpoint

    async def listen(self, port: int = 0) -> asyncio.Server:
        server = await asyncio.start_server(self._connection, "127.0.0.1", port, backlog=1024)
        self._endpoint.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        return server

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                keys = [line.split(": ", 1)[1] for line in lines if line.lower().startswith("authorization:")]
                if not await self._answer(writer, first.split()[1], body, "".join(keys)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, path: str, content: bytes, key: str) -> bool:
        """Whether the connection stays open."""
        if path == "/v1/figures":
            return await _send(writer, 200, self._figures(), {})
        if path != "/v1/chat/completions":
            return await _send(writer, 404, {"error": {"message": path}}, {})
        body = json.loads(content)
        self._endpoint.requests.append(body)
        self._endpoint.keys.append(key)
        if self._cap and self._cap.over == "refuse" and self._places.locked():
            self._endpoint.refused += 1
            return await _send(writer, 429, {"error": {"message": "too many requests"}}, self._cap.headers)
        reply = self._script(body)
        async with self._place():
            await asyncio.sleep(reply.pause_s)
        if reply.fault == "drop":
            writer.transport.abort()
            return False
        if reply.fault == "trickle":
            await _trickle(writer)
        if reply.fault == "garbage":
            return await _send(writer, 200, ["no completion"], reply.headers)
        if reply.fault == "page":
            return await _send(writer, 200, "<!doctype html>", {"Content-Type": "text/html"})
        if reply.status != 200:
            return await _send(
                writer,
                reply.status,
                {"error": {"message": reply.error, "type": "scripted", "code": reply.code}},
                reply.headers,
            )
        self._endpoint.sent.append(reply.usage or {})
        return await _send(writer, 200, _completion(body["model"], reply), reply.headers)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        async with self._places:
            self._endpoint.at_once += 1
            self._endpoint.most_at_once = max(self._endpoint.most_at_once, self._endpoint.at_once)
            try:
                yield
            finally:
                self._endpoint.at_once -= 1

    def _figures(self) -> dict[str, int]:
        end = self._endpoint
        return {
            "answered": len(end.sent),
            "refused": end.refused,
            "at_once": end.at_once,
            "most_at_once": end.most_at_once,
        }


async def _send(writer: asyncio.StreamWriter, status: int, body: Any, headers: dict[str, str]) -> bool:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status} Scripted\r\n{head}\r\n".encode() + content)
    await writer.drain()
    return True


async def _trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(TRICKLE_S)


def _completion(model: str, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.content, **reply.message}
    completion: dict[str, Any] = {
        "id": "c-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "finish_reason": reply.finish, "message": message}],
    }
    if reply.usage is not None:
        completion["usage"] = reply.usage | {"total_tokens": sum(reply.usage.values())}
    return completion


async def _serve_alone(told: dict[str, Any]) -> None:
    reply, endpoint = replace(Reply(), **told["reply"]), Endpoint()
    server = await _Served(lambda _: reply, Cap(**told["cap"]), endpoint).listen()
    print(endpoint.base_url, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_alone(json.loads(sys.argv[1])))
