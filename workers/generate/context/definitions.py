"""Sentences that say what a term is: "X is a Y that …", "X refers to …", "… is called X", entries of a glossary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.job.records import BlockKind
from workers.generate.context.prose import Line
from workers.generate.context.record import Definition
from workers.generate.context.tagging import MASK
from workers.generate.reading.words import PRONOUNS, VAGUE_HEADS, VAGUE_MODIFIERS, leans_on_context, tokens, word_list

_TERM = rf"(?:In [^,]{{3,40}}, (?:an? |the )?|(?:An?|The) )?(?P<term>[^\W\d_{MASK}][^,;:(){MASK}]{{0,60}}?)"
_ASIDE = rf"(?: \([^)]{{1,60}}\)|,? {MASK}+,?|, (?:or|also|often|sometimes|short)\b[^,]{{2,60}},)?"
_IS_A = re.compile(
    rf"{_TERM}{_ASIDE} (?:is|are|was|were) (?:defined as |simply |essentially |basically )?"
    r"(?P<what>(?:an?|the|any|one of the)\b .+|(?:[\w\-]+ ){1,4}?(?:that|which|used|made|consisting) .+)",
    re.DOTALL,
)
_MEANS = re.compile(
    rf"{_TERM}{_ASIDE} (?:refers? to|means?|denotes?|stands? for|(?:is|are|can be) (?:defined|described|understood)"
    r" (?:as|by|to be)) (?P<what>.+)",
    re.DOTALL,
)
_CALLED = re.compile(
    r"(?:is|are|was|were|also|commonly|often|usually|sometimes|generally|we|,) "
    r"(?:called|known as|termed|referred to as|named|call this|call these) (?:an? |the )?"
    r"(?P<term>[^,;:.()]{2,50}?)(?=[,;:.()]| (?:and|because|which|that|when|if|in|for)\b)"
)
_ENTRY = re.compile(r"(?P<term>[A-Za-z][\w'\- ]{1,40}?)(?::| [-–—]) (?P<what>[A-Za-z].{20,})", re.DOTALL)
_DIFFERENTIA = re.compile(r"\b(?:that|which|who|whose|where|of|for|in|to|with|from|between|used|based|by|made|when)\b")
_JUDGEMENTS = word_list("judgements")
_STATES = re.compile(r"(?:ed|ing|ly)$")

_CLAUSE_WORDS = frozenset(
    ("is", "are", "was", "were", "has", "have", "can", "will", "if", "when", "because", "following", "above", "below")
)
"""They show that more than a term was caught."""

MAX_TERM_WORDS = 6
MIN_MEANING_WORDS = 4


def definitions(lines: Sequence[Line]) -> tuple[Definition, ...]:
    """The defining sentences of the lines, in order, each with its term as it stands there."""
    return tuple(Definition(line.text, line.start, term) for line in lines for term in _terms(line))


def _terms(line: Line) -> Iterator[str]:
    text = line.plain
    if not line.is_complete:
        found = _ENTRY.fullmatch(text) if line.kind is BlockKind.LIST else None
    else:
        found = _MEANS.fullmatch(text) or _is_a(text)
        if line.kind is BlockKind.LIST and not found:
            found = _ENTRY.fullmatch(text)
    if found and _is_term(found["term"]) and len(found["what"].split()) >= MIN_MEANING_WORDS:
        yield found["term"]
    elif line.is_complete and (named := _CALLED.search(text)) and _is_term(named["term"]):
        yield named["term"]


def _is_a(text: str) -> re.Match[str] | None:
    found = _IS_A.fullmatch(text)
    return found if found and _says_what(found["what"]) else None


def _says_what(what: str) -> bool:
    """Whether a class and a difference follow, and no judgement ("a great way to …") or state ("the same")."""
    words = tokens(what)
    article = words[0] in ("a", "an", "the", "any", "one")
    kind = words[3:] if words[:3] == ["one", "of", "the"] else words[1:] if article else words
    if len(kind) < MIN_MEANING_WORDS or kind[0] in _JUDGEMENTS or kind[0] in PRONOUNS:
        return False
    if words[0] == "the" and kind[0] in VAGUE_HEADS:
        return False
    return (article or not _STATES.search(kind[0])) and bool(_DIFFERENTIA.search(what))


def _is_term(term: str) -> bool:
    words = tokens(term)
    return (
        0 < len(words) <= MAX_TERM_WORDS
        and not leans_on_context(term)
        and not set(words) & PRONOUNS
        and words[0] not in VAGUE_MODIFIERS
        and not (len(words) == 1 and (words[0] in VAGUE_HEADS or len(words[0]) < 2))
        and not words[-1].isdigit()
        and not set(words) & _CLAUSE_WORDS
        and not (words[0] in VAGUE_HEADS and "of" not in words)
    )
