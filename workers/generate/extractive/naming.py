"""Questions for the name of a thing: "The region … is called a factory." answers "What is the region … called?"."""

from __future__ import annotations

import re

from workers.generate.reading.statements import Statement
from workers.generate.reading.words import POINTERS, PRONOUNS, tokens

_CALLED = re.compile(
    r"(?P<thing>(?:An?|The) [^,;:()]+?) (?P<be>is|are) (?:often |usually |sometimes |also )?(?:called|known as) "
    r"(?P<name>[^;:]+)",
    re.DOTALL,
)
_RELATIVE = frozenset({"that", "which", "whose", "where", "one", "each", "any", "some"})
"""Pronouns and quantifiers that find their meaning inside the phrase."""

MIN_THING_WORDS = 4
"""Fewer words do not describe a thing well enough for its name to follow."""
MAX_THING_WORDS = 20


def ask_naming(statement: Statement) -> str:
    """A question for the name that the sentence gives to what it describes; '' for other sentences."""
    found = _CALLED.fullmatch(statement.clause)
    if found is None or not _is_described(found["thing"]):
        return ""
    thing = found["thing"][0].lower() + found["thing"][1:]
    return statement.ask(f"What {found['be']} {thing} called")


def _is_described(thing: str) -> bool:
    words = tokens(thing)
    return (
        MIN_THING_WORDS <= len(words) <= MAX_THING_WORDS
        and words[1] not in POINTERS
        and not (set(words) & (PRONOUNS - _RELATIVE))
        and not {"is", "are"} & set(words[:3])
        and (words[0] != "the" or bool({"that", "which", "whose", "of", "where", "between", "for", "in"} & set(words)))
    )
