"""Questions for who or when: "Shor's algorithm was published by … in 1994." answers "Who published …?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.reading.statements import Statement, statements
from workers.generate.reading.subjects import SUBJECT, askable

_DEED = "proposed|introduced|discovered|invented|published|developed|described|demonstrated|found|proved|built|founded"
_BY = re.compile(
    rf"(?P<subject>{SUBJECT}) (?:was|were) (?:first )?(?P<deed>{_DEED}) (?:\w+ ){{0,3}}?by [A-Z].+", re.DOTALL
)
_IN = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<be>was|were) (?:first )?(?P<deed>{_DEED}) in (?:\w+ )?\d{{4}}\b.+", re.DOTALL
)
SCORE = 0.85


def origin_questions(chunk: Chunk) -> Iterator[Proposal]:
    """A question for each sentence of the chunk that says by whom, or in which year, a thing came about."""
    for statement in statements(chunk):
        prompt = _question(statement, chunk)
        if prompt:
            yield Proposal(ExampleKind.FACTUAL, prompt, statement.text, (Quote(statement.text),), SCORE)


def _question(statement: Statement, chunk: Chunk) -> str:
    by, year = _BY.fullmatch(statement.clause), _IN.fullmatch(statement.clause)
    found = by or year
    subject = askable(found["subject"], chunk) if found else None
    if found is None or not subject:
        return ""
    if by:
        return statement.ask(f"Who {by['deed']} {subject}")
    return statement.ask(f"When {found['be']} {subject} {found['deed']}")
