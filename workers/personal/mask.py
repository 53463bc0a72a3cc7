"""Puts ``<EMAIL>``, ``<PHONE>``, ``<IP>``, ``<KEY>`` … where personal data and secrets stood, and counts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from workers.personal.accounts import find_cards, find_ibans, find_social_security
from workers.personal.addresses import find_addresses
from workers.personal.emails import find_emails, may_hold_emails
from workers.personal.keys import find_keys, may_hold_keys
from workers.personal.phones import find_phones

Span = tuple[int, int]

Finder = tuple[str, Callable[[str], Iterator[Span]]]
"""The kind, and what finds it."""

_WITH_DIGITS: tuple[Finder, ...] = (
    ("iban", find_ibans),
    ("card", find_cards),
    ("ssn", find_social_security),
    ("ip", find_addresses),
    ("phone", find_phones),
)
"""In this order: what has check digits goes before what is known by its form alone."""

_SEVEN_DIGITS = re.compile(r"\d(?:[^\d\n]{0,3}\d){6}")
"""No account, card or telephone number is shorter, and few blocks have so many digits."""
_ADDRESS = re.compile(r"\d\.\d{1,3}\.\d|[0-9a-fA-F]:[0-9a-fA-F]{0,4}:")


def finders(text: str) -> tuple[Finder, ...]:
    """What may find something in this text, or in a part of it, beside numbers: most documents hold no key at all."""
    keys: tuple[Finder, ...] = (("key", find_keys),) if may_hold_keys(text) else ()
    emails: tuple[Finder, ...] = (("email", find_emails),) if may_hold_emails(text) else ()
    return keys + emails


def masked(text: str, counts: Counter[str], able: Iterable[Finder] | None = None) -> str:
    """The text with one mask a find; ``counts`` gains the finds by kind (email, phone, ip, key, iban, card, ssn).

    ``able`` is what `finders` says of a text that this one is part of.
    """
    for kind, find in finders(text) if able is None else able:
        text = _replaced(text, kind, find, counts)
    if _SEVEN_DIGITS.search(text) or _ADDRESS.search(text):
        for kind, find in _WITH_DIGITS:
            text = _replaced(text, kind, find, counts)
    return text


def without_emails(names: Iterable[str]) -> tuple[str, ...]:
    """Names of authors, where an address stood beside or instead of one its mask."""
    return tuple(_replaced(name, "email", find_emails, Counter()) for name in names)


def _replaced(text: str, kind: str, find: Callable[[str], Iterator[Span]], counts: Counter[str]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in sorted(find(text)):
        if start >= end:
            pieces += (text[end:start], f"<{kind.upper()}>")
            end = stop
            counts[kind] += 1
    return "".join((*pieces, text[end:])) if pieces else text
