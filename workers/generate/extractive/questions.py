"""Questions for single sentences: each is given to every construction, the first that fits asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from zlib import crc32

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.activities import ask_activity
from workers.generate.extractive.comparisons import ask_comparison
from workers.generate.extractive.definitions import ask_definition
from workers.generate.extractive.naming import ask_naming
from workers.generate.extractive.origins import ask_origin
from workers.generate.extractive.predicates import ask_predicate
from workers.generate.extractive.premises import ask_false_premise
from workers.generate.extractive.quantities import ask_quantity
from workers.generate.extractive.reasons import ask_reason
from workers.generate.reading.statements import Statement, statements


class _Construction(NamedTuple):
    ask: Callable[[Statement], str]
    kind: ExampleKind
    score: float


_CONSTRUCTIONS = (
    _Construction(ask_comparison, ExampleKind.COMPARATIVE, 0.9),
    _Construction(ask_definition, ExampleKind.FACTUAL, 0.9),
    _Construction(ask_naming, ExampleKind.FACTUAL, 0.85),
    _Construction(ask_origin, ExampleKind.FACTUAL, 0.85),
    _Construction(ask_reason, ExampleKind.ANALYTICAL, 0.85),
    _Construction(ask_false_premise, ExampleKind.FALSE_PREMISE, 0.8),
    _Construction(ask_quantity, ExampleKind.FACTUAL, 0.8),
    _Construction(ask_predicate, ExampleKind.FACTUAL, 0.8),
    _Construction(ask_activity, ExampleKind.FACTUAL, 0.75),
)
_COMPARATIVE = re.compile(
    r"\b(?:higher|lower|better|worse|faster|slower|larger|smaller|shorter|longer|fewer|easier|cheaper|earlier|later)\b"
)
LESS_SURE_WITH_PASSAGE = 0.15
PASSAGE_IN = 4
"""One question in so many that could stand alone comes with its passage all the same, so that a passage is no sign of
the kind of question."""


def sentence_questions(chunk: Chunk) -> Iterator[Proposal]:
    """At most one question for each sentence of the chunk; it comes with its paragraph where it needs it."""
    for alone, with_passage in statements(chunk):
        asked = _asked(alone) if alone else None
        if asked and with_passage and crc32(asked.prompt.encode()) % PASSAGE_IN == 0:
            yield _with(asked, with_passage.passage)
        elif asked or (with_passage and (asked := _asked(with_passage))):
            yield asked


def _asked(statement: Statement) -> Proposal | None:
    for construction in _CONSTRUCTIONS:
        if (prompt := construction.ask(statement)) and (statement.passage or not _compares_with_nothing(prompt)):
            score = construction.score - (LESS_SURE_WITH_PASSAGE if statement.passage else 0)
            quotes = (Quote(statement.text),)
            return Proposal(construction.kind, prompt, statement.text, quotes, score, context=statement.passage)
    return None


def _compares_with_nothing(prompt: str) -> bool:
    return bool(_COMPARATIVE.search(prompt)) and " than " not in prompt


def _with(asked: Proposal, passage: str) -> Proposal:
    return Proposal(asked.kind, asked.prompt, asked.response, asked.quotes, asked.confidence, context=passage)
