"""`transformers serve` with SmolLM2-135M in a process of its own, and a proxy that writes down what goes through it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

START_S = 120.0
ANSWER_S = 150.0


@contextmanager
def transformers_serve(model: Path, log: Path) -> Iterator[str]:
    """The server's base URL, once it answers. One thread: more wait for each other longer than they compute."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model), "--host", "127.0.0.1"]
    options = ["--port", str(port), "--device", "cpu", "--default-seed", "1"]
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *options], stdout=output, stderr=output, env=os.environ | quiet, cwd=log.parent
        )
    try:
        deadline = time.monotonic() + START_S
        while not _is_healthy(port):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass
class Recorder:
    """What went through the proxy."""

    base_url: str = ""
    unknown: Collection[str] = ()
    """Types of response_format that are answered 400, as by a server that does not know them."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def told(self, name: str) -> int:
        """Tokens of all answers together, as the server counted them."""
        return sum(int(answer["usage"][name]) for answer in self.answers)


@contextmanager
def recorded(upstream: str) -> Iterator[Recorder]:
    """A proxy before a server."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            recorder.requests.append(json.loads(body))
            form = recorder.requests[-1].get("response_format", {}).get("type")
            if form in recorder.unknown:
                self._send(400, json.dumps({"error": {"message": f"response_format {form} is unknown"}}).encode())
                return
            request = urllib.request.Request(
                upstream + self.path.removeprefix("/v1"), body, {"Content-Type": "application/json"}
            )
            try:
                with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                    content = answer.read()
            except urllib.error.HTTPError as error:
                self._send(error.code, error.read())
                return
            recorder.answers.append(json.loads(content))
            self._send(200, content)

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    recorder.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
