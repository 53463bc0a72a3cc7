"""Names in a chunk: persons, organisations, places, products, methods, dates, acronyms; by form and by statistics.

A statistical model was measured and left out: spaCy's small English pipeline takes 15 ms a chunk, and of technical text it
makes persons of verbs and money of formulas. What is a name is told here by how the chunk itself writes the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from agent.job.records import Chunk
from workers.generate.context.prose import Line
from workers.generate.context.record import Entity, EntityLabel
from workers.generate.context.tagging import Token, is_word
from workers.generate.reading.words import word_list

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})(?:,? \d{{4}})?|(?:{_MONTHS})(?: \d{{1,2}}(?:st|nd|rd|th)?,?)?"
    r" \d{4}|\d{4}-[01]\d-[0-3]\d|(?:early |mid-|late )?(?:1[0-9]|20)\d0s|(?:\d{1,2}(?:st|nd|rd|th)|"
    r"(?:[a-z]+teenth|twent\w+[ -]\w+)) century(?: BCE?| AD)?|\d{1,4} BCE?|(?:(?<=[Ii]n )|(?<=[Ss]ince )|(?<=[Uu]ntil )"
    r"|(?<=after )|(?<=before ))(?:1\d|20)\d\d\b(?!\.\d| [a-z]+s\b)|(?<=\()(?:1[4-9]|20)\d\d(?=\)))"
)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]+(?:-[A-Z0-9]+)*s?|[A-Z](?:-[A-Z0-9]+)+")
_ROMAN = re.compile(r"[IVXLC]+")
_TITLES = frozenset({"Dr", "Prof", "Professor", "Mr", "Mrs", "Ms", "Sir", "Lord", "Lady", "King", "Queen", "President",
                     "Judge", "Justice", "Emperor", "Pope", "Saint", "Captain", "General"})  # fmt: skip
_ORGANISATIONS = frozenset({"University", "Institute", "Institution", "Inc", "Corp", "Corporation", "Laboratory", "Labs",
                            "Laboratories", "Company", "Agency", "Ministry", "Council", "Society", "Association", "Hospital",
                            "Bank", "Party", "Court", "Committee", "Foundation", "Commission", "Parliament", "Senate",
                            "Department", "Academy", "College", "Consortium", "Organization", "Organisation", "Ltd", "GmbH",
                            "Union", "Bureau", "Office", "Congress", "School", "Group"})  # fmt: skip
_PLACES = frozenset({"River", "Lake", "Mount", "Mountains", "City", "Island", "Islands", "Ocean", "Sea", "Valley", "Bay",
                     "Desert", "Peninsula", "County", "Province", "Street", "Cape", "Gulf", "Strait", "Canal"})  # fmt: skip
_METHODS = frozenset(
    "algorithm method theorem protocol test transform transformation effect law model equation equations principle procedure"
    " process reaction inequality notation distribution encoding code codes cipher paradox lemma conjecture rule syndrome"
    " disease scale index sequence series technique decomposition representation gate sphere cycle operator matrix"
    " matrices formula criterion rules laws".split()
)
_PERSON_CUES = re.compile(r"(?:\bby|chemist|physicist|physician|scientist|mathematician|author|inventor|engineer"
                          r"|judge|historian|researchers?|chef|named after|surgeon|biologist|astronomer|economist) $")  # fmt: skip
_PERSON_DEEDS = frozenset({"proposed", "introduced", "discovered", "invented", "published", "developed", "described", "showed",
                           "proved", "argued", "wrote", "founded", "built", "was", "won", "found", "observed", "suggested",
                           "demonstrated", "became", "formulated", "designed", "led", "gave", "performed"})  # fmt: skip
_PRODUCT = re.compile(r"[A-Z][A-Za-z]*[a-z][A-Z][A-Za-z0-9]*|[a-z]{1,3}[A-Z][A-Za-z0-9]*|\w+\.js|[A-Z]{2,}[a-z]+[A-Za-z0-9]*|[A-Z]\w*(?:\+\+|#)")
_LINKS = frozenset({"of", "the", "de", "van", "von", "der", "for", "la", "du", "and", "&"})
_COMMON_OPENERS = word_list("common_openers")


def entities(chunk: Chunk, lines: Sequence[Line]) -> tuple[Entity, ...]:
    """The names of the chunk where each stands first, in order."""
    long_forms = _long_forms(chunk)
    lowered = {token.text for line in lines for token in line.tokens if token.text.islower()}
    inside = {token.text for line in lines if line.is_complete for token in line.tokens[1:] if token.is_name}
    found: dict[str, Entity] = {}
    for line in lines:
        taken: set[int] = set()
        for entity in (*_dates(line), *_names(chunk.text, line, lowered, inside, long_forms)):
            span = range(entity.start, entity.end)
            if taken.isdisjoint(span):
                taken.update(span)
                found.setdefault(entity.text, entity)
    return tuple(sorted(found.values(), key=lambda entity: entity.start))


def _long_forms(chunk: Chunk) -> dict[str, str]:
    from abbreviation_extractor import extract_abbreviation_definition_pairs

    return {pair.abbreviation: pair.definition for pair in extract_abbreviation_definition_pairs(chunk.own_text)}


def _dates(line: Line) -> Iterator[Entity]:
    for match in _DATE.finditer(line.plain):
        yield Entity(match.group(), line.start + match.start(), "date")


def _names(
    text: str, line: Line, lowered: set[str], inside: set[str], long_forms: dict[str, str]
) -> Iterator[Entity]:
    if _is_title_case(line):
        return
    run: list[Token] = []
    for position, token in enumerate((*line.tokens, Token(".", line.end, "."))):
        if _is_part(token, line, position, lowered, inside) and (not run or _is_next(text, run[-1], token)):
            run.append(token)
        elif run and token.lower in _LINKS and _links(text, run[-1], token, line, position):
            run.append(token)
        else:
            if run:
                yield from _labelled(text, line, run, token, long_forms)
            run = [token] if _is_part(token, line, position, lowered, inside) else []


def _labelled(text: str, line: Line, run: list[Token], after: Token, long_forms: dict[str, str]) -> Iterator[Entity]:
    while run and (run[-1].lower in _LINKS or run[-1].text in _TITLES):
        run = run[:-1]
    if not run:
        return
    last = run[-1]
    end = after.end if after.lower in _METHODS and text[last.end : after.start] in (" ", "-") else last.end
    start = run[0].start
    name = text[start:end]
    label = "method" if end != last.end else _label(text, line, run, after)
    if label:
        yield Entity(name, start, label, long_forms.get(name, "") if label == "acronym" else "")


def _label(text: str, line: Line, run: Sequence[Token], after: Token) -> EntityLabel | None:
    words = [token.text for token in run]
    before = text[line.start : run[0].start]
    if len(words) == 1:
        return _label_of_one(words[0], before, after)
    if words[0] in _TITLES or _is_person(words, before, after):
        return "person"
    if _ORGANISATIONS & set(words):
        return "organisation"
    if _PLACES & set(words) or " ".join(words) in _territories():
        return "place"
    if any(_PRODUCT.fullmatch(word) for word in words) or words[-1][0].isdigit():
        return "product"
    return "method" if words[-1].lower() in _METHODS else "name"


def _label_of_one(word: str, before: str, after: Token) -> EntityLabel | None:
    bare = word.removesuffix("'s").removesuffix("\u2019s")
    if bare in _territories():
        return "place"
    if len(bare) > 1 and _ACRONYM.fullmatch(bare) and not _ROMAN.fullmatch(bare) and any(map(str.isalpha, bare[1:])):
        return "acronym"
    if _PRODUCT.fullmatch(bare):
        return "product"
    if re.search(r"(?:\bet al)$", after.text) or (bare != word and len(bare) > 2):
        return "person"
    if _PERSON_CUES.search(before) and after.lower in {"in", "and", ",", "("} | _PERSON_DEEDS and before.endswith("by "):
        return "person"
    return "name" if len(bare) > 2 and not is_word(bare) else None


def _is_person(words: Sequence[str], before: str, after: Token) -> bool:
    if not 2 <= len(words) <= 4 or any(_ACRONYM.fullmatch(word) and len(word) > 1 for word in words):
        return False
    if {*_ORGANISATIONS, *_PLACES} & set(words) or " ".join(words) in _territories():
        return False
    initials = any(len(word) == 1 for word in words[:-1])
    return initials or bool(_PERSON_CUES.search(before)) or after.lower in _PERSON_DEEDS


def _is_part(token: Token, line: Line, position: int, lowered: set[str], inside: set[str]) -> bool:
    word = token.text
    if not word[0].isupper() and not _PRODUCT.fullmatch(word) or re.search(r"-[a-z]", word):
        return False
    if len(word) == 1:
        return position + 1 < len(line.tokens) and line.tokens[position + 1].text == "." and word != "I"
    first = position == 0 or line.tokens[position - 1].text in (":", "\u201c", '"', "(", "\u2022", "?")
    if not first:
        return word.lower() not in lowered or _ACRONYM.fullmatch(word) is not None or token.tag.startswith("NNP")
    if _ACRONYM.fullmatch(word) or _PRODUCT.fullmatch(word):
        return True
    plain = word.lower() in lowered or word.lower() in _COMMON_OPENERS or is_word(word)
    return (word in inside or not plain and token.tag.startswith("NNP")) and not word.lower().endswith(("ly", "ing"))


def _is_next(text: str, last: Token, token: Token) -> bool:
    return text[last.end : token.start] in (" ", "-", "\u2013", ". ", " & ") and (
        text[last.end : token.start] != ". " or len(last.text) == 1 or last.text in _TITLES
    )


def _links(text: str, last: Token, token: Token, line: Line, position: int) -> bool:
    following = line.tokens[position + 1] if position + 1 < len(line.tokens) else None
    if following is None or text[last.end : token.start] != " ":
        return False
    if token.lower in ("of", "for", "the", "and", "&"):
        belongs = last.text in _ORGANISATIONS or last.lower in _LINKS
        return belongs and (following.is_name or following.lower == "the")
    return following.is_name


def _is_title_case(line: Line) -> bool:
    """Whether the line writes most of its words with a capital, and so tells nothing by one."""
    words = [token.text for token in line.tokens if token.text[0].isalpha() and len(token.text) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.6 * len(words) and not line.is_complete


@cache
def _territories() -> frozenset[str]:
    """Names of countries and regions, from the Unicode CLDR (https://cldr.unicode.org), with continents."""
    from babel import Locale

    names: Iterable[str] = Locale("en").territories.values()
    return frozenset({*names, "America", "England", "Scotland", "Wales", "USA", "UK"} - {"World"})
