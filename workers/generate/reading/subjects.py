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
)

MAX_SUBJECT_WORDS = 9

SUBJECT = r"[A-Za-z][\w'\u2019+\-]*(?: [\w'\u2019+\-]+){0,8}(?: \([A-Z][\w\-]{1,9}\))?"
"""Regular expression of a candidate: words without punctuation, perhaps with its abbreviation in brackets."""

_FINITE_ENDING = re.compile(r"(?:ly|ed|n't)$")


def askable(phrase: str, chunk: Chunk) -> str | None:
    """``phrase`` as it is written inside a question, or None when it cannot be understood without its context.

    Refused are pronouns, pointers ("the following gate"), phrases that name nothing ("a common approach"), definite
    phrases that stand for something said before ("the state"), and whatever holds more than a noun phrase.
    """
    bare = re.sub(r" \([^)]*\)$", "", phrase)
    words = bare.split()
    lowered = [word.lower() for word in words]
    if not words or len(words) > MAX_SUBJECT_WORDS:
        return None
    article = lowered[0] if lowered[0] in ARTICLES else ""
    head = lowered[1:] if article else lowered
    if not head or not _is_noun_phrase(head):
        return None
    core, _, complement = " ".join(head).partition(" of ")
    if not _names_something(core.split(), has_complement=bool(complement)):
        return None
    if complement and not _is_known(complement, words, chunk):
        return None
    if article == "the" and not complement and not _is_known("the " + core, words, chunk):
        return None
    if article:
        return words[0].lower() + phrase[len(words[0]) :]
    return inside_sentence(phrase, _running_text(chunk))


def _is_noun_phrase(words: list[str]) -> bool:
    strangers = PRONOUNS | PREPOSITIONS | VERBS | POINTERS
    return not any(
        word in strangers or word.startswith(("it's", "that's")) or _FINITE_ENDING.search(word) for word in words
    )


def _names_something(core: list[str], *, has_complement: bool) -> bool:
    if not core or core[0] in VAGUE_MODIFIERS or not re.search(r"[a-z]", core[-1]):
        return False
    if len(core[-1]) < 2:
        return False
    return has_complement or len(core) > 1 or core[-1] not in VAGUE_HEADS


def _is_known(phrase: str, words: list[str], chunk: Chunk) -> bool:
    """Whether each definite part of ``phrase`` carries a proper name or is what a heading announces."""
    if "the" not in phrase.split():
        return True
    named = {word.lower() for word in words[1:] if word[0].isupper()}
    topics = {_topic(heading) for heading in (chunk.title, *chunk.headings)}
    parts = [part.strip() for part in phrase.split("the ")[1:]]
    return all(_topic(part) in topics or not named.isdisjoint(part.split()) for part in parts)


def _topic(phrase: str) -> str:
    """A phrase without articles, case and plural, to compare subjects with headings."""
    return " ".join(_singular(token) for token in tokens(phrase) if token not in ARTICLES)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _running_text(chunk: Chunk) -> str:
    """Paragraphs only: headings write capitals, and code none, where sentences would not."""
    return "\n".join(block.text for block in chunk.blocks if block.kind is BlockKind.PARAGRAPH)
