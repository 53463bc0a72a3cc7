"""Questions and instructions from headings, answered by what stands directly under them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal
from workers.generate.layout import PlacedBlock, Section, sections
from workers.generate.sentences import is_balanced, split_sentences, word_count
from workers.generate.words import (
    ARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    leans_on_context,
    points_elsewhere,
    tokens,
    word_list,
)

MIN_ANSWER_WORDS = 20
MAX_ANSWER_WORDS = 160
MAX_HEADING_WORDS = 10

STEM_LETTERS = 5

QUESTION_SCORE = 0.9
TOPIC_SCORE = 0.7

_INTRODUCTIONS = word_list("introductions")
_EMPTY_HEADINGS = word_list("empty_headings")
_IMPERATIVES = word_list("imperatives")

_NUMBERING = re.compile(r"^(?:(?:\d+|[IVX]+)(?:\.\d+)*[.):]?|(?:chapter|part|step|section|example|figure|appendix|task|"
                        r"exercise|lesson)\s+[\dA-Z]+(?:\.\d+)*[.:)]?)\s+", re.IGNORECASE)  # fmt: skip
_QUESTION = re.compile(r"(?:What|Why|How|When|Where|Which|Who|Can|Does|Do|Is|Are)\b.*\?")
_WHAT_IS = re.compile(r"(?:What|Why|How|When|Where|Which|Who) (?:is|are|do|does|can|did|was|were|should) [^?]+")
_HOW_TO = re.compile(r"[Hh]ow to (?P<deed>[a-z][^?.:]+)")


def heading_examples(chunk: Chunk) -> Iterator[Proposal]:
    """One question or instruction for each heading of the chunk that names a subject and is answered below it."""
    for section in sections(chunk):
        prompt, kind, score = _prompt(section, chunk.title)
        answer = _answer(chunk, section.body) if prompt else ""
        if answer and _is_about(answer, section.heading, chunk.title):
            yield Proposal(kind, prompt, answer, answer, score)


def _prompt(section: Section, title: str) -> tuple[str, ExampleKind, float]:
    heading = _NUMBERING.sub("", " ".join(section.heading.split())).rstrip(" .:")
    words = tokens(heading)
    nothing = ("", ExampleKind.INSTRUCTION, 0.0)
    if not words or len(words) > MAX_HEADING_WORDS or not is_balanced(heading) or heading != heading.strip("…-–—"):
        return nothing
    if _WHAT_IS.fullmatch(heading.rstrip("?")) or _QUESTION.fullmatch(heading):
        if _leans(words[1:]):
            return nothing
        return heading.rstrip("?") + "?", ExampleKind.QUESTION, QUESTION_SCORE
    if found := _HOW_TO.fullmatch(heading):
        return f"Explain how to {found['deed']}.", ExampleKind.INSTRUCTION, TOPIC_SCORE
    if _leans(words) or heading[-1] in ",;":
        return nothing
    first, _, rest = heading.partition(" ")
    if first.lower() in _IMPERATIVES and rest and rest[0].islower():
        return f"Explain how to {first.lower()} {rest}.", ExampleKind.INSTRUCTION, TOPIC_SCORE
    context = _topic(title)
    if all(word in _INTRODUCTIONS for word in words):
        return (
            (f"Give an introduction to {_quoted(context)}.", ExampleKind.INSTRUCTION, TOPIC_SCORE)
            if context
            else nothing
        )
    if all(word in _EMPTY_HEADINGS for word in words) or re.search(r"[?!]|^\W", heading) or len(heading) < 4:
        return nothing
    return _explain(heading, context), ExampleKind.INSTRUCTION, TOPIC_SCORE


def _explain(heading: str, title: str) -> str:
    """Quotation marks spare us articles and capitals; the title is the context, unless it says the same."""
    if not title or set(tokens(heading)) & set(tokens(title)) - {
        "of",
        "the",
        "a",
        "an",
        "in",
        "and",
        "to",
        "for",
    }:
        return f"Explain the topic {_quoted(heading)}."
    return f"In the context of {_quoted(title)}, explain {_quoted(heading)}."


def _topic(title: str) -> str:
    plain = " ".join(title.split())
    words = tokens(plain)
    if not words or len(words) > MAX_HEADING_WORDS + 4 or not is_balanced(plain):
        return ""
    return "" if all(word in _EMPTY_HEADINGS | _INTRODUCTIONS for word in words) else plain.rstrip(" .:")


def _quoted(phrase: str) -> str:
    return f'"{phrase}"' if '"' not in phrase else phrase


def _leans(words: list[str]) -> bool:
    return any(word in PRONOUNS for word in words)


def _answer(chunk: Chunk, body: tuple[PlacedBlock, ...]) -> str:
    """The leading paragraphs under the heading, with the list that the last of them announces; '' when unfit."""
    taken: list[PlacedBlock] = []
    size = 0
    for placed in body:
        if placed.block.kind is BlockKind.LIST and taken and taken[-1].block.text.endswith(":"):
            taken.append(placed)
            break
        size += word_count(placed.block.text)
        if placed.block.kind is not BlockKind.PARAGRAPH or (taken and size > MAX_ANSWER_WORDS):
            break
        taken.append(placed)
    while taken and not _ends_well(taken[-1]):
        taken.pop()
    if not taken:
        return ""
    answer = chunk.text[taken[0].start : taken[-1].end]
    fits = MIN_ANSWER_WORDS <= word_count(answer) <= MAX_ANSWER_WORDS
    return answer if fits and _begins_well(answer, chunk.language) else ""


def _ends_well(placed: PlacedBlock) -> bool:
    text = placed.block.text
    if placed.block.kind is BlockKind.LIST:
        return is_balanced(text)
    return text.endswith((".", "!", "?", ".)")) and is_balanced(text)


def _is_about(answer: str, heading: str, title: str) -> bool:
    """Whether at least half of what the heading names (the title, for an "Introduction") comes up in the answer."""
    named = _content(title if set(tokens(heading)) <= _INTRODUCTIONS else heading)
    said = _content(answer)
    return 2 * len(named & said) >= len(named) > 0


def _content(text: str) -> set[str]:
    """Word stems that carry meaning, cut to their first letters so that "measuring" meets "measurement"."""
    return {
        token[:STEM_LETTERS]
        for token in tokens(text)
        if token not in PREPOSITIONS | PRONOUNS | VERBS | ARTICLES | {"of"}
    }


def _begins_well(answer: str, language: str) -> bool:
    first = split_sentences(answer, language)[0].text
    return first[:1].isupper() and not leans_on_context(first) and not points_elsewhere(answer)
