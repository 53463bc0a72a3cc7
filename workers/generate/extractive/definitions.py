"""Questions from definitions: "A qubit is a two-level system." answers "What is a qubit?"."""

from __future__ import annotations

import re

from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT
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
_WEAK_CLASSES = word_list("weak_classes")
_PERSONS = word_list("persons")
_BOUNDARY = re.compile(
    r"[,;:(]|\b(?:that|which|whose|where|who|of|for|in|to|with|from|between|at|by|on|used|based|and|or)\b"
)
"""What ends the phrase that names the class."""
_CONDITION = re.compile(
    r"\b(?:if|when|because|since|where you|the only)\b|\b(?:most|least|largest|smallest|\w{3,}est)\b(?! of\b)"
)
"""A thing is not defined by when it holds, nor by being the first of its kind."""


def ask_definition(statement: Statement) -> str:
    """A question for what, or who, the sentence says that something is; '' for other sentences."""
    found = _DEFINITION.fullmatch(statement.clause) or _PLURAL_CLASS.fullmatch(statement.clause)
    if found is None or not _defines(found["what"]):
        return ""
    subject = statement.askable(found["subject"])
    if not subject or (found["verb"] == "are" and subject.startswith("the number of")):
        return ""
    return statement.ask(f"{'Who' if _is_person(found['what'], subject) else 'What'} {found['verb']} {subject}")


def _defines(what: str) -> bool:
    words = tokens(what)
    has_article = words[0] in ("a", "an", "the", "any", "one")
    start = 3 if words[:3] == ["one", "of", "the"] else 1 if has_article else 0
    rest = words[start:]
    if len(rest) < 4 or rest[0] in _JUDGEMENTS or rest[0] in PRONOUNS:
        return False
    if not has_article and _NOT_A_CLASS.search(rest[0]):
        return False
    if _class_of(what) in _WEAK_CLASSES or _CONDITION.search(what):
        return False
    return bool(_DIFFERENTIA.search(what))


def _class_of(what: str) -> str:
    """The noun that names the class: "a measure of disorder" gives measure."""
    words = tokens(_BOUNDARY.split(what, maxsplit=1)[0])
    return words[-1] if words else ""


def _is_person(what: str, subject: str) -> bool:
    return subject[0].isupper() and not set(tokens(_BOUNDARY.split(what, maxsplit=1)[0])).isdisjoint(_PERSONS)
