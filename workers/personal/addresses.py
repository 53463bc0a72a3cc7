"""Finds IP addresses that belong to somebody: global ones, told from version and section numbers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

Span = tuple[int, int]

_V4 = re.compile(r"(?<![\w.])(?<![\w.]-)\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d|-\w)")
_V6 = re.compile(r"(?<![\w:.])[23][0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
"""Global unicast addresses only (2000::/3, RFC 4291): std::a, a::b and 12:30:45 have the form of others."""

_COUNTED = re.compile(
    r"(?:\b(?:versions?|ver\.?|v|releases?|rev(?:ision)?\.?|build|driver|firmware|sections?|sec\.?|chapters?|clauses?|"
    r"figures?|fig\.?|tables?|appendix|annex|paragraphs?|oid|equations?|eqs?\.?|abschnitt|kapitel)|§|"
    r"[<>=~!]=|~>)[\s(:]*$",
    re.IGNORECASE,
)
"""What stands before a number with dots that counts something."""

_NAMED = re.compile(
    r"(?:\bip(?:v4)?\b|address|adresse|hosts?\b|server|dns|ping|ssh|telnet|gateway|router|subnet|netmask|inet|"
    r"proxy|firewall|://|@)[^\n]{0,24}$",
    re.IGNORECASE,
)
_PORT_OR_NET = re.compile(r":\d{2,5}\b|/\d{1,2}\b")

_LEAST_OCTET = 20
"""Numbers of four parts below it at their start are taken for versions and sections unless an address is spoken of:
no four-part version that fits into octets begins so high, and few sections do."""
_HIGH_OCTET = 100
"""Nor has a version or a section two parts so high."""

_REACH = 40
"""Characters before an address that are read for what it is."""


def find_addresses(text: str) -> Iterator[Span]:
    """Where global addresses stand, IPv4 and IPv6.

    Private, loopback, link-local and documentation ranges (RFC 1918, 5737, 3849 and the registry behind
    ``ipaddress.is_global``) are no one's data and stay, as in FineWeb (Penedo et al. 2024, section 3.7).
    """
    for match in _V4.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()]
        octets = [int(octet) for octet in match[0].split(".")]
        sure = octets[0] >= _LEAST_OCTET or sum(octet >= _HIGH_OCTET for octet in octets) > 1
        spoken_of = sure or _NAMED.search(before) or _PORT_OR_NET.match(text, match.end())
        if spoken_of and _is_global(match[0]) and not _COUNTED.search(before):
            yield match.span()
    if ":" in text:
        for match in _V6.finditer(text):
            if _is_global(match[0]):
                yield match.span()


def _is_global(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast
