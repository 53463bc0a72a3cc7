"""Closed classes of English words that decide whether a phrase can stand alone."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

_LISTS = tomllib.loads((files("workers.generate.reading") / "english.toml").read_text(encoding="utf-8"))


def word_list(name: str) -> frozenset[str]:
    """The words of one list in ``english.toml``."""
    return frozenset(_LISTS[name].split())


ARTICLES = frozenset({"a", "an", "the"})
PRONOUNS = word_list("pronouns")
POINTERS = word_list("pointers")
VAGUE_MODIFIERS = word_list("vague_modifiers")
VAGUE_HEADS = word_list("vague_heads")
PREPOSITIONS = word_list("prepositions")
VERBS = word_list("verbs")
DISCOURSE_OPENERS = word_list("discourse_openers")

_POINTING = re.compile(
    r"\b(?:above|below|previously|the (?:previous|preceding)|the following|see also|[,;(] ?see|click|e-?mail"
    r"|refer to the|consult"
    r"|as (?:\w+ )?(?:shown|seen|mentioned|noted|described|discussed|elaborated)"
    r"|(?:learn|read|find out) more|visit (?:the|our)|more (?:information|details)|check out|listed here"
    r"|(?:on|in|at) this (?:link|blog|video|module|page)"
    r"|(?:this|the|next|previous|following|last) (?:section|article|chapter|page|document|note|site|example|figure"
    r"|table|tutorial|guide|(?:blog )?post|exercise|paper|analysis)"
    r"|(?:figure|fig\.|table|section|equation|eq\.|example|step) ?\(?(?:\d+|%s))\b",
    re.IGNORECASE,
)
_DEMONSTRATIVE = re.compile(r"\b(?:this|these|those|(?:of|in|to|from|by|with|for|at|on) that \w+)\b", re.IGNORECASE)
_BACK_REFERENCE = re.compile(
    r"\b(?:of|in|to|from|by|with|for|at|on|than|as|is|are|one of|some of) (?:them|it)(?=[\s.,;:])", re.IGNORECASE
)
_ADDING = re.compile(r"\balso\b(?! (?:known|called))|\bas well\b(?! as)|\btoo\.|^Another\b|\bthe (?:latter|former)\b")
_CONCLUDING = re.compile(r"(?:\S+ ){1,5}(?:hence|therefore|thus|then|however|instead)\b")
_LEFT_OPEN = re.compile(r"\b(?:both|neither|the two|the others?|the (?:\w+ ){1,3}ones?)[.)]*$", re.IGNORECASE)
OPENING_CHARACTERS = 60
"""A pronoun this near the beginning has nothing before it in its own sentence to stand for."""


def tokens(text: str) -> list[str]:
    """Words in lower case, punctuation dropped, apostrophes and hyphens kept."""
    return re.findall(r"[^\W_]+(?:['\u2019\-][^\W_]+)*", text.lower())


def points_elsewhere(text: str) -> bool:
    """Whether the text sends its reader to another place: a figure, a section, "above"."""
    return bool(_POINTING.search(text))


def has_pronoun(text: str) -> bool:
    """Whether any word gets its meaning from outside the text."""
    return any(token in PRONOUNS for token in tokens(text))


def leans_on_context(sentence: str) -> bool:
    """Whether a sentence opens with a pronoun or a connective, and so is understood only after the one before."""
    words = tokens(sentence)
    return not words or words[0] in PRONOUNS or words[0] in DISCOURSE_OPENERS


def adds_to_another(sentence: str) -> bool:
    """Whether a sentence adds something ("can also be created") to what was said before."""
    return bool(_ADDING.search(sentence))


def refers_back(sentence: str) -> bool:
    """Whether a demonstrative, an early pronoun or connective, or a last word such as "both" needs what was said
    before.
    """
    opening = sentence[:OPENING_CHARACTERS]
    return bool(
        _DEMONSTRATIVE.search(sentence)
        or _BACK_REFERENCE.search(opening)
        or _CONCLUDING.match(sentence)
        or _LEFT_OPEN.search(sentence)
    )
