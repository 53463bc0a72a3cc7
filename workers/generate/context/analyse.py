"""Analyses one chunk: everything that decides what can be asked about it, in about 2 ms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind, Chunk
from workers.generate.context.concepts import key_concepts, themes
from workers.generate.context.definitions import definitions
from workers.generate.context.density import density
from workers.generate.context.entities import entities
from workers.generate.context.prose import Line, prose
from workers.generate.context.quantities import quantities
from workers.generate.context.record import Context
from workers.generate.context.references import reference_entries
from workers.generate.context.relations import relations
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import word_count

LONG_PARAGRAPH_SENTENCES = 3
MAX_CAPITALS = 0.5
MAX_NUMBERS = 0.3
"""Share of numbers among the words of a sentence above which it is a row of a record: those that measure have fewer."""
MIN_ITEM_WORDS = 5
_NEGATION = re.compile(r"\b(?:not|never|cannot|no longer|neither|nor|without|none|no)\b|n['\u2019]t\b", re.IGNORECASE)


def analyse(chunk: Chunk) -> Context:
    """What the chunk's own blocks hold. The words are read as English, which is what the rules know.

    Raises:
        MissingDependency: a package of the generate extra is not installed.
    """
    blocks = [placed.block for placed in place_blocks(chunk)]
    lines = prose(chunk)
    complete = [line for line in lines if line.is_complete and _is_language(line)]
    defined = definitions(lines)
    related = relations(lines)
    counted = quantities(lines, chunk.text)
    named = entities(chunk, lines)
    concepts = key_concepts(chunk, lines, defined, named)
    return Context(
        words=word_count(chunk.own_text),
        sentences=sum(line.kind is BlockKind.PARAGRAPH for line in complete),
        questions=sum(line.text.endswith("?") for line in complete),
        expository_words=sum(word_count(line.text) for line in complete if is_exposition(line.text)),
        prose_words=sum(word_count(line.text) for line in complete),
        long_paragraphs=_long_paragraphs(chunk, lines),
        negations=sum(bool(_NEGATION.search(line.text)) for line in complete),
        concepts=concepts,
        entities=named,
        definitions=defined,
        relations=related,
        quantities=counted,
        code_blocks=_count(blocks, BlockKind.CODE),
        formulas=_count(blocks, BlockKind.FORMULA)
        + sum(block.text.count("$") // 2 for block in blocks if _is_prose(block)),
        lists=_count(blocks, BlockKind.LIST),
        list_items=sum(len(block.text.splitlines()) for block in blocks if block.kind is BlockKind.LIST),
        stated_items=sum(_states(line) for line in lines if line.kind is BlockKind.LIST),
        tables=_count(blocks, BlockKind.TABLE),
        reference_entries=reference_entries(blocks),
        density=density(complete, len(defined) + len(related) + len(counted) + len(named)),
        themes=themes(chunk, concepts),
    )


def _is_language(line: Line) -> bool:
    """Whether a sentence is neither written in capitals, as disclaimers are, nor a row of numbers."""
    letters = [letter for letter in line.plain if letter.isalpha()]
    words = [token for token in line.tokens if token.text[0].isalnum()]
    shouted = sum(map(str.isupper, letters)) > MAX_CAPITALS * len(letters)
    numeric = sum(token.text[0].isdigit() for token in words) > MAX_NUMBERS * len(words)
    return not shouted and not (numeric and len(words) > MIN_ITEM_WORDS)


def _states(line: Line) -> bool:
    if word_count(line.text) < MIN_ITEM_WORDS or line.text.endswith(":"):
        return False
    return any(token.is_finite or token.tag == "VB" for token in line.tokens) or ": " in line.text or " - " in line.text


def _count(blocks: Sequence[Block], kind: BlockKind) -> int:
    return sum(block.kind is kind for block in blocks)


def _is_prose(block: Block) -> bool:
    return block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST)


def _long_paragraphs(chunk: Chunk, lines: Sequence[Line]) -> int:
    found = 0
    for placed in place_blocks(chunk):
        if placed.block.kind is BlockKind.PARAGRAPH:
            inside = [line for line in lines if placed.start <= line.start < placed.end]
            found += len(inside) >= LONG_PARAGRAPH_SENTENCES and all(line.is_complete for line in inside)
    return found
