"""What several ways proposed becomes concepts: each thing once, whatever it is called and whoever named it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workers.crawl.expand.way import Origin, Phrase
from workers.topics.geometry import directions
from workers.topics.wording import Form, form

NEAR_EQUAL = 0.9
"""Cosine, the subject taken out, from which two phrases mean the same: "error correcting codes", "error correction
codes" 0.93; "bit flip", "phase flip" 0.55."""


@dataclass(frozen=True)
class Concept:
    """One thing that belongs to the subject."""

    text: str
    """Its best name."""
    weight: float
    """0 to 1: how sure it is that it belongs there; ways that agree add to it."""
    origin: Origin
    """The way that was surest of it."""
    also: tuple[str, ...] = ()
    """Its other names, acronyms among them."""
    same: bool = False
    """Whether it is the whole subject by another name."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the best first."""
        return (self.text, *self.also)


def concepts(phrases: Sequence[Phrase], subject: str) -> list[Concept]:
    """Each concept once, heaviest first; deterministic, whatever the order of the phrases.

    Phrases are one concept when they share a name in normal form, words of the subject left out ("quantum circuits",
    "circuit"), or when their directions nearly agree. Phrases that are nothing but the subject are left out.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    own = form(subject)
    ranked = sorted(phrases, key=lambda phrase: (-phrase.weight, phrase.text, phrase.origin))
    groups: list[list[Phrase]] = []
    group_of: dict[Form, int] = {}
    for phrase in ranked:
        forms = [core for name in (phrase.text, *phrase.also) if (core := _core(name, own, phrase.same))]
        if not forms:
            continue
        known = next((group_of[each] for each in forms if each in group_of), len(groups))
        if known == len(groups):
            groups.append([])
        groups[known].append(phrase)
        for each in forms:
            group_of.setdefault(each, known)
    merged = [_joined(group) for group in groups]
    return sorted(_near_equal_once(merged, subject), key=lambda concept: (-concept.weight, concept.text))


def _core(name: str, own: Form, same: bool) -> Form:
    """The words of a name that are not the subject's; all words of another name of the subject itself."""
    words = form(name)
    if same:
        return () if words == own else words
    return tuple(word for word in words if word not in own)


def _joined(group: Sequence[Phrase]) -> Concept:
    best = group[0]
    surest: dict[str, float] = {}
    for phrase in group:
        surest[phrase.origin] = max(surest.get(phrase.origin, 0.0), phrase.weight)
    doubt = 1.0
    for weight in surest.values():
        doubt *= 1 - min(weight, 1.0)
    names = dict.fromkeys(name for phrase in group for name in (phrase.text, *phrase.also))
    others = _once([name for name in names if name != best.text], best.text)
    return Concept(best.text, round(1 - doubt, 3), best.origin, others, any(phrase.same for phrase in group))


def _once(names: Sequence[str], but: str) -> tuple[str, ...]:
    """Names that differ by more than their endings."""
    first: dict[Form, str] = {}
    for name in names:
        first.setdefault(form(name), name)
    first.pop(form(but), None)
    return tuple(first.values())


def _near_equal_once(ranked: Sequence[Concept], subject: str) -> list[Concept]:
    if not ranked:
        return []
    ranked = sorted(ranked, key=lambda concept: (-concept.weight, concept.text))
    vectors = directions([concept.text for concept in ranked], subject)
    kept: list[int] = []
    joined: dict[int, Concept] = {}
    for number, concept in enumerate(ranked):
        twin = next((other for other in kept if float(vectors[number] @ vectors[other]) >= NEAR_EQUAL), None)
        if twin is None:
            kept.append(number)
            joined[number] = concept
            continue
        first = joined[twin]
        others = _once([*first.also, *concept.names], first.text)
        joined[twin] = replace(first, also=others, same=first.same or concept.same)
    return list(joined.values())
