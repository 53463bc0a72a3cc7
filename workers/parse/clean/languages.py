"""What differs from language to language in writing, in one table: spaces, hyphens, kashidas, signs of full width."""

from __future__ import annotations

from typing import NamedTuple


class Writing(NamedTuple):
    """How one language is written, as far as cleaning has to know."""

    spaced_signs: str = ""
    """Signs that a space rightly stands before."""
    suspended: frozenset[str] = frozenset({"and", "or", "to", "und", "oder", "et", "ou", "y", "o", "e"})
    """Words before which a hyphen at a line's end stays: two- and three-qubit gates, Hard- und Software."""
    spaces: bool = True
    """Whether words stand apart."""
    full_width: bool = False
    """Whether ，。！？：；（） of full width are its own punctuation."""
    kashida: bool = False
    """Whether U+0640 between letters only stretches the line."""


DEFAULT = Writing()

_FRENCH = Writing(spaced_signs=";:!?", suspended=frozenset({"et", "ou", "à"}))
_CHINESE = Writing(spaces=False, full_width=True)
_ARABIC = Writing(kashida=True)

LANGUAGES: dict[str, Writing] = {
    "fr": _FRENCH,
    "br": _FRENCH,
    "de": Writing(suspended=frozenset({"und", "oder", "bzw", "bis", "sowie", "als", "wie"})),
    "nl": Writing(suspended=frozenset({"en", "of", "tot"})),
    "af": Writing(suspended=frozenset({"en", "of", "tot"})),
    "sv": Writing(suspended=frozenset({"och", "eller", "samt"})),
    "da": Writing(suspended=frozenset({"og", "eller", "samt"})),
    "nb": Writing(suspended=frozenset({"og", "eller", "samt"})),
    "no": Writing(suspended=frozenset({"og", "eller", "samt"})),
    "fi": Writing(suspended=frozenset({"ja", "tai", "sekä"})),
    "zh": _CHINESE,
    "ja": _CHINESE,
    "ko": Writing(full_width=True),
    "th": Writing(spaces=False),
    "lo": Writing(spaces=False),
    "km": Writing(spaces=False),
    "my": Writing(spaces=False),
    "ar": _ARABIC,
    "fa": _ARABIC,
    "ur": _ARABIC,
    "ug": _ARABIC,
    "ps": _ARABIC,
    "ku": _ARABIC,
}
"""ISO 639-1 -> writing; others are written as the default. French: Lexique des règles typographiques en usage à
l'Imprimerie nationale; German and Nordic: § 98 of the official rules and their likes; Chinese and Japanese: W3C clreq
and jlreq; Arabic: W3C alreq."""


def writing(language: str) -> Writing:
    """How this language is written; the default for what is unknown."""
    return LANGUAGES.get(language, DEFAULT)
