"""Names in a chunk: persons, organisations, places, products, methods, dates and acronyms, told by their form.

A statistical model was measured and left out: spaCy's small English pipeline takes 15 ms a chunk, and in technical text
it makes persons of verbs and money of formulas. What is a name shows in how the chunk itself writes the word elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from agent.job.records import Chunk
from workers.generate.context.dates import dates
from workers.generate.context.prose import Line
from workers.generate.context.quantities import is_unit
from workers.generate.context.record import Entity, EntityLabel
from workers.generate.context.tagging import Token, is_known_name, is_word
from workers.generate.reading.words import word_list

_LISTS = tomllib.loads((files("workers.generate.context") / "names.toml").read_text(encoding="utf-8"))
_TITLES, _PROFESSIONS, _DEEDS, _ORGANISATIONS, _PLACES, _METHODS = (
    frozenset(_LISTS[name].split()) for name in ("titles", "professions", "deeds", "organisations", "places", "methods")
)
_COMMON_OPENERS = word_list("common_openers")
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]+(?:-[A-Z0-9]+)*s?|[A-Z](?:-[A-Z0-9]+)+")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_ROMAN = re.compile(r"[IVXLC]+")
_PRODUCT = re.compile(
    r"[A-Z][A-Za-z]*[a-z][A-Z][A-Za-z0-9]*|[a-z]{1,3}[A-Z][A-Za-z0-9]{2,}|\w+\.js|[A-Z]{2,}[a-z]+[A-Za-z0-9]*"
    r"|[A-Z]\w*(?:\+\+|#)"
)
_LINKS = frozenset({"of", "the", "de", "van", "von", "der", "for", "la", "du", "and", "&"})
_OPENING_SIGNS = frozenset({":", "\u201c", '"', "(", "\u2022", "?"})
"""A capital behind them says as little as one at the beginning of the line."""
TITLE_CASE_SHARE = 0.6
TITLE_CASE_SHARE_OF_SENTENCES = 0.8
"""A line that writes more of its words with capitals tells nothing by them; a sentence may be full of names."""
TIMES_OF_A_PLAIN_WORD = 2
"""So often a word of the language stands with a capital inside sentences and is a name: one may be a button's label."""


def entities(chunk: Chunk, lines: Sequence[Line]) -> tuple[Entity, ...]:
    """The names of the chunk where each stands first, in order."""
    reader = _Reader(
        chunk.text,
        frozenset(token.text for line in lines for token in line.tokens if token.text.islower()),
        Counter(token.text for line in lines if line.is_complete for token in _inside(line) if token.is_name),
        _long_forms(chunk),
    )
    found: dict[str, Entity] = {}
    for line in lines:
        taken: set[int] = set()
        for entity in (*dates(line), *reader.names(line)):
            span = range(entity.start, entity.end)
            if taken.isdisjoint(span):
                taken.update(span)
                found.setdefault(entity.text, entity)
    return tuple(sorted(found.values(), key=lambda entity: entity.start))


def _long_forms(chunk: Chunk) -> dict[str, str]:
    from abbreviation_extractor import extract_abbreviation_definition_pairs

    return {pair.abbreviation: pair.definition for pair in extract_abbreviation_definition_pairs(chunk.own_text)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Finds the names of one chunk's lines."""

    text: str
    lowered: frozenset[str]
    """Words that the chunk writes in lower case."""
    inside: Counter[str]
    """Words that it writes with a capital inside sentences, and how often."""
    long_forms: dict[str, str]

    def names(self, line: Line) -> Iterator[Entity]:
        """The names of a line in order."""
        if _is_title_case(line):
            return
        run: list[Token] = []
        for position, token in enumerate((*line.tokens, Token(".", line.end, "."))):
            is_part = position < len(line.tokens) and self._is_part(line, position)
            if (is_part and (not run or self._goes_on(run[-1], token))) or (run and self._links(line, run, position)):
                run.append(token)
                continue
            yield from self._named(line, run, token)
            run = [token] if is_part else []

    def _is_part(self, line: Line, position: int) -> bool:
        token, word = line.tokens[position], line.tokens[position].text
        is_key = position and line.tokens[position - 1].text == "["  # of a citation
        if is_key or re.search(r"-[a-z]", word) or not (word[0].isupper() or _PRODUCT.fullmatch(word)):
            return False
        if len(word) == 1:  # an initial
            return word != "I" and position + 1 < len(line.tokens) and line.tokens[position + 1].text == "."
        if word in _TITLES:
            return True
        if position and line.tokens[position - 1].text[0].isdigit() and is_unit(word):
            return False
        if _ACRONYM.fullmatch(word) or _PRODUCT.fullmatch(word):
            return True
        if position and line.tokens[position - 1].text not in _OPENING_SIGNS:
            return word.lower() not in self.lowered or token.tag.startswith("NNP")
        is_english = is_word(word) and not is_known_name(word)
        is_plain = word.lower() in self.lowered or word.lower() in _COMMON_OPENERS or is_english
        following = line.tokens[position + 1 : position + 2]
        return word in self.inside or (not is_plain and bool(following) and following[0].is_name)

    def _goes_on(self, last: Token, token: Token) -> bool:
        between = self.text[last.end : token.start]
        if _POSSESSIVE.search(last.text):
            return False
        is_short = len(last.text) == 1 or last.text in _TITLES
        return between in (" ", "-", "\u2013", " & ") or (between in (".", ". ") and is_short)

    def _links(self, line: Line, run: Sequence[Token], position: int) -> bool:
        """Whether the token joins two parts of one name, as in "Institute of Physics" and "Ludwig van Beethoven"."""
        if position + 1 >= len(line.tokens) or line.tokens[position].lower not in _LINKS:
            return False
        last, token, following = run[-1], line.tokens[position], line.tokens[position + 1]
        if self.text[last.end : token.start] != " ":
            return token.text == "." and (len(last.text) == 1 or last.text in _TITLES)
        if token.lower in ("of", "for", "the", "and", "&"):
            belongs = last.text in _ORGANISATIONS or last.lower in _LINKS
            return belongs and (following.is_name or following.lower == "the")
        return following.is_name

    def _named(self, line: Line, run: Sequence[Token], after: Token) -> Iterator[Entity]:
        while run and (run[-1].lower in _LINKS or run[-1].text in _TITLES):
            run = run[:-1]
        if not run:
            return
        start, end = run[0].start, run[-1].end
        if after.lower in _METHODS and self.text[end : after.start] in (" ", "-"):
            yield Entity(self.text[start : after.end], start, "method")
        elif label := self._label([token.text for token in run], self.text[line.start : start], after):
            name = _POSSESSIVE.sub("", self.text[start:end])
            yield Entity(name, start, label, self.long_forms.get(name, "") if label == "acronym" else "")

    def _label(self, words: Sequence[str], before: str, after: Token) -> EntityLabel | None:
        name = " ".join(words)
        if len(words) == 1:
            return self._label_of_one(name)
        if _PLACES & set(words) or name in _territories():
            return "place"
        if _ORGANISATIONS & set(words):
            return "organisation"
        if any(_PRODUCT.fullmatch(word) for word in words) or words[-1][0].isdigit():
            return "product"
        if _is_person(words, before, after):
            return "person"
        return "method" if words[-1].lower() in _METHODS and words[-1] != "Code" else "name"

    def _label_of_one(self, word: str) -> EntityLabel | None:
        bare = _POSSESSIVE.sub("", word)
        if bare in _territories():
            return "place"
        if _ACRONYM.fullmatch(bare) and not _ROMAN.fullmatch(bare):
            return "acronym"
        if _PRODUCT.fullmatch(bare):
            return "product"
        is_name = is_known_name(bare) or not is_word(bare) or self.inside[word] >= TIMES_OF_A_PLAIN_WORD
        return "name" if len(bare) > 2 and is_name and bare.lower() not in self.lowered else None


def _is_person(words: Sequence[str], before: str, after: Token) -> bool:
    if words[0] in _TITLES or any(len(word) == 1 for word in words[:-1]):
        return True
    if len(words) > 4 or any(_ACRONYM.fullmatch(word) for word in words):
        return False
    preceding = before.split()[-1:] or [""]
    return preceding[0].lower() in _PROFESSIONS or after.lower in _DEEDS


def _is_title_case(line: Line) -> bool:
    words = [token.text for token in line.tokens if token.text[0].isalpha() and len(token.text) > 3]
    capitals = sum(word[0].isupper() for word in words)
    if line.is_complete:
        return len(words) > 5 and capitals > TITLE_CASE_SHARE_OF_SENTENCES * len(words)
    return len(words) > 1 and capitals > TITLE_CASE_SHARE * len(words)


def _inside(line: Line) -> Iterator[Token]:
    """Tokens of a sentence that nothing but being a name gives a capital; adjectives ("German") are none."""
    for before, token in pairwise(line.tokens):
        if before.text not in _OPENING_SIGNS and not token.tag.startswith("JJ"):
            yield token


@cache
def _territories() -> frozenset[str]:
    """Countries, regions and continents, from the Unicode CLDR (https://cldr.unicode.org)."""
    from babel import Locale

    return frozenset({*Locale("en").territories.values(), *_LISTS["territories"].split()} - {"World"})
