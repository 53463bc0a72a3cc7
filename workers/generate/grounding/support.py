"""Whether a claim follows from sentences: its numbers, names, words, negations and directions compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from workers.generate.grounding.names import known_as, names, unfounded_name
from workers.generate.grounding.numbers import Number, announced, claimed_numbers, counts, is_unit, numbers, unfounded
from workers.generate.grounding.polarity import Stand, exchanged, flips, opposed, stand
from workers.generate.grounding.words import is_small, is_term, nearness, stem, words

MIN_COVERAGE = 0.5
"""Least share of a claim's content words that the evidence must hold; see tests/gates/test_grounding.py."""
MIN_NEARNESS = 0.45
"""Cosine from which a word counts as a paraphrase of one of the evidence, for as much as the cosine."""
MIN_ALIGNED = 0.5
"""Share of a claim's stems that a sentence holds when the two speak of the same thing."""


@dataclass(frozen=True)
class Evidence:
    """The sentences that a claim is held against, and what else its reader has been given."""

    sentences: tuple[str, ...]
    given: str = ""
    """The question, and the titles that the sentences stand under: known names, but no facts."""

    @cached_property
    def text(self) -> str:
        """All sentences."""
        return "\n".join(self.sentences)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of all words of the sentences."""
        return frozenset(stem(word) for sentence in self.sentences for word in words(sentence))

    @cached_property
    def given_stems(self) -> frozenset[str]:
        """Of all words of what is given beside."""
        return frozenset(map(stem, words(self.given)))

    @cached_property
    def content(self) -> frozenset[str]:
        """Content words of the sentences, for their meaning."""
        return frozenset(word.lower() for sentence in self.sentences for word in words(sentence) if not is_small(word))

    @cached_property
    def numbers(self) -> frozenset[Number]:
        """Stated in the sentences, or counted in them."""
        stated = frozenset(number for sentence in self.sentences for number in numbers(sentence))
        return stated | {Number(count) for count in counts(self.text)}

    @cached_property
    def names(self) -> frozenset[str]:
        """All that a name may be found under."""
        return frozenset().union(*map(known_as, self.sentences), known_as(self.given))


def fault_of_claim(claim: str, evidence: Evidence) -> tuple[str, str]:
    """Why the claim does not follow from the evidence, a reason and the word that shows it, or two empty strings."""
    number = unfounded(claimed_numbers(claim), evidence.numbers | {Number(count) for count in announced(claim)})
    if number is not None:
        return "number_not_in_evidence", f"{number.value:g} {number.dimension}".strip()
    covered, name = coverage(claim, evidence), unfounded_name(names(claim), evidence.names)
    if covered < MIN_COVERAGE and not (name and covered >= MIN_COVERAGE / 2):
        return "unsupported", f"{covered:.2f} of its words"
    name = name or _strange_term(claim, evidence)
    if name:
        return "name_not_in_evidence", name
    own = stand(claim)
    aligned = _aligned(own, evidence.sentences)
    if not aligned:
        return "", ""
    if word := _in_all(flips(own, other) for other in aligned):
        return "negation_flipped", word
    if word := _in_all(opposed(own, other) for other in aligned):
        return "opposite", word
    if all(exchanged(own, other) for other in aligned):
        return "roles_exchanged", claim
    return "", ""


def _strange_term(claim: str, evidence: Evidence) -> str:
    """The first term of a field that is neither in the evidence nor given nor near in meaning to a word of it, or ''.

    A wrong drug or ingredient has no capital to be known by.
    """
    return next(
        (
            word
            for word in words(claim)
            if word.isalpha()
            and not is_unit(word)
            and is_term(word)
            and stem(word) not in evidence.stems | evidence.given_stems
            and nearness(word.lower(), evidence.content) < MIN_NEARNESS
        ),
        "",
    )


def coverage(claim: str, evidence: Evidence) -> float:
    """Share of the claim's content words that stand in the evidence, or mean nearly the same as one there.

    Words of the question prove nothing and are left out; a claim of nothing else is covered.
    """
    total = held = 0.0
    for word in words(claim):
        root = stem(word)
        is_given = root in evidence.given_stems and root not in evidence.stems
        if is_given or is_small(word) or word.isdigit() or is_unit(word):
            continue
        total += 1
        held += 1 if root in evidence.stems else _paraphrased(word.lower(), evidence.content)
    return held / total if total else 1.0


@lru_cache(maxsize=16_384)
def _paraphrased(word: str, content: frozenset[str]) -> float:
    near = nearness(word, content)
    return near if near >= MIN_NEARNESS else 0.0


def _aligned(claim: Stand, sentences: Iterable[str]) -> list[Stand]:
    """How the sentences that speak of the same as the claim stand to their words, the nearest first."""
    wanted = set(claim.order)
    if not wanted:
        return []
    shares = [(len(wanted & set(other.order)) / len(wanted), other) for other in map(stand, sentences)]
    best = max((share for share, _ in shares), default=0.0)
    return [other for share, other in shares if share >= max(MIN_ALIGNED, best - 0.1)]


def _in_all(words_found: Iterable[str]) -> str:
    """The first word, where every aligned sentence has one: another sentence may say just what the claim says."""
    found = list(words_found)
    return found[0] if found and all(found) else ""
