"""Subject and finite verb of a sentence whose subject comes first."""

from __future__ import annotations

import re
from typing import NamedTuple

from workers.generate.reading.words import word_list

_AUXILIARY = r"is|are|was|were|can|cannot|could|may|might|must|should|will|has|have|does|do"
_VERBS = "|".join(sorted(word_list("third_person")))
_PLURAL_VERBS = "|".join(sorted(word_list("plural_verbs")))
_CLAUSE = re.compile(
    r"(?P<subject>[A-Za-z`][\w'\u2019+\-`#.]*(?: [\w'\u2019+\-`#]+){0,9}?(?: \([A-Z][\w\-]{1,9}\))?)"
    r"(?:, (?:or|also called|also known as) [^,]{2,40},)?(?: \w+ly)? "
    rf"(?P<verb>{_AUXILIARY}|{_VERBS}|(?<=s ){_PLURAL_VERBS}) (?!(?:{_AUXILIARY}) )(?P<rest>.+)",
    re.DOTALL,
)
_IRREGULAR = {"has": "have", "does": "do", "is": "be", "goes": "go"}


class Clause(NamedTuple):
    """``subject``, ``verb`` and ``rest`` in the words of the sentence; another name or an adverb
    between them is left out."""

    subject: str
    verb: str
    rest: str


def clause_of(sentence: str) -> Clause | None:
    """The sentence divided at its first finite verb, None where a plain subject does not come first."""
    found = _CLAUSE.fullmatch(sentence)
    return Clause(found["subject"], found["verb"], found["rest"]) if found else None


def base_form(verb: str) -> str:
    """The infinitive of a verb in the third person: "applies" gives apply, "passes" gives pass."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb
