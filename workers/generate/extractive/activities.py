"""Questions for what a subject does or can do, whatever the verb: for passages, which show what is meant."""

from __future__ import annotations

import re

from workers.generate.reading.clauses import base_form, clause_of
from workers.generate.reading.statements import Statement
from workers.generate.reading.words import tokens, word_list

_OBJECT = re.compile(r"(?:an?|the|all|both|each|every|two|three|several|multiple|only the) .{8,}", re.DOTALL)
_NO_DEED = re.compile(
    r"(?:be|not|also|only|have|still|then|thus|do|happen|occur|exist|appear|become|come|feel|function|get|go|grow"
    r"|help|lead|look|need|remain|result|seem|vary|work) "
)
_POINTING = frozenset({"it", "its", "this", "that", "these", "those", "they", "them", "their", "one", "such"})
_TRANSITIVE = word_list("transitive_verbs")
_PLURAL_VERBS = word_list("plural_verbs")


def ask_activity(statement: Statement) -> str:
    """A question for the object of a verb, or for what is possible or needed; '' for statements that stand alone, since
    few subjects do one thing only.
    """
    clause = clause_of(statement.clause) if statement.passage else None
    subject = statement.askable(clause.subject) if clause else None
    if clause is None or not subject or not _POINTING.isdisjoint(tokens(clause.rest)[:5]):
        return ""
    if clause.verb in ("can", "must", "should") and not _NO_DEED.match(clause.rest):
        return statement.ask(f"What {clause.verb} {subject} do")
    if not _OBJECT.fullmatch(clause.rest):
        return ""
    if clause.verb in _TRANSITIVE:
        return statement.ask(f"What does {subject} {base_form(clause.verb)}")
    if clause.verb in _PLURAL_VERBS and clause.verb + "s" in _TRANSITIVE:
        return statement.ask(f"What do {subject} {clause.verb}")
    return ""
