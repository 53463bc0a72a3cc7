"""Which network addresses may be connected to: the public ones, and those whose host the user named.

A page can link or redirect to ``http://169.254.169.254/`` or to a database on this machine; without this
check a crawler fetches it and hands it over as training data (server-side request forgery).
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from workers.crawl.http.canonical import Endpoint, canonical_url, endpoint

_NAT64 = IPv6Network("64:ff9b::/96")
"""The well-known prefix that wraps an IPv4 address for translation (RFC 6052)."""

_CLOSED = (
    IPv4Network("168.63.129.16/32"),  # public, yet Azure's own service to each of its machines
    IPv4Network("192.0.0.0/24"),  # set aside for protocols (RFC 6890); Oracle's metadata is at 192.0.0.192
    IPv6Network("::/96"),  # once IPv4-compatible (RFC 4291, 2.5.5.1)
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated (RFC 2765)
    IPv6Network("64:ff9b:1::/48"),  # translation to private networks (RFC 8215)
    IPv6Network("fec0::/10"),  # site-local, deprecated and still routed inside some sites (RFC 3879)
)
"""Closed beside what Python's registry calls private: none of it is a public web server."""


def address_allowed(address: str, target: Endpoint, named: Collection[Endpoint]) -> bool:
    """Whether a request to ``target`` may connect to this IP address.

    Global unicast addresses always; loopback, private, link-local (cloud metadata), shared, multicast and
    reserved ones only when the user named that very host and port, so that naming one service opens no other
    beside it. An IPv4 address wrapped in IPv6 (mapped, 6to4, Teredo, NAT64) counts as what it wraps.
    """
    return target in named or all(map(_is_public, _unwrapped(address)))


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _CLOSED)


def _unwrapped(address: str) -> list[IPv4Address | IPv6Address]:
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    wrapped: list[IPv4Address | IPv6Address] = [ip]
    if ip.sixtofour:
        wrapped.append(ip.sixtofour)
    if ip.teredo:
        wrapped.extend(ip.teredo)
    if ip in _NAT64:
        wrapped.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return wrapped


def resolve(target: Endpoint) -> list[str]:
    """The IP addresses of a host, in the resolver's order.

    Raises:
        OSError: the name has no address.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def named_endpoints(sources: Iterable[str], listed: Iterable[str] = ()) -> frozenset[Endpoint]:
    """The hosts with ports that the user named: those of ``site:`` sources, of the addresses on ``urls:`` lists and
    of endpoints that stand in for a service.

    ``listed`` are the addresses of the latter two.
    """
    urls = [source.partition(":")[2] for source in sources if source.startswith("site:")]
    named = set()
    for url in [*urls, *listed]:
        with suppress(ValueError):  # no address names no host; the source that holds it says so
            named.add(endpoint(canonical_url(url)))
    return frozenset(named)
