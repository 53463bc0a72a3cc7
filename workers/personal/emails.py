"""Finds e-mail addresses, written plainly, grouped ({a,b}@host), with spaces, or with [at] and [dot]."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_][\w-]{1,62}"
_PLAIN = re.compile(
    rf"(?<![\w.+%-])(?:\{{[\w.+ ,;|-]{{1,300}}\}}|[\w.+%-]{{1,64}}(?:'[\w.+%-]{{1,64}})?)"
    rf"(?:@|\s@\s|\s?＠\s?)({_DOMAIN})(?![\w(@])"
)

_AT = r"(?:\s?(?:\[\s?(?i:at)\s?\]|\(\s?(?i:at)\s?\)|\{\s?(?i:at)\s?\}|<\s?(?i:at)\s?>)\s?|\sAT\s)"
_DOT = r"(?:\s?(?:\[\s?(?i:dot)\s?\]|\(\s?(?i:dot)\s?\)|\{\s?(?i:dot)\s?\}|<\s?(?i:dot)\s?>)\s?|\sDOT\s|\sdot\s|\.)"
_LABEL = r"[^\W_][\w-]{0,61}"
_SPELT = re.compile(
    rf"(?<![\w.+-])[\w+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}?{_AT}"
    rf"({_LABEL}(?:{_DOT}{_LABEL}){{0,5}}{_DOT}[^\W\d_]{{2,24}})\b"
)
"""In words only where brackets or capitals say that they stand for signs: "meet me at amazon dot com" is a sentence."""
_DOT_WORD = re.compile(_DOT)
_AT_WORD = re.compile(_AT)

_NOBODY = re.compile(r"(?:git|hg|svn)@[\w.-]+[:/]")
"""Accounts of code hosts in clone addresses: the same for everyone."""


def may_hold_emails(text: str) -> bool:
    """Whether a sign or a word for it stands in the text."""
    return "@" in text or "＠" in text or bool(_AT_WORD.search(text))


def find_emails(text: str) -> Iterator[Span]:
    """Where addresses stand whose domain ends in a real top-level domain (https://publicsuffix.org, by tld).

    Reserved domains (example.org) count too: nobody reads a text worse for it, and many real ones lie behind.
    """
    if "@" in text or "＠" in text:
        for match in _PLAIN.finditer(text):
            if _is_domain(match[1]) and not _NOBODY.match(text, match.start()):
                yield match.span()
    if _AT_WORD.search(text):
        for match in _SPELT.finditer(text):
            if _is_domain(_DOT_WORD.sub(".", match[1])):
                yield match.span()


def _is_domain(name: str) -> bool:
    from tld.utils import get_tld

    name = name.lower()
    return name.endswith((".example", ".test", ".invalid", ".localhost")) or bool(
        get_tld(f"http://{name}/", fail_silently=True)
    )
