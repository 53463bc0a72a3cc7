"""The names of a text: of people and things, acronyms, identifiers of code, signs of formulas."""

from __future__ import annotations

import re
from functools import lru_cache

from workers.generate.grounding.numbers import is_unit
from workers.generate.grounding.words import is_rare, is_small, is_usually_capital, stem, word_list

_FORMULA = re.compile(r"\$\$?[^$]+\$\$?|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_SIGN = re.compile(r"\\[a-zA-Z]+|[a-zA-Z]+|[∀-⋿α-ωΑ-Ω]")
_LAYOUT = frozenset(word_list("layout_commands"))
"""Commands that only arrange what the others say."""
_TOKEN = re.compile(r"[^\W_][\w]*(?:(?:::|[.\-/])[^\W_]\w*)*(?:\(\))?[#+]*|_\w+")
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_OPENING = re.compile(r"(?:^|[.!?:;]\s+|\n\s*(?:[-*•]\s+|\d+[.)]\s+)?|[\"“(]|\A\s*)$")
_DIVIDED = re.compile(r"::|[.\-/_]|\(\)|(?<=[a-z])(?=[A-Z])|(?<=[a-z])(?=\d)")
_COMMON_ENDINGS = word_list("common_endings")
"""Of rare words that are no names, though a sentence begins with them."""
_CALENDAR = frozenset(word_list("calendar"))


@lru_cache(maxsize=4096)
def names(text: str) -> frozenset[str]:
    """The names as `key` spells them.

    A word is a name when it has capitals, digits or underscores inside, when it begins with a capital inside a
    sentence, and at the beginning of one when it is known with a capital rather than without.
    """
    found = {key(sign) for sign in _signs(text)}
    prose = _POSSESSIVE.sub("", _FORMULA.sub(" ", text))
    for match in _TOKEN.finditer(prose):
        opens = bool(_OPENING.search(prose[max(0, match.start() - 8) : match.start()]))
        for part in match[0].split("-"):
            if part and _is_name(part, opens=opens and match[0].startswith(part)):
                found.add(key(part))
    return frozenset(found - {""})


@lru_cache(maxsize=4096)
def known_as(text: str) -> frozenset[str]:
    """Every word of a text under which a name may be found there, and the initials of its runs of words."""
    prose = _POSSESSIVE.sub("", text)
    tokens = [part for match in _TOKEN.finditer(prose) for part in (match[0], *match[0].split("-"))]
    parts = {part for token in tokens for part in _DIVIDED.split(token) if part}
    signs = {key(sign) for sign in _signs(text)}
    return frozenset({key(each) for each in (*tokens, *parts)} | signs | _initials(prose))


def unfounded_name(claimed: frozenset[str], known: frozenset[str]) -> str:
    """The first claimed name, in the order of the alphabet, that is not known, or ''.

    An identifier is also known by its parts: `ApplyQFT` where "apply" and "QFT" stand.
    """
    return next((name for name in sorted(claimed) if name not in known and not _stands_in_parts(name, known)), "")


def key(name: str) -> str:
    """One spelling for a name: lower case, without brackets, the plural or possessive ending."""
    bare = name.removesuffix("()").lstrip("\\").casefold()
    return stem(bare) if bare.isalpha() and len(bare) > 2 else bare


def _signs(text: str) -> set[str]:
    found = (sign for formula in _FORMULA.findall(text) for sign in _SIGN.findall(formula))
    return {sign for sign in found if sign.lstrip("\\").lower() not in _LAYOUT}


def _is_name(word: str, *, opens: bool) -> bool:
    if word.isdigit() or len(word) == 1 or is_unit(word):
        return False
    tail = word[1:]
    if any(map(str.isupper, tail)) or "_" in word or "::" in word or word.endswith("()"):
        return True
    if any(map(str.isdigit, word)):
        return not word[0].isdigit()
    if not word[0].isupper() or is_small(word) or word.lower() in _CALENDAR:
        return word[0].isupper() and word.lower() in _CALENDAR and word.lower() not in ("may", "march")
    return not opens or is_usually_capital(word) or (is_rare(word) and not word.endswith(_COMMON_ENDINGS))


def _stands_in_parts(name: str, known: frozenset[str]) -> bool:
    parts = [key(part) for part in _DIVIDED.split(name) if part]
    return len(parts) > 1 and all(part in known for part in parts)


def _initials(text: str) -> set[str]:
    """Acronyms that the text's runs of two to six words could have: "quantum error correction" -> qec."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not is_small(word)]
    letters = "".join(word[0].lower() for word in words)
    return {letters[at : at + length] for length in range(2, 7) for at in range(len(letters) - length + 1)}
