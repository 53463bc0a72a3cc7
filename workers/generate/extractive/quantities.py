"""Questions for a number: "The Steane code uses seven qubits." answers "How many qubits does the Steane code use?"."""

from __future__ import annotations

import re

from workers.generate.reading.clauses import base_form
from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT

_COUNT = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|hundreds of|thousands of)"
_VERB = r"has|have|contains?|uses?|requires?|needs?|supports?|encodes?|provides?|includes?|takes?|consists? of"
_BOUND = r"up to|at least|at most|exactly|about|approximately|around|more than|over|only"
_QUANTITY = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>{_VERB}) (?:(?P<bound>{_BOUND}) )?{_COUNT} "
    r"(?P<what>(?:[a-z][\w\-]* ){0,2}?[a-z][\w\-]+s(?: of [a-z][\w\-]+s?)?)[ ,:;.].*",
    re.DOTALL,
)
_BOUNDS = {"up to": "Up to how many", "at least": "At least how many", "at most": "At most how many"}
_PLURALS = frozenset(
    {"have", "contain", "use", "require", "need", "support", "encode", "provide", "include", "take", "consist of"}
)


def ask_quantity(statement: Statement) -> str:
    """A question for how many of something the subject has, needs or holds; '' for other sentences."""
    found = _QUANTITY.fullmatch(statement.clause)
    subject = statement.askable(found["subject"]) if found else None
    if found is None or not subject:
        return ""
    verb, _, particle = found["verb"].partition(" ")
    do = "do" if found["verb"] in _PLURALS else "does"
    asked = _BOUNDS.get(found["bound"] or "", "How many")
    base = verb if do == "do" else base_form(verb)
    return statement.ask(" ".join(filter(None, (asked, found["what"], do, subject, base, particle))))
