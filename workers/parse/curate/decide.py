"""What is decided between the two passes: which documents repeat others, and the split of each of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.job.records import Decision, Document, Split
from agent.spec import JobSpec
from workers.parse.curate.dedup import EXACT, Duplicate, duplicates
from workers.parse.curate.split import split_works
from workers.parse.curate.survey import Survey
from workers.parse.curate.works import Works


@dataclass(frozen=True)
class Decided:
    """What becomes of the documents of a survey, by their numbers."""

    found: Survey
    gone: Sequence[Duplicate]
    works: dict[int, str]
    """The work of each document that stays; documents of one work are never parted."""

    def splits(self, spec: JobSpec) -> dict[int, Split]:
        """The split of each document that stays, its size counted in words.

        Raises:
            ValueError: fewer than three works.
        """
        ids = {number: self.found.entries[number].id for number in self.works}
        parts = split_works(
            {ids[number]: self.found.words[number] for number in self.works},
            {ids[number]: work for number, work in self.works.items()},
            validation_share=spec.curate.validation_share,
            test_share=spec.curate.test_share,
            seed=spec.seed,
        )
        return {number: parts[id] for number, id in ids.items()}

    def why_gone(self, one: Duplicate) -> str:
        """Whom it repeats, how surely, and why that one is better, for people."""
        mine, other = self.found.entries[one.number].rank, self.found.entries[one.of].rank
        return f"repeats {other.url} ({other.id}){_likeness(one)}; kept: {other.why(mine)}"

    def marked(self, document: Document, number: int, repeated_by: Sequence[Duplicate]) -> Document:
        """A document that stays, with its score and what it stands for."""
        kept = self.found.entries[number].rank
        copies = [(self.found.entries[one.number].rank, one) for one in repeated_by]
        told = [
            Decision(step="curate.copies", choice="kept", reason=f"{kept.why(copy)} than {copy.url}{_likeness(one)}")
            for copy, one in copies
        ]
        return document.model_copy(
            update={
                "score": self.found.scores[number],
                "copies": tuple(copy.url for copy, _ in copies),
                "decisions": (*document.decisions, *told),
            }
        )

    def repeating(self) -> dict[int, list[Duplicate]]:
        """For each document that stays and is repeated, those that repeat it."""
        by: dict[int, list[Duplicate]] = defaultdict(list)
        for one in self.gone:
            by[one.of].append(one)
        return by


def decide(found: Survey, least: float, tick: Callable[[int, int], None]) -> Decided:
    """What becomes of each document, at this similarity asked of near-duplicates."""
    gone = duplicates(found.entries, found.prints, least, tick)
    works = Works()
    for number, keys in enumerate(found.work_keys):
        for key in keys:
            works.join(number, key)
    for one in gone:
        for other in (one.of, *one.also):
            works.join(one.number, other)
    for first, second in found.passages.shared():
        works.join(first, second)
    repeated = {one.number for one in gone}
    staying = {number: each.id for number, each in enumerate(found.entries) if number not in repeated}
    return Decided(found, gone, works.of(staying))


def _likeness(one: Duplicate) -> str:
    return "" if one.reason == EXACT else f", {one.said}"
