"""Questions and instructions from headings, answered by what stands directly under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.passages import leading_passage
from workers.generate.reading.layout import sections
from workers.generate.reading.sentences import is_balanced
from workers.generate.reading.words import ARTICLES, PREPOSITIONS, PRONOUNS, VERBS, tokens, word_list

MAX_HEADING_WORDS = 10
MAX_TITLE_WORDS = 14
STEM_LETTERS = 5
"""So many first letters make "measuring" meet "measurement"."""

QUESTION_SCORE = 0.9
TOPIC_SCORE = 0.7

_INTRODUCTIONS = word_list("introductions")
_SUMMARIES = word_list("summaries")
_EMPTY_HEADINGS = word_list("empty_headings") | _INTRODUCTIONS | _SUMMARIES
_IMPERATIVES = word_list("imperatives")

_NUMBERING = re.compile(
    r"^(?:(?:example|note|tutorial|step):|(?:\d+|[IVX]+)(?:\.\d+)*[.):]?"
    r"|(?:chapter|part|step|section|example|figure|appendix|task|exercise|lesson)\s+[\dA-Z]+(?:\.\d+)*[.:)]?)\s+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:(?:What|Why|How|When|Where|Which|Who|Can|Does|Do|Is|Are)\b.*\?"
    r"|(?:What|Why|How|When|Where|Which|Who) (?:is|are|do|does|can|did|was|were|should) [^?]+)"
)
_HOW_TO = re.compile(r"[Hh]ow to (?P<deed>[a-z][^?.:]+)")
_ODD = re.compile(r"[?!,;…–—-]$|[?!]|^\W")


class _Task(NamedTuple):
    kind: ExampleKind
    prompt: str
    subject: str
    """What the answer must be about."""


def heading_examples(chunk: Chunk) -> Iterator[Proposal]:
    """One question or instruction for each heading of the chunk that names a subject and is answered below it."""
    for section in sections(chunk):
        task = _task(section.heading, chunk.title)
        answer = leading_passage(chunk, section.body) if task else ""
        if task and answer and _is_about(answer, task.subject):
            score = QUESTION_SCORE if task.kind is ExampleKind.FACTUAL else TOPIC_SCORE
            yield Proposal(task.kind, task.prompt, answer, (Quote(answer),), score)


def _task(heading: str, title: str) -> _Task | None:
    heading, title = _plain(heading), _plain(title)
    words = set(tokens(heading))
    if not words or not words.isdisjoint(PRONOUNS - {"what", "who", "which"}):
        return None
    if not is_balanced(heading) or len(heading.split()) > MAX_HEADING_WORDS:
        return None
    if _QUESTION.fullmatch(heading):
        return _Task(ExampleKind.FACTUAL, heading.rstrip("?") + "?", heading)
    if words <= _INTRODUCTIONS | _SUMMARIES:
        return _about_the_whole(words, title)
    if words <= _EMPTY_HEADINGS or _ODD.search(heading) or words & PRONOUNS:
        return None
    if deed := _deed(heading):
        return _Task(ExampleKind.EXPLAIN, f"Explain how to {deed}.", heading)
    return _Task(ExampleKind.EXPLAIN, _explain(heading, title), heading)


def _about_the_whole(words: set[str], title: str) -> _Task | None:
    """An introduction or summary borrows its subject from the title."""
    if not _names_a_subject(title):
        return None
    asked = "Give an introduction to" if words <= _INTRODUCTIONS else "Summarise the topic"
    return _Task(ExampleKind.EXPLAIN, f"{asked} {_quoted(title)}.", title)


def _deed(heading: str) -> str:
    """What "How to submit a job" and "Submit a job" say is done; '' for other headings."""
    if found := _HOW_TO.fullmatch(heading):
        return found["deed"]
    verb, _, rest = heading.partition(" ")
    if verb.lower() in _IMPERATIVES and rest[:1].islower():
        return f"{verb.lower()} {rest}"
    return ""


def _explain(heading: str, title: str) -> str:
    """Quotation marks spare us articles and capitals; the title is the context, unless it says the same."""
    if not _names_a_subject(title) or _content(heading) & _content(title):
        return f"Explain the topic {_quoted(heading)}."
    return f"In the context of {_quoted(title)}, explain {_quoted(heading)}."


def _plain(heading: str) -> str:
    """Without number and final punctuation; several words in capitals are written as a sentence would be."""
    plain = _NUMBERING.sub("", " ".join(heading.split())).rstrip(" .:")
    return plain.capitalize() if plain.isupper() and " " in plain else plain


def _names_a_subject(title: str) -> bool:
    words = set(tokens(title))
    return len(title.split()) <= MAX_TITLE_WORDS and is_balanced(title) and not words <= _EMPTY_HEADINGS


def _quoted(phrase: str) -> str:
    return phrase if '"' in phrase else f'"{phrase}"'


def _is_about(answer: str, subject: str) -> bool:
    """Whether at least half of what the subject names comes up in the answer."""
    named = _content(subject)
    return 2 * len(named & _content(answer)) >= len(named) > 0


def _content(text: str) -> set[str]:
    """Beginnings of the words that carry meaning."""
    empty = PREPOSITIONS | PRONOUNS | VERBS | ARTICLES | {"of"}
    return {token[:STEM_LETTERS] for token in tokens(text) if token not in empty}
