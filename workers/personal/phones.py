"""Finds telephone numbers: international and North American ones by form, others after a word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_GAP = r"[ .()/\u2010-\u2013-]{0,2}"
_INTERNATIONAL = re.compile(rf"(?<![\w+=^*/.,|>-])(?:\(\+[1-9]\d{{0,2}}\)|\+[1-9])(?:{_GAP}\d){{6,14}}(?!\w|[.,]\d)")
_AMERICAN = re.compile(
    r"(?<![\w.+$/(-])(?<!\d )(?:\+?1[ .-])?(?:\((?:[2-9]\d\d|123)\) ?\d{3}[ .-]\d{4}|[2-9]\d\d-\d{3}-\d{4})"
    r"(?!\w|-\w|[.,]\d)"
)
_WORDS = (
    r"tel|telefon|telefono|teléfono|telefone|téléphone|telephone|tél|tlf|tfn|puh|phone|phone number|fax|telefax|"
    r"mobile|móvil|handy|mobil|portable|whatsapp|hotline|helpline|toll[- ]free|fono|telefoon|тел|телефон|факс|"
    r"電話|电话|電話番号|手机|전화|هاتف|טלפון"
)
_NAMED = re.compile(
    rf"(?:(?<!\w)(?:{_WORDS})(?!\w)|电话|電話|전화|☎|📞|📱|"
    rf"\b(?:call|text|dial)(?: us| me| now| today| toll[- ]free)?(?: at| on)?(?= [(+0]|: ?| \d{{3}}[ .-]))"
    rf"(?: number| no\.?| nr\.?|\.|s)?[\s:：=\"'*_#]{{0,5}}(?:is |at |us at |on )?"
    rf"((?:\(?\+|\()?\d(?:{_GAP}\d){{5,14}})(?!\w|[.,]\d|%)",
    re.IGNORECASE,
)
_MARKS = re.compile(rf"{_WORDS}|☎|📞|📱|call|text|dial", re.IGNORECASE)

_OTHER = re.compile(
    r"(?:isbn|issn|arxiv|doi|pmid|pmcid|orcid|grant|award|contract|project|patent|serial|model|order|invoice|part|item|"
    r"sku|ean|asin|case|ticket|rfc|no\.|nr\.|#|id)(?:-1[03]|s| no\.?| nr\.?| number)?\)?[\s:.#]*$",
    re.IGNORECASE,
)
"""What stands before numbers that only look like those of telephones."""
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?(?:\D|$)|\d\d?[-./]\d\d?[-./](?:19|20)\d\d")
_DECIMAL = re.compile(r"\d+\.\d{5,}")

_REACH = 24
"""Characters before a number that are read for what it is."""
_LEAST_DIGITS = 7
_SURE_DIGITS = 10
"""From so many digits in groups an international number is believed that no operator gave out: 555 is for films."""


def find_phones(text: str) -> Iterator[Span]:
    """Where telephone numbers stand; identifiers of papers, books and grants, dates, versions and formulas stay.

    International numbers are checked against the numbering plans (phonenumbers, after Google's libphonenumber).
    """
    if "+" in text:
        for match in _INTERNATIONAL.finditer(text):
            if _is_international(match[0]):
                yield match.span()
    if "-" in text or "(" in text:
        for match in _AMERICAN.finditer(text):
            if not _OTHER.search(text[max(0, match.start() - _REACH) : match.start()]):
                yield match.span()
    if _MARKS.search(text):
        for match in _NAMED.finditer(text):
            number = match[1]
            digits = sum(map(str.isdigit, number))
            if digits >= _LEAST_DIGITS and not _DATE.match(number) and not _DECIMAL.fullmatch(number):
                yield match.span(1)


def _is_international(written: str) -> bool:
    import phonenumbers

    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(number):
        return True
    groups = re.findall(r"\d+", written)
    digits = sum(map(len, groups))
    grouped = 3 <= len(groups) <= digits / 2
    return grouped and digits >= _SURE_DIGITS and bool(phonenumbers.is_possible_number(number))
