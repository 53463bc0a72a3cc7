"""Questions that assume what the text denies: "X cannot be copied." corrects "How can X be copied?"."""

from __future__ import annotations

import re

from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT
from workers.generate.reading.words import has_pronoun

_HALF_DENIALS = (
    "only|just|necessarily|always|yet|merely|simply|every|all|quite|limited|typically|usually|generally|so|as|the same"
    "|the only|currently|even|a whole|directly|be overstated|be overemphasi[sz]ed"
)
"""After "not" these leave a part of what is denied standing."""
_DENIAL = re.compile(
    rf"(?P<subject>{SUBJECT}) (?:(?P<can>cannot|can't|can not)|(?P<do>does|do)(?: not|n't)|(?P<be>is|are)(?: not|n't)) "
    rf"(?P<rest>(?!(?:{_HALF_DENIALS})\b)[^,;:()]+?)"
    r"(?P<more>,? (?:because|since|so|but|and|or)\b.+)?\.",
    re.DOTALL,
)
_POLAR = re.compile(
    r"\b(?:any|anymore|anything|either|ever|yet|at all|"
    r"until|unless|but|nor|otherwise|on their own|by itself|only|much)\b"
)
"""Words that stand beside a denial only, or limit it."""

MAX_PREDICATE_WORDS = 12


def ask_false_premise(statement: Statement) -> str:
    """A question that takes the contrary of a denial for granted; '' where nothing is plainly denied."""
    found = _DENIAL.fullmatch(statement.clause)
    if found is None or has_pronoun(found["rest"]) or _POLAR.search(found["rest"]):
        return ""
    subject = statement.askable(found["subject"])
    if not subject or len(found["rest"].split()) > MAX_PREDICATE_WORDS or len(found["rest"].split()) < 2:
        return ""
    if found["can"]:
        return statement.ask(f"How can {subject} {found['rest']}")
    return statement.ask(f"Why {found['do'] or found['be']} {subject} {found['rest']}")
