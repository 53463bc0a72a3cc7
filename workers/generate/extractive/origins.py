"""Questions for who or when: "Shor's algorithm was published by … in 1994." answers "Who published …?"."""

from __future__ import annotations

import re

from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT

_DEED = "proposed|introduced|discovered|invented|published|developed|described|demonstrated|found|proved|built|founded"
_BY = re.compile(
    rf"(?P<subject>{SUBJECT}) (?:was|were) (?:first )?(?P<deed>{_DEED}) (?:\w+ ){{0,3}}?by [A-Z].+", re.DOTALL
)
_IN = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<be>was|were) (?:first )?(?P<deed>{_DEED}) in (?:\w+ )?\d{{4}}\b.+", re.DOTALL
)


def ask_origin(statement: Statement) -> str:
    """A question for by whom, or in which year, a thing came about; '' for other sentences."""
    by, year = _BY.fullmatch(statement.clause), _IN.fullmatch(statement.clause)
    found = by or year
    subject = statement.askable(found["subject"]) if found else None
    if found is None or not subject:
        return ""
    if by:
        return statement.ask(f"Who {by['deed']} {subject}")
    return statement.ask(f"When {found['be']} {subject} {found['deed']}")
