"""Noun phrases of tagged lines: what concepts, names and the two sides of a relation are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.generate.context.tagging import MASK, Token, singular
from workers.generate.reading.words import POINTERS, PRONOUNS, VAGUE_MODIFIERS, word_list

MAX_WORDS = 4
_INSIDE = ("NN", "JJ", "VBN", "VBG")
_NO_BEGINNING = POINTERS | PRONOUNS | VAGUE_MODIFIERS | word_list("phrase_strippers")
_DETERMINERS = ("DT", "PRP", "PRP$", "PDT")
_OPENERS = ("DT", "PRP$", "JJ", "CD")


_CONTRACTED = re.compile(r"['\u2019](?:s|re|ll|ve|d|m|t)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of adjectives and nouns that ends in a noun, without article."""

    tokens: tuple[Token, ...]

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    @property
    def key(self) -> str:
        """What all mentions of the same thing have in common: lower case, the last word in the singular."""
        *before, last = self.tokens
        return " ".join((*(token.lower for token in before), singular(last.text)))


def noun_phrases(tokens: Sequence[Token]) -> Iterator[Phrase]:
    """The longest noun phrases of a line in order, of up to `MAX_WORDS` words, vague modifiers left out."""
    run: list[Token] = []
    before = ""
    for token in (*tokens, Token(".", 0, ".")):
        if _goes_on(token, run, before):
            run.append(token)
        else:
            if phrase := _trimmed(run, token):
                yield phrase
            run = [token] if _goes_on(token, [], before) else []
        before = token.tag


def _goes_on(token: Token, run: Sequence[Token], before: str) -> bool:
    if token.text[0] == MASK or len(token.text) < 2 or not token.text[0].isalpha() or _CONTRACTED.search(token.text):
        return False
    if token.tag in ("VBN", "VBG"):
        if run:
            return token.lower.endswith("computing")
        # "the boiling water" names a thing, "by boiling water" and "was boiled" tell what is done
        return before in _OPENERS or (token.tag == "VBN" and before in ("", "IN", "CC"))
    if token.tag.startswith("JJ") and run and run[-1].is_noun:
        return False
    return token.tag.startswith(_INSIDE)


def _trimmed(run: Sequence[Token], following: Token) -> Phrase | None:
    kept = list(run)
    if len(kept) > 1 and kept[-1].tag == "NNS" and following.tag in (*_DETERMINERS, "WRB"):
        kept.pop()  # "the code displays the energy": before an article it is the verb
    while kept and not (kept[-1].is_noun or (len(kept) > 1 and kept[-1].tag == "VBG")):
        kept.pop()
    while kept and (kept[0].lower in _NO_BEGINNING or kept[0].tag in ("JJR", "JJS") or kept[0].lower.endswith("ly")):
        kept.pop(0)
    return Phrase(tuple(kept[-MAX_WORDS:])) if kept else None
