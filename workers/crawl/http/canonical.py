"""The identity of a web address: its canonical form, the id made of it, its origin and host."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from courlan import normalize_url
from w3lib.url import canonicalize_url, safe_url_string

_REMEMBERED = 256
"""Addresses whose parts are kept: on its way through the client an address is taken apart again and again."""
_DEFAULT_PORT = {"http": 80, "https": 443}


class Endpoint(NamedTuple):
    """What a TCP connection goes to."""

    host: str
    port: int


@lru_cache(maxsize=_REMEMBERED)
def canonical_url(url: str) -> str:
    """The one form of an address: no fragment, default port, dot segments or tracking parameters; query
    sorted.

    Raises:
        ValueError: it is no absolute http or https address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname:
        raise ValueError(f"{url!r} is no absolute http or https address")
    parts.port  # noqa: B018 - raises ValueError where the port is no number
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    # Given as text, courlan would take "&section=0" for the entity &sect; and write "§ion=0".
    normal = normalize_url(urlsplit(safe_url_string(bare)))
    return str(canonicalize_url(normal, keep_fragments=False))


def document_id(url: str) -> str:
    """The stable id of a document: the first 16 hex digits of sha256(canonical address)."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


@lru_cache(maxsize=_REMEMBERED)
def origin(url: str) -> str:
    """Scheme, host and port of a canonical address, the scope of one robots.txt: ``http://host:port``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=_REMEMBERED)
def endpoint(url: str) -> Endpoint:
    """Host (lower case, IPv6 without brackets) and port that a request for this address connects to."""
    parts = urlsplit(url)
    return Endpoint(parts.hostname or "", parts.port or _DEFAULT_PORT.get(parts.scheme, 0))
