"""Questions and instructions from headings, answered by what stands directly under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.passages import leading_passage
from workers.generate.extractive.wording import one_of
from workers.generate.reading.clauses import clause_of
from workers.generate.reading.content import content
from workers.generate.reading.layout import Section, sections
from workers.generate.reading.sentences import is_balanced, split_sentences
from workers.generate.reading.subjects import askable, is_generic
from workers.generate.reading.words import (
    ARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    adds_to_another,
    leans_on_context,
    refers_back,
    tokens,
    word_list,
)

MAX_HEADING_WORDS = 10

QUESTION_SCORE = 0.9
TOPIC_SCORE = 0.7

_INTRODUCTIONS = word_list("introductions")
_SUMMARIES = word_list("summaries")
_EMPTY_HEADINGS = word_list("empty_headings") | _INTRODUCTIONS | _SUMMARIES
_IMPERATIVES = word_list("imperatives")

_NUMBERING = re.compile(
    r"^(?:(?:\d+|[IVX]+|[A-Z])(?:\.\d+)*[.):]|\d+(?:\.\d+)*(?=\s)"
    r"|(?:chapter|part|step|section|example|figure|appendix)\s+[\dA-Z]+(?:\.\d+)*[.:)]?)\s+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:What|Why|How|When|Where|Which|Who) (?:is|are|do|does|can|did|was|were|should) [^?:]+\??", re.IGNORECASE
)
_HOW_TO = re.compile(r"[Hh]ow to (?P<deed>[a-z][^?.:]+)")
_ODD = re.compile(r"[?!,;…–—-]$|[?!:]|^\W|\*|\(|\bvs\b|\b[Tt]ask\b|\b[Ee]xercise\b|\b[Dd]emo\b")
_BYLINE = re.compile(r"[Bb]y (?:[A-Z][\w.'\-]*,? ?(?:and )?){1,6}")
_GUIDANCE = re.compile(r"To (?P<deed>[a-z]+ [^,]+), (?P<rest>.+)", re.DOTALL)
_IN_PASSING = word_list("in_passing")
"""Verbs that tell something of a thing, and not what it is."""
_NEWS = re.compile(r"(?:has|have) (?:been |\w+ed\b)")
"""What has happened to a thing does not explain it."""
_LOCAL_OBJECT = re.compile(r"\b(?:the(?! [A-Z`])|your|this|these|its?|their)\b")

_EXPLAINING = (
    "Explain {}.",
    "Describe {}.",
    "Give a short explanation of {}.",
    "What should one know about {}?",
    "Write a short introduction to {}.",
)
_GUIDING = ("Explain how to {}.", "How do you {}?", "Describe how to {}.")


class _Task(NamedTuple):
    kind: ExampleKind
    prompt: str
    score: float


def heading_examples(chunk: Chunk) -> Iterator[Proposal]:
    """One question or instruction for each heading of the chunk that its section answers in its first sentence.

    A heading that names a topic is answered where the first sentence is about that topic, one that names a deed where
    it begins "To do so, …".
    """
    for section in map(_without_byline, sections(chunk)):
        heading = _plain(section.heading)
        first = _first_sentence(section, chunk.language)
        if not _is_usable(heading) or not _opens_well(first):
            continue
        task = _task(heading, first, chunk)
        answer = leading_passage(chunk, section.body) if task else ""
        if task and answer and not _is_cut_short(answer, task):
            yield Proposal(task.kind, task.prompt, answer, (Quote(answer),), task.score)


def _without_byline(section: Section) -> Section:
    """The author's name above a text is none of its sentences."""
    first, *rest = section.body
    return Section(section.heading, tuple(rest)) if rest and _BYLINE.fullmatch(first.block.text) else section


def _first_sentence(section: Section, language: str) -> str:
    sentences = split_sentences(section.body[0].block.text, language)
    return sentences[0].text if sentences else ""


def _opens_well(first: str) -> bool:
    return bool(first) and not leans_on_context(first) and not refers_back(first) and not adds_to_another(first)


def _is_usable(heading: str) -> bool:
    return bool(tokens(heading)) and is_balanced(heading) and len(heading.split()) <= MAX_HEADING_WORDS


def _task(heading: str, first: str, chunk: Chunk) -> _Task | None:
    words = set(tokens(heading))
    if _QUESTION.fullmatch(heading):
        return _asked(heading, first)
    if words <= _INTRODUCTIONS | _SUMMARIES:
        heading, words = _plain(chunk.title), set(tokens(chunk.title))
    if words <= _EMPTY_HEADINGS or _ODD.search(heading) or words & PRONOUNS:
        return None
    if deed := _deed(heading):
        return _guided(deed, first, chunk)
    return _explained(heading, first, chunk)


def _asked(heading: str, first: str) -> _Task | None:
    """A question that the text itself asks, and answers at once."""
    words = set(tokens(heading))
    if words & (PRONOUNS - {"what", "who", "which"}) or "the following" in heading.lower():
        return None
    clause = clause_of(first)
    named, subject = content(heading), content(clause.subject) if clause else set()
    asks_what_it_is = heading.lower().startswith(("what is", "what are"))
    if not subject or not subject <= named or (asks_what_it_is and subject != named):
        return None
    if len(named) < 2 and is_generic(heading.rstrip("?").split()[-1]):
        return None
    kind = ExampleKind.ANALYTICAL if heading.lower().startswith("why") else ExampleKind.FACTUAL
    return _Task(kind, _sentence_case(heading.rstrip("?"), first) + "?", QUESTION_SCORE)


def _sentence_case(question: str, answer: str) -> str:
    """Words that a title writes with capitals, as the answer writes them."""
    first, *rest = question.split()
    inside = set(answer.split()[1:])
    lowered = [
        word.lower()
        if (word.lower() in inside and word not in inside) or word.lower() in PREPOSITIONS | VERBS | ARTICLES | {"of"}
        else word
        for word in rest
    ]
    return " ".join((first.capitalize(), *lowered))


def _guided(deed: str, first: str, chunk: Chunk) -> _Task | None:
    """A deed that the first sentence tells how to do."""
    found = _GUIDANCE.fullmatch(first)
    if found is None or _LOCAL_OBJECT.search(deed) or len(deed.split()) < 3:
        return None
    named, told = content(deed), content(found["deed"])
    if 2 * len(named & told) < len(named):
        return None
    return _Task(ExampleKind.EXPLAIN, one_of(_GUIDING, chunk.id + deed).format(deed), TOPIC_SCORE)


def _explained(heading: str, first: str, chunk: Chunk) -> _Task | None:
    """A topic that is the subject of the first sentence."""
    clause = clause_of(first)
    subject = askable(clause.subject, chunk) if clause else None
    if subject and "`" in first and subject.islower() and "`" not in subject:  # what one program makes of it
        return None
    if clause is None or not subject or clause.verb in _IN_PASSING or _NEWS.match(f"{clause.verb} {clause.rest}"):
        return None
    named, spoken = content(heading), content(subject)
    head = content(subject.split(" of ")[0].split()[-1])
    if not named or not spoken or not head <= named or not (named <= spoken or spoken <= named):
        return None
    return _Task(ExampleKind.EXPLAIN, one_of(_EXPLAINING, chunk.id + subject).format(subject), TOPIC_SCORE)


def _is_cut_short(answer: str, task: _Task) -> bool:
    """Whether a lone sentence stands where an explanation is asked for, or steps are announced and missing."""
    sentences = split_sentences(answer)
    return (
        (task.kind is ExampleKind.EXPLAIN and len(sentences) < 2)
        or answer.endswith(":")
        or " steps" in sentences[-1].text
    )


def _deed(heading: str) -> str:
    """What "How to submit a job" and "Submit a job" say is done; '' for other headings."""
    if found := _HOW_TO.fullmatch(heading):
        return found["deed"]
    verb, _, rest = heading.partition(" ")
    if verb.lower() in _IMPERATIVES and rest[:1].islower():
        return f"{verb.lower()} {rest}"
    return ""


def _plain(heading: str) -> str:
    """Without number and final punctuation; several words in capitals are written as a sentence would be."""
    plain = _NUMBERING.sub("", " ".join(heading.split())).rstrip(" .:")
    return plain.capitalize() if plain.isupper() and " " in plain else plain
