"""Questions from reasons: "Qubits are fragile because …" answers "Why are qubits fragile?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.reading.statements import Statement, statements
from workers.generate.reading.subjects import SUBJECT, askable
from workers.generate.reading.words import has_pronoun

_REASON = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>is|are|was|were|can|cannot|could|must|should|will) (?P<rest>[^,;:()]+?),? "
    r"(?:because|since|so that|in order to) (?P<reason>.+)",
    re.DOTALL,
)
_NEGATED = {"cannot": ("can", "not ")}
_TEMPORAL_SINCE = re.compile(r"since (?:\d|the \w+ies|then|ancient|it began)")

MAX_PREDICATE_WORDS = 14
SCORE = 0.85


def reason_questions(chunk: Chunk) -> Iterator[Proposal]:
    """A question for each sentence of the chunk that states a reason or a purpose of something it names."""
    for statement in statements(chunk):
        prompt = _question(statement, chunk)
        if prompt:
            yield Proposal(ExampleKind.ANALYTICAL, prompt, statement.text, (Quote(statement.text),), SCORE)


def _question(statement: Statement, chunk: Chunk) -> str:
    found = _REASON.fullmatch(statement.clause)
    if found is None or _TEMPORAL_SINCE.search(statement.clause):
        return ""
    rest = found["rest"]
    if has_pronoun(rest) or " also " in f" {rest} " or len(rest.split()) > MAX_PREDICATE_WORDS:
        return ""
    subject = askable(found["subject"], chunk)
    if not subject:
        return ""
    verb, negation = _NEGATED.get(found["verb"], (found["verb"], ""))
    return statement.ask(f"Why {verb} {subject} {negation}{rest}")
