"""Grammatical subjects that can be asked about out of their context."""

from __future__ import annotations

import re

from agent.job.records import BlockKind, Chunk
from workers.generate.reading.casing import inside_sentence
from workers.generate.reading.words import (
    ARTICLES,
    POINTERS,
    PREPOSITIONS,
    PRONOUNS,
    VAGUE_HEADS,
    VAGUE_MODIFIERS,
    VERBS,
    tokens,
    word_list,
)

MAX_SUBJECT_WORDS = 9

SUBJECT = r"[A-Za-z][\w'\u2019+\-]*(?: [\w'\u2019+\-]+){0,8}(?: \([A-Z][\w\-]{1,9}\))?"
"""Regular expression of a candidate: words without punctuation, perhaps with its abbreviation in brackets."""

_FINITE_ENDING = re.compile(r"(?:ly|ed|n't)$")
_GENERIC = word_list("generic_things")
_COUNTED = word_list("count_nouns")
_MEASURES = word_list("measures")
"""The number, range or model of something is that of one document."""
_PARTS_OF_A_TEXT = frozenset({"example", "examples", "section", "figure", "table", "exercise", "chapter"})
_TWO_PHRASES = re.compile(r"\w(?<!\bof) (?:an?|the) ", re.IGNORECASE)
"""A second article without "of" begins another phrase: "the state a circuit"."""
_LOCAL_NAME = re.compile(r"[a-z]+_\w+")
_GERUND = re.compile(r"[A-Z]?[a-z]{2,}ing")
_DESCRIBING = word_list("describing_participles")


def askable(phrase: str, chunk: Chunk) -> str | None:
    """``phrase`` as it is written inside a question, or None when it cannot be understood without its context.

    Refused are pronouns, pointers ("the following gate"), phrases that name nothing ("a common approach"), definite
    phrases that stand for something said before ("the state"), single everyday nouns ("a session"), and whatever holds
    more than a noun phrase.
    """
    found = named_in(phrase, chunk)
    if found is None or is_generic(phrase) or _LOCAL_NAME.search(phrase):
        return None
    words = _bare(phrase).split()
    core, _, complement = " ".join(word.lower() for word in words).partition(" of ")
    if complement and not _is_known(complement, words, chunk):
        return None
    if core.split()[-1] in _MEASURES and (core.startswith("the ") or complement):
        return None
    if core.startswith("the ") and words[-1].endswith("s") and not complement and not _is_announced(core, chunk):
        return None
    if core.startswith("the ") and not complement and not _is_known(core, words, chunk):
        return None
    return found


def named_in(phrase: str, chunk: Chunk) -> str | None:
    """``phrase`` as it is written inside a question that comes with the passage it was taken from, or None when it is
    no noun phrase or names nothing.
    """
    bare = _bare(phrase)
    words = bare.split()
    lowered = [word.lower() for word in words]
    if not words or len(words) > MAX_SUBJECT_WORDS or _TWO_PHRASES.search(bare) or lowered[-1] in _PARTS_OF_A_TEXT:
        return None
    article = lowered[0] if lowered[0] in ARTICLES else ""
    head = lowered[1:] if article else lowered
    if not head or head[0] in ("of", "no") or not _is_noun_phrase(head):
        return None
    core, _, complement = " ".join(head).partition(" of ")
    if not _names_something(core.split(), has_complement=bool(complement)):
        return None
    if not article and (_is_deed(words) or _lacks_article(words, complement)):
        return None
    if article:
        return words[0].lower() + phrase[len(words[0]) :]
    return inside_sentence(phrase, _running_text(chunk))


def _bare(phrase: str) -> str:
    """Without the abbreviation in brackets behind it."""
    return re.sub(r" \([^)]*\)$", "", phrase)


def is_generic(subject: str) -> bool:
    """Whether a single everyday noun is all there is: "a session" is a different thing in every document."""
    words = [word for word in tokens(subject) if word not in ARTICLES]
    return len(words) == 1 and words[0] in _GENERIC


def _is_deed(words: list[str]) -> bool:
    """Whether a gerund with its object is meant ("generating a snapshot"), which "What is …?" does not fit."""
    if len(words) < 2 or not _GERUND.fullmatch(words[0]) or words[0].lower() in _DESCRIBING:
        return False
    return words[1].lower() in ARTICLES or words[1].endswith("s") or bool(re.search(r"\d", words[1]))


def _lacks_article(words: list[str], complement: str) -> bool:
    """Whether a countable noun stands alone, as something left out of a sentence leaves it."""
    head = words[: words.index("of")][-1] if complement and "of" in words else words[-1]
    return head in _COUNTED and not any(re.search(r"['\u2019]s?$", word) for word in words)


def _is_noun_phrase(words: list[str]) -> bool:
    strangers = PRONOUNS | PREPOSITIONS | VERBS | POINTERS
    if any(word in strangers or word.startswith(("it's", "that's")) for word in words):
        return False
    described = words[1:] if len(words) > 1 and words[0].endswith("ed") else words  # a trapped ion
    return not any(_FINITE_ENDING.search(word) for word in described)


def _names_something(core: list[str], *, has_complement: bool) -> bool:
    if not core or core[0] in VAGUE_MODIFIERS or not re.search(r"[a-z]", core[-1]):
        return False
    if len(core[-1]) < 2:
        return False
    return has_complement or len(core) > 1 or core[-1] not in VAGUE_HEADS


def _is_known(phrase: str, words: list[str], chunk: Chunk) -> bool:
    """Whether each definite part of ``phrase`` carries a proper name, is what a heading announces, or consists of two
    words or more that the title names.
    """
    if "the" not in phrase.split():
        return True
    named = {word.lower() for word in words[1:] if word[0].isupper()}
    headings = (chunk.title, *chunk.headings)
    topics = {_topic(heading) for heading in headings}
    announced = set(_topic(chunk.title).split())
    parts = [part.strip() for part in phrase.split("the ")[1:]]
    return all(
        _topic(part) in topics
        or not named.isdisjoint(part.split())
        or (len(part.split()) > 1 and set(_topic(part).split()) <= announced)
        for part in parts
    )


def _is_announced(phrase: str, chunk: Chunk) -> bool:
    return any(_topic(phrase) in _topic(heading) for heading in (chunk.title, *chunk.headings))


def _topic(phrase: str) -> str:
    """A phrase without articles, case and plural, to compare subjects with headings."""
    return " ".join(singular(token) for token in tokens(phrase) if token not in ARTICLES)


def singular(word: str) -> str:
    """The word without the ending of its plural, as far as an -s tells."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _running_text(chunk: Chunk) -> str:
    """Paragraphs only: headings write capitals, and code none, where sentences would not."""
    return "\n".join(block.text for block in chunk.blocks if block.kind is BlockKind.PARAGRAPH)
