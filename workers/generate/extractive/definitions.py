"""Questions from definitions: "A qubit is a two-level system." answers "What is a qubit?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.reading.statements import Statement, statements
from workers.generate.reading.subjects import SUBJECT, askable
from workers.generate.reading.words import PRONOUNS, tokens, word_list

_OTHER_NAME = r"(?:, (?:or|also called|also known as|short) [^,]{2,50},)?"
_DEFINITION = re.compile(
    rf"(?P<subject>{SUBJECT}){_OTHER_NAME} (?P<verb>is|are) (?P<what>(?:an?|the|any|one of the) .+)", re.DOTALL
)
_PLURAL_CLASS = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>are) (?P<what>(?:[\w\-]+ ){{1,4}}(?:that|which|whose|used|of) .+)", re.DOTALL
)
_DIFFERENTIA = re.compile(r"\b(?:that|which|whose|where|of|for|in|to|with|from|between|consisting|used|based|on|by)\b")
"""A definition says how its thing differs from others of its class; one of these words does it."""

_JUDGEMENTS = word_list("judgements")

_NOT_A_CLASS = re.compile(r"(?:ly|ed|en|ing)$")

SCORE = 0.9


def definition_questions(chunk: Chunk) -> Iterator[Proposal]:
    """A question for each sentence of the chunk that says what something is."""
    for statement in statements(chunk):
        prompt = _question(statement, chunk)
        if prompt:
            yield Proposal(ExampleKind.FACTUAL, prompt, statement.text, (Quote(statement.text),), SCORE)


def _question(statement: Statement, chunk: Chunk) -> str:
    found = _DEFINITION.fullmatch(statement.clause) or _PLURAL_CLASS.fullmatch(statement.clause)
    if found is None or not _defines(found["what"]):
        return ""
    subject = askable(found["subject"], chunk)
    return statement.ask(f"What {found['verb']} {subject}") if subject else ""


def _defines(what: str) -> bool:
    words = tokens(what)
    has_article = words[0] in ("a", "an", "the", "any", "one")
    start = 3 if words[:3] == ["one", "of", "the"] else 1 if has_article else 0
    rest = words[start:]
    if len(rest) < 4 or rest[0] in _JUDGEMENTS or rest[0] in PRONOUNS:
        return False
    if not has_article and _NOT_A_CLASS.search(rest[0]):
        return False
    return bool(_DIFFERENTIA.search(what))
