"""Sentences that relate two things: cause, comparison, part and whole, sequence; found by their cue words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from workers.generate.context.prose import Line
from workers.generate.context.record import Relation, RelationKind

MIN_LINE_WORDS = 6
"""Shorter sentences have no room for two things and what is said of them."""


MIN_SIDE_WORDS: dict[RelationKind, int] = {"cause": 2, "comparison": 1, "part_of": 1, "sequence": 2}
"""A cause and a step are clauses ("Ever since …" has none before it), what is compared or has parts may be one word."""


class _Cue(NamedTuple):
    kind: RelationKind
    pattern: re.Pattern[str]
    swapped: bool = False
    """Whether the second group is what `Relation.left` holds."""


_FINITE = "".join(
    rf"(?<!\b{word} )" for word in ("the", "a", "an", "of", "to", "any", "this", "be", "are", "is", "its", "their")
)
"""What must not stand before a word that is the verb of its clause, and neither a noun nor an infinitive."""
_SPAN_OF_TIME = r"(?:\d|the \w+ies\b|then\b|ancient\b|it began|its\b|at least\b|early\b|the (?:late|early))"
_CAUSES = (
    "causes?|caused|causing|leads? to|led to|leading to|results? in|resulted in|resulting in|triggers?|triggered"
    "|contributes? to|contributed to|gives? rise to|gave rise to|brings? about|brought about|forces?|forced|induces?"
    "|induced|prevents?|prevented"
    r"|enables?|enabled|ensures?|ensured|thereby \w+ing"
)
_THEREFORE = "(?:therefore|thus|hence|consequently|so(?! on| that| far| forth| much| many)|as a result)"
_CLAUSE = r"(?=\w+ing\b|the\b|you\b|it\b|they\b|an?\b|we\b)"
_CONNECTED = r"(?:from|to|in|with)"


def _between(cue: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<one>.+?),? {cue} (?P<two>.+)", re.DOTALL)


def _opening(cue: str) -> re.Pattern[str]:
    return re.compile(rf"{cue} (?P<one>[^,]+), (?P<two>.+)", re.DOTALL)


def _verb(forms: str) -> re.Pattern[str]:
    return _between(rf"{_FINITE}(?:{forms})")


_CUES = (
    _Cue("cause", _between("(?:because of|because|due to|owing to|as a result of|thanks to|on account of|so that)")),
    _Cue("cause", _between(rf"since(?! {_SPAN_OF_TIME})")),
    _Cue("cause", _opening(rf"(?:Because of|Because|Due to|Since(?! {_SPAN_OF_TIME})|Owing to|As a result of)"), True),
    _Cue("cause", _verb(_CAUSES), True),
    _Cue("cause", _between(rf"(?:(?<=[;,.] )(?:and )?|and ){_THEREFORE},?"), True),
    _Cue(
        "comparison",
        re.compile(
            r"(?P<one>.+?\b(?:\w{2,}er|more|less|fewer|better|worse) (?:[\w\-]+ ){0,6}?)"
            r"(?<!rather )than (?!once|one\b|two\b|\d)(?P<two>.+)",
            re.DOTALL,
        ),
    ),
    _Cue(
        "comparison",
        _opening(
            "(?:Unlike|Compared (?:with|to)|In contrast (?:to|with)|As opposed to|Like|Similar to|Just like|While"
            "|Whereas)"
        ),
        True,
    ),
    _Cue(
        "comparison",
        _between(
            "(?:whereas|unlike|in contrast (?:to|with)|compared (?:with|to)|as opposed to|in comparison (?:with|to)"
            r"|while(?=[^,]+ (?:is|are|has|have|does|do|can|takes?|uses?|needs?)\b))"
        ),
    ),
    _Cue(
        "comparison",
        _between(
            rf"(?:differs?|differed|(?:is|are|was|were) (?:\w+ )?(?:different|distinct|similar|analogous|identical"
            rf"|equivalent|comparable|inferior|superior)) {_CONNECTED}"
        ),
    ),
    _Cue("comparison", _between(r"(?:just )?as (?!well|long|soon|far|such|much as)\w+ as")),
    _Cue("comparison", re.compile(r"(?:.* )?[Dd]ifferences? between (?P<one>.+?) and (?P<two>.+)", re.DOTALL)),
    _Cue(
        "part_of",
        _verb(
            r"(?<!\bthat )(?<!\bwhich )(?<!\bnot )(?<!n't )"
            "(?:consists? of|consisted of|consisting of|comprises?|comprised|contains?|includes?)"
        ),
    ),
    _Cue(
        "part_of",
        _between(
            r"(?:is|are|was|were) (?:\w+ly )?(?:composed of|made up of|made of|comprised of|formed by|divided into"
            "|split into|subdivided into)"
        ),
    ),
    _Cue(
        "part_of",
        re.compile(
            r"(?P<one>.+?) has (?P<two>(?:two|three|four|five|six|several|many) (?:[\w\-]+ ){0,3}(?:parts?|components?"
            r"|sections?|layers?|stages?|chambers?|phases?|elements?|levels?|kinds?|types?)\b.*)",
            re.DOTALL,
        ),
    ),
    _Cue(
        "part_of",
        _between(
            r"(?:is|are|was|were|forms?) (?:an? |the )?(?:\w+ )?"
            "(?:parts?|components?|subsets?|members?|branch(?:es)?|subfields?) of"
        ),
        True,
    ),
    _Cue("sequence", re.compile(r"(?P<one>First(?:ly)?,? .+?[,;.]) (?:and )?(?:then|next|second(?:ly)?) (?P<two>.+)")),
    _Cue(
        "sequence",
        re.compile(
            r"(?P<one>(?:(?!\b[Ii]f |\b[Ww]hen ).)+?),? (?:and then|followed by|(?<=, )then|before "
            rf"{_CLAUSE}|after which|and (?:finally|afterwards)) ?(?P<two>.+)",
            re.DOTALL,
        ),
    ),
    _Cue("sequence", _between(rf"(?:after(?= {_CLAUSE})|once(?= \w)|preceded by)"), True),
    _Cue("sequence", _opening("(?:After|Once|Following)")),
    _Cue("sequence", _opening("Before"), True),
)


def relations(lines: Sequence[Line]) -> tuple[Relation, ...]:
    """The relations that complete sentences state, in order; of each kind at most one a sentence."""
    return tuple(found for line in lines if line.is_complete for found in _of(line))


def _of(line: Line) -> list[Relation]:
    if len(line.text.split()) < MIN_LINE_WORDS or line.text.endswith("?"):
        return []
    found: dict[RelationKind, Relation] = {}
    for cue in _CUES:
        match = None if cue.kind in found else cue.pattern.fullmatch(line.text)
        if match is None:
            continue
        left, right = (match[name].strip(" ,;:.\n") for name in (("two", "one") if cue.swapped else ("one", "two")))
        if min(len(left.split()), len(right.split())) >= MIN_SIDE_WORDS[cue.kind]:
            found[cue.kind] = Relation(line.text, line.start, cue.kind, left, right)
    return list(found.values())
