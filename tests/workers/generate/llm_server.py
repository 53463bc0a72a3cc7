"""A real OpenAI-compatible HTTP server on loopback that gives scripted answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROMPT_TOKENS = 100
COMPLETION_TOKENS = 20


@dataclass(frozen=True)
class Reply:
    """One scripted answer: the assistant's content, or an error status, after a pause."""

    content: str = ""
    status: int = 200
    error: str = "scripted"
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


def examples(*items: tuple[str, str, str, str]) -> Reply:
    """A good answer with (kind, prompt, response, evidence) examples."""
    names = ("kind", "prompt", "response", "evidence")
    return Reply(json.dumps({"examples": [dict(zip(names, item, strict=True)) for item in items]}))


@dataclass
class Endpoint:
    """Where the server listens and what it was asked."""

    base_url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextmanager
def llm_server(*script: Reply) -> Iterator[Endpoint]:
    """Serve ``script``, one reply a request, the last one again and again."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
    server.script = _Script(script, endpoint)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Script:
    def __init__(self, replies: Sequence[Reply], endpoint: Endpoint) -> None:
        self.replies = replies
        self.endpoint = endpoint
        self.lock = threading.Lock()

    def next(self, body: dict[str, Any], key: str) -> Reply:
        with self.lock:
            number = len(self.endpoint.requests)
            self.endpoint.requests.append(body)
            self.endpoint.keys.append(key)
        return self.replies[min(number, len(self.replies) - 1)]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self._send(404, {"error": {"message": self.path}}, {})
            return
        script: _Script = self.server.script  # type: ignore[attr-defined]
        reply = script.next(body, self.headers.get("Authorization", ""))
        time.sleep(reply.pause_s)
        if reply.status != 200:
            self._send(reply.status, {"error": {"message": reply.error, "type": "scripted"}}, reply.headers)
            return
        self._send(200, _completion(body["model"], reply.content), reply.headers)

    def _send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


def _completion(model: str, content: str) -> dict[str, Any]:
    return {
        "id": "c-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {
            "prompt_tokens": PROMPT_TOKENS,
            "completion_tokens": COMPLETION_TOKENS,
            "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
        },
    }
