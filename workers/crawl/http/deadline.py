"""An end for a request, whatever the other side does: headers and bodies that trickle meet no ordinary time limit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from workers.runtime.alarms import Alarms


@dataclass
class _Request:
    """One request under a time limit."""

    sock: socket.socket | None = None
    over: bool = False


class Deadline:
    """Cuts the connection of the one request under way when its time is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alarms = Alarms()
        self._now = _Request()

    @property
    def passed(self) -> bool:
        """Whether the last request was cut."""
        return self._now.over

    def watch(self, sock: socket.socket) -> None:
        """This is the connection that the request goes over."""
        with self._lock:
            self._now.sock = sock
            if self._now.over:
                _cut(sock)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """The block, with its connection cut after so long."""
        request = self._now = _Request()
        alarm = self._alarms.after(seconds, lambda: self._end(request))
        try:
            yield
        finally:
            self._alarms.call_off(alarm)
            with self._lock:
                request.sock = None  # a connection that is kept alive belongs to the next request

    def _end(self, request: _Request) -> None:
        with self._lock:
            request.over = True
            if request.sock is not None:
                _cut(request.sock)


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):  # it was closed meanwhile
        # Of the plain socket: that of TLS would first forget its state under the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
