"""A requests adapter that checks the peer's address on the connection itself, before anything is sent.

Looking a name up and then connecting by name leaves a gap in which the name can come to mean another address
(DNS rebinding). What the socket is connected to cannot change any more.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from agent.errors import DocumentRejected
from workers.crawl.http.address import address_allowed
from workers.crawl.http.canonical import Endpoint


class GuardedAdapter(HTTPAdapter):
    """Connects to allowed addresses only; raises DocumentRejected private_address for others."""

    def __init__(self, named: Collection[Endpoint]) -> None:
        self._named = named
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools that make guarded connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(self._named)


def _guarded_pools(named: Collection[Endpoint]) -> dict[str, type[HTTPConnectionPool]]:
    def checked(connection: HTTPConnection, sock: socket.socket) -> socket.socket:
        peer = sock.getpeername()[0]
        target = Endpoint(connection.host.strip("[]").lower(), connection.port or connection.default_port)
        if not address_allowed(peer, target, named):
            sock.close()
            raise DocumentRejected("private_address", f"{target.host}:{target.port} connected to {peer}")
        return sock

    class PlainConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class TlsConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = TlsConnection

    return {"http": PlainPool, "https": TlsPool}
