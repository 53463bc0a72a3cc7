"""Key concepts of a chunk: its noun phrases, weighed by how often, how prominently and how specially they are said."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from agent.job.records import BlockKind, Chunk
from workers.generate.context.phrases import Phrase, noun_phrases
from workers.generate.context.prose import Line, masked
from workers.generate.context.record import Concept, Definition, Entity
from workers.generate.context.tagging import commonness, singular, tag
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.words import VAGUE_HEADS

MOST = 10
MIN_WEIGHT = 0.15
COMMON = 4.7
"""Zipf frequency from which a single word ("access", "version") is no term, unless the headings name it; those of a
field ("circuit", "yeast", "matrix") lie below 4.5."""
_COMMONEST = 6.0
_PROMINENT = 2.0
_DEFINED = 2.0
_WORD_TOO_MANY = 1.4
"""How much more a phrase weighs for each word after its first: the longer one says more exactly what is meant."""


def key_concepts(
    chunk: Chunk, lines: Sequence[Line], definitions: Sequence[Definition], entities: Sequence[Entity]
) -> tuple[Concept, ...]:
    """The concepts of the chunk, the weightiest first, each where it stands first; weights are relative to it. Persons,
    places and dates are names and no concepts.
    """
    names = " ".join(entity.text for entity in entities if entity.label in ("person", "place", "date"))
    prominent = {phrase.key for text in _headings(chunk) for phrase in noun_phrases(tag(masked(text)))}
    prominent |= {word for key in prominent for word in key.split()}
    defined = {singular(word) for definition in definitions for word in definition.term.split()}
    first: dict[str, Phrase] = {}
    times: dict[str, int] = {}
    for line in lines:
        for phrase in noun_phrases(line.tokens):
            is_name = chunk.text[phrase.start : phrase.end] in names
            if not is_name and _names_something(phrase, prominent):
                first.setdefault(phrase.key, phrase)
                times[phrase.key] = times.get(phrase.key, 0) + 1
    weights = {
        key: (
            (1 + math.log(times[key]))
            * _WORD_TOO_MANY ** (len(phrase.tokens) - 1)
            * (_PROMINENT if key in prominent else 1)
            * (_DEFINED if singular(phrase.tokens[-1].text) in defined else 1)
            * _speciality(phrase)
        )
        for key, phrase in first.items()
    }
    heaviest = max(weights.values(), default=1.0)
    ranked = sorted(weights, key=lambda key: (-weights[key], first[key].start))
    return tuple(
        Concept(chunk.text[first[key].start : first[key].end], first[key].start, round(weights[key] / heaviest, 3), key)
        for key in ranked[:MOST]
        if weights[key] >= MIN_WEIGHT * heaviest
    )


def themes(chunk: Chunk, concepts: Sequence[Concept], most: int = 3) -> tuple[str, ...]:
    """What the chunk is about: the concepts that its headings or title name, then its weightiest ones."""
    said = " ".join(singular(token.text) for text in _headings(chunk) for token in tag(masked(text)))
    named = [concept.key for concept in concepts if all(singular(word) in said.split() for word in concept.key.split())]
    return tuple(dict.fromkeys([*named, *(concept.key for concept in concepts)]))[:most]


def _headings(chunk: Chunk) -> Iterator[str]:
    yield chunk.title
    yield from chunk.headings
    yield from (placed.block.text for placed in place_blocks(chunk) if placed.block.kind is BlockKind.HEADING)


def _names_something(phrase: Phrase, prominent: set[str]) -> bool:
    last = phrase.tokens[-1]
    if last.lower in VAGUE_HEADS and len(phrase.tokens) == 1 and phrase.key not in prominent:
        return False
    if len(phrase.tokens) > 1 or phrase.key in prominent:
        return True
    return last.is_noun and len(last.text) > 2 and commonness(last.lower) < COMMON


def _speciality(phrase: Phrase) -> float:
    """From 0.5 for words of every day to 1 for words that hardly anybody uses."""
    return 1 - 0.5 * min(1.0, min(commonness(token.lower) for token in phrase.tokens) / _COMMONEST)
