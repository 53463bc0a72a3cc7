"""Questions from what a thing does: "The CNOT gate flips its target." answers "What does the CNOT gate do?"."""

from __future__ import annotations

import re

from workers.generate.reading.clauses import base_form
from workers.generate.reading.statements import Statement
from workers.generate.reading.subjects import SUBJECT
from workers.generate.reading.words import word_list

_OBJECT_ASKED = {
    "represents": "represent", "describes": "describe", "measures": "measure", "requires": "require",
    "consists of": "consist of", "contains": "contain", "refers to": "refer to", "denotes": "denote",
    "encodes": "encode", "depends on": "depend on", "determines": "determine", "specifies": "specify",
    "states that": "state", "defines": "define", "means that": "mean", "implies that": "imply",
    "means": "mean", "stands for": "stand for", "says that": "say",
}  # fmt: skip
"""Verbs whose object is the answer, third person to base form: "What does … represent?"."""

_DEED_ASKED = word_list("deeds")

_BE = r"(?P<be>is|are|can be)"
_OBJECT = re.compile(rf"(?P<subject>{SUBJECT}) (?P<verb>{'|'.join(_OBJECT_ASKED)}) .+", re.DOTALL)
_DEED = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>{'|'.join(sorted(_DEED_ASKED))}) "
    r"(?:an?|the|each|every|two|you|users|developers|how|that) (?!.{0,30}\b(?:it|them|this|these|those)\b).+",
    re.DOTALL,
)
"""The determiner shows that the word before it is the verb and no noun: "gate transforms are"; a pronoun close by
mostly stands for something said before."""
_PERMISSION = re.compile(
    rf"(?P<subject>{SUBJECT}) (?P<verb>allows|enables|lets|helps) "
    r"(?P<who>you|users|developers|researchers|programmers|applications|programs) (?:to )?(?P<deed>[a-z]+) .+",
    re.DOTALL,
)
_USE = re.compile(rf"(?P<subject>{SUBJECT}) {_BE} (?:\w+ly )?used (?:to|for|as) .+", re.DOTALL)
_MANNER = re.compile(
    rf"(?P<subject>{SUBJECT}) {_BE} (?P<deed>(?!used|called|known|based|given|interested)\w+ed|made|built|given|done) "
    r"(?:by \w+ing|using|through|via|with the help of|as) .+",
    re.DOTALL,
)


_PARTIAL = re.compile(r" one of its | if and only if ")
"""The sentence tells a part, or a condition."""


def ask_predicate(statement: Statement) -> str:
    """A question for what something does, is for, or how it is done; '' for other sentences."""
    for pattern, ask in (
        (_USE, _ask_use),
        (_MANNER, _ask_manner),
        (_PERMISSION, _ask_permission),
        (_OBJECT, _ask_object),
        (_DEED, _ask_deed),
    ):
        found = pattern.fullmatch(statement.clause)
        if found is not None:
            subject = statement.askable(found["subject"])
            if pattern is _DEED and subject and _may_be_a_person(subject):
                return ""
            if _PARTIAL.search(statement.text) or (not statement.passage and _is_one_of_many(pattern, found)):
                return ""
            return statement.ask(ask(found, subject)) if subject else ""
    return ""


def _is_one_of_many(pattern: re.Pattern[str], found: re.Match[str]) -> bool:
    """Whether the sentence tells one way or use among others, which is no answer without its paragraph."""
    named = any(map(str.isupper, found["subject"][1:]))
    is_everyday = pattern is _MANNER and found["deed"] != "defined" and not named and found["subject"].endswith("s")
    return found.groupdict().get("be") == "can be" or is_everyday


def _may_be_a_person(subject: str) -> bool:
    """Whether the subject is nothing but a name: what Alice, or Alice Smith, does once is no knowledge about her."""
    return all(word[0].isupper() for word in subject.split()) and not subject.isupper()


def _ask_use(found: re.Match[str], subject: str) -> str:
    if found["be"] == "can be":
        return f"What can {subject} be used for"
    return f"What {found['be']} {subject} used for"


def _ask_manner(found: re.Match[str], subject: str) -> str:
    if found["be"] == "can be":
        return f"How can {subject} be {found['deed']}"
    return f"How {found['be']} {subject} {found['deed']}"


def _ask_permission(found: re.Match[str], subject: str) -> str:
    to = "" if found["verb"] == "lets" else "to "
    return f"What does {subject} {base_form(found['verb'])} {found['who']} {to}do"


def _ask_object(found: re.Match[str], subject: str) -> str:
    return f"What does {subject} {_OBJECT_ASKED[found['verb']]}"


def _ask_deed(found: re.Match[str], subject: str) -> str:
    return f"What does {subject} do"
