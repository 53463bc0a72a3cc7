"""Sentences that relate two things: cause, comparison, part and whole, sequence; found by their cue words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from workers.generate.context.prose import Line
from workers.generate.context.record import Relation, RelationKind

MIN_SIDE_WORDS = 1
MIN_LINE_WORDS = 6


class _Cue(NamedTuple):
    kind: RelationKind
    pattern: re.Pattern[str]
    swapped: bool = False
    """Whether the second group is what `Relation.left` holds."""


def _between(cue: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<one>.+?),? {cue} (?P<two>.+)", re.DOTALL)


def _opening(cue: str) -> re.Pattern[str]:
    return re.compile(rf"{cue} (?P<one>[^,]+), (?P<two>.+)", re.DOTALL)


_VERB = r"(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bof )(?<!\bto )(?<!\bany )(?<!\bthis )(?<!\bbe )(?<!\bare )(?<!\bis )"
"""What stands before a word when it is the finite verb of its clause, and neither a noun nor an infinitive."""
_CUES = (
    _Cue("cause", _between(r"(?:because of|because|due to|owing to|as a result of|thanks to|on account of)")),
    _Cue("cause", _between(r"since(?! (?:\d|the \w+ies\b|then\b|ancient\b|it began|its\b|at least\b|early\b|the (?:late|early)))")),
    _Cue("cause", _between(r"so that")),
    _Cue("cause", _opening(r"(?:Because of|Because|Due to|Since(?! \d| the \d| then)|Owing to|As a result of)"), True),
    _Cue(
        "cause",
        re.compile(
            rf"(?P<one>.+?) {_VERB}(?:causes?|caused|leads? to|led to|results? in|resulted in|triggers?|triggered"
            r"|gives? rise to|gave rise to|brings? about|brought about|forces?|forced|induces?|induced|prevents?|prevented"
            r"|enables?|enabled|ensures?|leading to|resulting in|causing|thereby \w+ing) (?P<two>.+)",
            re.DOTALL,
        ),
        True,
    ),
    _Cue("cause", re.compile(r"(?P<one>.+?)(?:; |, |\. )(?:and )?(?:therefore|thus|hence|so|consequently|as a result),? (?P<two>.+)", re.DOTALL), True),
    _Cue("comparison", re.compile(r"(?P<one>.+?\b(?:\w{2,}er|more|less|fewer|rather|better|worse|other) (?:[\w\-]+ ){0,6}?)than (?P<two>.+)", re.DOTALL)),
    _Cue("comparison", re.compile(r"(?:Unlike|Compared (?:with|to)|In contrast (?:to|with)|As opposed to|Like|Similar to|Just like) (?P<two>[^,]+), (?P<one>.+)", re.DOTALL)),
    _Cue("comparison", _between(r"(?:whereas|unlike|in contrast to|in contrast with|compared (?:with|to)|as opposed to|in comparison (?:with|to)|while(?=[^,]+ (?:is|are|has|have|does|do|can|takes?|uses?|needs?)\b))")),
    _Cue("comparison", re.compile(r"(?:While|Whereas) (?P<one>[^,]+), (?P<two>.+)", re.DOTALL)),
    _Cue("comparison", re.compile(r"(?P<one>.+?) (?:differs?|differed|(?:is|are|was|were) (?:\w+ )?(?:different|distinct|similar|analogous|identical|equivalent|comparable|inferior|superior)) (?:from|to|in) (?P<two>.+)", re.DOTALL)),
    _Cue("comparison", re.compile(r"(?P<one>.+?) (?:just )?as (?!well|long|soon|far|such|much as)\w+ as (?P<two>.+)", re.DOTALL)),
    _Cue("comparison", re.compile(r"(?:The )?[Dd]ifferences? between (?P<one>.+?) and (?P<two>.+)", re.DOTALL)),
    _Cue("part_of", re.compile(rf"(?P<one>.+?) {_VERB}(?:consists? of|consisted of|(?:is|are|was|were) (?:\w+ly )?(?:composed of|made up of|made of|comprised of|formed by|divided into|split into|subdivided into)|comprises?|comprised|contains?|includes?) (?P<two>.+)", re.DOTALL)),
    _Cue("part_of", re.compile(r"(?P<one>.+?) has (?P<two>(?:two|three|four|five|six|several|many) (?:[\w\-]+ ){0,3}(?:parts?|components?|sections?|layers?|stages?|chambers?|phases?|elements?|levels?|kinds?|types?)\b.*)", re.DOTALL)),
    _Cue("part_of", re.compile(r"(?P<two>.+?) (?:is|are|was|were|forms?) (?:an? |the )?(?:\w+ )?(?:parts?|components?|subsets?|members?) of (?P<one>.+)", re.DOTALL)),
    _Cue("sequence", re.compile(r"(?P<one>First(?:ly)?,? .+?[,;.]) (?:and )?(?:then|next|second(?:ly)?|afterwards) (?P<two>.+)", re.DOTALL)),
    _Cue("sequence", re.compile(r"(?P<one>(?![Ii]f |[Ww]hen ).+?),? (?:and then|followed by|(?<=, )then|before (?=\w+ing\b|the\b|you\b|it\b|they\b|an?\b|we\b)|after which|and (?:finally|afterwards)) ?(?P<two>.+)", re.DOTALL)),
    _Cue("sequence", re.compile(r"(?P<one>.+?),? (?:after (?=\w+ing\b|the\b|you\b|it\b|they\b|an?\b|we\b)|once (?=\w)|preceded by ?)(?P<two>.+)", re.DOTALL), True),
    _Cue("sequence", re.compile(r"(?:After|Once|Following) (?P<one>[^,]+), (?P<two>.+)", re.DOTALL)),
    _Cue("sequence", re.compile(r"Before (?P<one>[^,]+), (?P<two>.+)", re.DOTALL), True),
)  # fmt: skip


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
        left, right = (_side(match[name]) for name in (("two", "one") if cue.swapped else ("one", "two")))
        if min(len(left.split()), len(right.split())) >= MIN_SIDE_WORDS:
            found[cue.kind] = Relation(line.text, line.start, cue.kind, left, right)
    return list(found.values())


def _side(text: str) -> str:
    return text.strip(" ,;:.\n")
