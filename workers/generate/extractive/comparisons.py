"""Questions for differences: "Unlike X, Y …" answers "How does Y differ from X?"."""

from __future__ import annotations

import re

from workers.generate.reading.clauses import clause_of
from workers.generate.reading.statements import Statement

_CONTRAST = re.compile(
    r"(?P<how>Unlike|In contrast (?:to|with)|Compared (?:to|with)|Similar to|Like) (?P<other>[^,]{3,60}), (?P<rest>.+)",
    re.DOTALL,
)
_WHEREAS = re.compile(r"(?P<one>[^,;]+),? (?:whereas|while) (?P<other>[^,;]+)", re.DOTALL)
_DIFFERENCE = re.compile(
    r"The (?:main |key |major |primary |only )?(?P<what>differences?) between "
    r"(?P<one>[^,;]{2,40}?) and (?P<other>[^,;]{2,40}?) (?P<be>is|are|lies?) .+",
    re.DOTALL,
)
_PLURAL_VERBS = frozenset({"are", "were", "have", "do"})
_SAME_FORM = frozenset({"can", "cannot", "could", "may", "might", "must", "should", "will"})


def ask_comparison(statement: Statement) -> str:
    """A question for what two things share, or where they differ; '' for sentences that compare nothing by name."""
    if found := _DIFFERENCE.fullmatch(statement.text):
        one, other = statement.askable(_opened(found["one"])), statement.askable(_opened(found["other"]))
        be = "are" if found["what"].endswith("s") else "is"
        return f"What {be} the {found['what']} between {one} and {other}?" if one and other else ""
    if found := _CONTRAST.fullmatch(statement.text):
        return _contrasted(statement, found)
    if found := _WHEREAS.fullmatch(statement.clause):
        clauses = [clause_of(_opened(found[part])) for part in ("one", "other")]
        subjects = [statement.askable(each.subject) if each else None for each in clauses]
        if all(subjects) and subjects[0] != subjects[1]:
            return statement.ask(f"How do {subjects[0]} and {subjects[1]} differ")
    return ""


def _contrasted(statement: Statement, found: re.Match[str]) -> str:
    clause = clause_of(_opened(found["rest"]))
    one = statement.askable(clause.subject) if clause else None
    other = statement.askable(_opened(found["other"]))
    if clause is None or not one or not other:
        return ""
    plural = clause.verb in _PLURAL_VERBS or (clause.verb in _SAME_FORM and one.endswith("s"))
    do = "do" if plural or (not clause.verb.endswith("s") and clause.verb not in _SAME_FORM) else "does"
    if found["how"] in ("Similar to", "Like"):
        return f"What {do} {one} have in common with {other}?"
    if found["how"].startswith("Compared"):
        return f"How {do} {one} compare with {other}?"
    return f"How {do} {one} differ from {other}?"


def _opened(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]
