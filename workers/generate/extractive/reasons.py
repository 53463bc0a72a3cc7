"""Questions for causes and effects: "Qubits are fragile because …" answers "Why are qubits fragile?"."""

from __future__ import annotations

import re

from workers.generate.reading.clauses import base_form, clause_of
from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT
from workers.generate.reading.words import has_pronoun

_REASON = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>is|are|was|were|can|cannot|could|should) (?P<rest>[^,;:()]+?),? "
    r"(?:because(?! of (?:this|that|these|it))|so that|in order to) (?P<reason>.+)",
    re.DOTALL,
)
_DEED_REASON = re.compile(r"(?P<rest>[^,;:()]+?),? (?:because|so that|in order to) .+", re.DOTALL)
_NEGATED = {"cannot": ("can", "not ")}
_EFFECT = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>causes|leads to|results in|cause|lead to|result in) .+", re.DOTALL
)

MAX_PREDICATE_WORDS = 14


def ask_reason(statement: Statement) -> str:
    """A why for a sentence that states a reason or a purpose of what it says of its subject, '' for others."""
    found = _REASON.fullmatch(statement.clause)
    if found is None:
        return _ask_deed_reason(statement) or _ask_effect(statement)
    subject = statement.askable(found["subject"])
    if not subject or not _is_fit(found["rest"]):
        return ""
    verb, negation = _NEGATED.get(found["verb"], (found["verb"], ""))
    return statement.ask(f"Why {verb} {subject} {negation}{found['rest']}")


def _ask_deed_reason(statement: Statement) -> str:
    """Of "X uses Y because …": why does X use Y."""
    clause = clause_of(statement.clause)
    found = _DEED_REASON.fullmatch(clause.rest) if clause else None
    if clause is None or found is None or not clause.verb.endswith("s") or clause.verb in ("is", "was", "has", "does"):
        return ""
    subject = statement.askable(clause.subject)
    if not subject or not _is_fit(found["rest"]):
        return ""
    return statement.ask(f"Why does {subject} {base_form(clause.verb)} {found['rest']}")


def _ask_effect(statement: Statement) -> str:
    found = _EFFECT.fullmatch(statement.clause)
    subject = statement.askable(found["subject"]) if found else None
    if found is None or not subject:
        return ""
    verb, *particle = found["verb"].split()
    do = "does" if verb.endswith("s") else "do"
    return statement.ask(" ".join(("What", do, subject, base_form(verb) if do == "does" else verb, *particle)))


def _is_fit(rest: str) -> bool:
    return not has_pronoun(rest) and " also " not in f" {rest} " and len(rest.split()) <= MAX_PREDICATE_WORDS
