"""Whether two sentences say of the same thing that it is and that it is not, that it grows and that it shrinks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from workers.generate.grounding.words import (
    AUXILIARIES,
    BARRIERS,
    NOUN_NEGATIONS,
    SYMMETRIC,
    is_negation,
    is_small,
    opposites,
    stem,
    words,
)

REACH_WORDS = 6
"""So many content words after a negation are negated, unless the clause ends before."""
MIN_EXCHANGED_WORDS = 3
MIN_EXCHANGED_SHARE = 0.75
"""Fewer words in common and the two sentences may be about different things."""
MIN_TAKEN = 2
MIN_TAKEN_SHARE = 0.5
"""Of the words that the evidence denies, a claim without any negation may repeat fewer: more, and it says the contrary
in a synonym ("did not increase the rate", "raised the rate")."""

_CLAUSE = re.compile(r"[,;:.!?()\n]")
_IDLE = re.compile(r"\b(?:not (?:only|just|merely|necessarily)|no longer than|^no,)", re.IGNORECASE)
"""Negations that negate nothing that is said after them."""
_PREFIXED = re.compile(r"^(?:in|im|ir|il|un|non|dis)(?=\w{4})|(?<=\w{3})less$")
_ENUMERATION = re.compile(r"\w, (?:[\w'’-]+ ){1,3}(?:and|or) \w|\w, (?:[\w'’-]+ ?){1,3}, (?:and|or) \w")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|gets?|got)\s+(?:\w+ly\s+)?\w+(?:ed|en|wn|ut|lt|ld|nt|un|ght)\b.*\bby\b"
)


class Stand(NamedTuple):
    """What a sentence affirms and denies, by stems."""

    order: tuple[str, ...]
    """Stems of its content words in their order."""
    affirmed: frozenset[str]
    denied: frozenset[str]
    heads: tuple[str, ...]
    """The first content word after each negation: what is denied first of all."""
    negations: int
    passive: bool
    prefixed: frozenset[str]
    """Its words that deny by themselves."""
    enumerates: bool


@lru_cache(maxsize=8192)
def stand(sentence: str) -> Stand:
    """How the sentence stands to its words."""
    order: list[str] = []
    affirmed: set[str] = set()
    denied: set[str] = set()
    heads: list[str] = []
    prefixed: set[str] = set()
    negations = 0
    for clause in _CLAUSE.split(_IDLE.sub(" ", sentence.strip())):
        reach, fresh, of_noun = 0, False, False
        for word in words(clause):
            if is_negation(word):
                reach, fresh = (0, False) if reach == REACH_WORDS and fresh else (REACH_WORDS, True)
                of_noun = word.lower() in NOUN_NEGATIONS
                negations += 1
            elif word.lower() in BARRIERS or (of_noun and not fresh and word.lower() in AUXILIARIES):
                reach = 0
            elif not is_small(word):
                root = stem(word)
                order.append(root)
                bare = _PREFIXED.sub("", word.lower())
                if bare != word.lower():
                    prefixed.add(root)
                    (affirmed if reach else denied).add(stem(bare))
                (denied if reach else affirmed).add(root)
                if reach and fresh and not root.isdigit():
                    heads.append(root)
                fresh, reach = False, max(0, reach - 1)
    return Stand(
        tuple(order), frozenset(affirmed), frozenset(denied), tuple(heads), negations, bool(_PASSIVE.search(sentence)),
        frozenset(prefixed), bool(_ENUMERATION.search(sentence)),
    )  # fmt: skip


def flips(claim: Stand, evidence: Stand) -> str:
    """The word that one of them affirms and the other denies, or ''.

    A claim that denies in a word of its own ("unnecessary", "tasteless") is not held to the evidence's denials, and
    where both deny as often, they may put it differently.
    """
    if claim.negations and claim.negations == evidence.negations:
        return ""
    for head in claim.heads:
        if head in evidence.affirmed and head not in evidence.denied:
            return head
    if 0 < len(claim.prefixed - evidence.prefixed) >= evidence.negations - claim.negations:
        return ""
    for head in evidence.heads:
        if head in claim.affirmed and head not in claim.denied:
            return head
    if not claim.negations and evidence.negations:
        taken = evidence.denied & claim.affirmed - evidence.affirmed
        if len(taken) >= MIN_TAKEN and len(taken) >= MIN_TAKEN_SHARE * len(evidence.denied):
            return min(taken)
    return ""


def opposed(claim: Stand, evidence: Stand) -> str:
    """The word of the claim whose opposite the evidence has instead, or ''; a denied opposite is no opposite."""
    said, stated = set(claim.order), set(evidence.order)
    for word in claim.order:
        if word in stated:
            continue
        for other in sorted(opposites().get(word, ())):
            if other in stated and other not in said and (word in claim.denied) == (other in evidence.denied):
                return word
    return ""


def exchanged(claim: Stand, evidence: Stand) -> bool:
    """Whether the claim puts the evidence's words on the other sides of the same verb: B controls A for A controls B.

    Both must be active or both passive, and almost all of the claim's words must stand in the evidence once. Items of
    an enumeration may change places.
    """
    if claim.passive != evidence.passive or SYMMETRIC & {*claim.order, *evidence.order}:
        return False
    shared = [word for word in claim.order if evidence.order.count(word) == 1 and claim.order.count(word) == 1]
    if len(shared) < MIN_EXCHANGED_WORDS or len(shared) < MIN_EXCHANGED_SHARE * len(set(claim.order)):
        return False
    places = [evidence.order.index(word) for word in shared]
    ranked = sorted(places)
    moved = [at for at, place in enumerate(places) if place != ranked[at]]
    if len(moved) == 2:
        first, last = moved
        return last - first > 1 and not claim.enumerates
    return not claim.enumerates and any(
        max(places[pivot + 1 :]) < places[pivot] < min(places[:pivot]) for pivot in range(1, len(places) - 1)
    )
