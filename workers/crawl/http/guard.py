"""A requests adapter that checks the peer's address on the connection itself, before anything is sent.

Looking a name up and then connecting by name leaves a gap in which the name can come to mean another address
(DNS rebinding). What the socket is connected to cannot change any more.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Collection
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

from agent.errors import DocumentRejected
from workers.crawl.http.address import address_allowed
from workers.crawl.http.canonical import Endpoint

# At DEBUG it writes each request's whole address, keys included.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class GuardedAdapter(HTTPAdapter):
    """Connects to allowed addresses only; raises DocumentRejected private_address for others."""

    def __init__(
        self,
        named: Collection[Endpoint],
        watch: Callable[[socket.socket], None],
        sent: Callable[[], None],
        answered: Callable[[], None],
    ) -> None:
        """``watch`` is told which socket a request uses; ``sent`` is called when a request is on its way, ``answered``
        when the head of its answer is here.
        """
        self._named = named
        self._watch = watch
        self._sent = sent
        self._answered = answered
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools that make guarded connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(self._named, self._watch, self._sent, self._answered)


def _guarded_pools(
    named: Collection[Endpoint],
    watch: Callable[[socket.socket], None],
    sent: Callable[[], None],
    answered: Callable[[], None],
) -> dict[str, type[HTTPConnectionPool]]:
    def checked(connection: HTTPConnection, sock: socket.socket) -> socket.socket:
        peer = sock.getpeername()[0]
        target = Endpoint(connection.host.strip("[]").lower(), connection.port or connection.default_port)
        if not address_allowed(peer, target, named):
            sock.close()
            raise DocumentRejected("private_address", f"{target.host}:{target.port} connected to {peer}")
        watch(sock)
        return sock

    class Told(HTTPConnection):
        def request(self, *args: Any, **kwargs: Any) -> None:
            if self.sock is not None:
                watch(self.sock)
            super().request(*args, **kwargs)
            sent()

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
            answer = super().getresponse()
            answered()
            return answer

    class PlainConnection(Told):
        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class TlsConnection(Told, HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    return {"http": PlainPool, "https": TlsPool}
