"""Finds bank accounts, payment cards and social security numbers by their check digits and what stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(
    r"(?<![\w.,-])(?<!\d )(?<![.,] )(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -])\d{6}\2\d{5})(?![\w-]|[.,]\d| \d)"
)
_NAMED_CARD = re.compile(
    r"(?:\bcards?\b|visa|mastercard|amex|american express|maestro|discover)[^\d\n]{0,24}(\d{13,19})(?!\w)",
    re.IGNORECASE,
)
_ISSUER = re.compile(r"4|5[1-5]|2[2-7]|3[47]|3[0568]|6(?:011|[45])")
_ROUND = re.compile(r"(?:\d*0[ -]){2,4}\d*0")
"""Numbers of a table: one in ten rows of four would have a right check digit."""
_SOCIAL_SECURITY = re.compile(
    r"(?:\bssn\b|social security)[^\d\n]{0,24}((?!000|666|9)\d{3}([ -]?)(?!00)\d{2}\2(?!0000)\d{4})(?!\w)",
    re.IGNORECASE,
)


def find_ibans(text: str) -> Iterator[Span]:
    """Where international bank account numbers stand (ISO 13616, check digits and the country's length)."""
    from stdnum import iban

    for match in _IBAN.finditer(text):
        written = match[0]
        while len(written) > 14 and not iban.is_valid(written):
            written = written.rpartition(" ")[0]  # a word in capitals may follow
        if len(written) > 14:
            yield match.start(), match.start() + len(written)


def find_cards(text: str) -> Iterator[Span]:
    """Where payment cards stand: in their usual groups, or in one run after a card's name; check digit by Luhn."""
    from stdnum import luhn

    for form, group in ((_CARD, 0), (_NAMED_CARD, 1)):
        for match in form.finditer(text):
            digits = re.sub(r"\D", "", match[group])
            if _ISSUER.match(digits) and luhn.is_valid(digits) and not _ROUND.fullmatch(match[group]):
                yield match.span(group)


def find_social_security(text: str) -> Iterator[Span]:
    """Where US social security numbers stand, said to be such."""
    for match in _SOCIAL_SECURITY.finditer(text):
        yield match.span(1)
