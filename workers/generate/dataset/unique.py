"""Which examples say again what another says, within a split, across splits, or in the user's own test files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.dataset.benchmarks import BenchmarkItem
from agent.job.records import Example, ExampleFamily, ExampleKind, Split
from workers.generate.dataset.duplicates import Asked, near_duplicates, near_matches, wording
from workers.generate.dataset.overlap import Runs
from workers.generate.dataset.pool import PRECEDENCE, Entry, Pool, by_precedence

DUPLICATE = "duplicate"
NEAR_DUPLICATE = "near_duplicate"
CONTAMINATED = "contaminated"
IN_BENCHMARK = "in_benchmark"
TRAINED_CHOICE = "choice_in_training"

_SAID_OFTEN = frozenset({ExampleKind.UNANSWERABLE, ExampleKind.CHOICE})
"""Their responses ("the passage does not say", "X") are the same for many questions and give nothing away."""


class Verdict(NamedTuple):
    """Why an entry goes."""

    entry: Entry
    reason: str
    of: str = ""
    """What it repeats: the id of an example, or ``FILE:LINE`` of a test file."""
    similarity: float = 0.0
    """Cosine of the two questions where it decided."""


def settle(
    pool: Pool,
    entries: Sequence[Entry],
    benchmarks: Sequence[BenchmarkItem],
    *,
    near: float,
    contamination: float,
    tick: Callable[[], object] = lambda: None,
) -> tuple[list[Entry], list[Verdict]]:
    """The entries that stay, in order of precedence, and a verdict on each that goes.

    Held-out splits come first and keep their rows. ``contaminated``: its prompt, its response or a run of words stands
    in a split of higher precedence, or its question is near one there. ``in_benchmark``: the same of a training entry
    and a test file. ``duplicate``: prompt and response were seen in the same split. ``near_duplicate``: the same
    question in the same split, in other words. What was refused refuses nothing itself.
    """
    gone: list[Verdict] = []
    stay: list[Entry] = []
    words = _Words(benchmarks)
    ordered = by_precedence(entries)
    for number, (entry, example) in enumerate(zip(ordered, pool.read(ordered), strict=True)):
        if number % 1000 == 0:
            tick()
        verdict = words.judge(entry, example)
        if verdict:
            gone.append(verdict)
        else:
            words.remember(entry, example)
            stay.append(entry)
    held_out: list[Entry] = []
    for split in PRECEDENCE:
        own = [entry for entry in stay if entry.split is split]
        own = _drop(own, _near_held_out(own, held_out, contamination), gone)
        if split is Split.TRAIN:
            own = _drop(own, _near_benchmarks(own, benchmarks, contamination), gone)
        held_out += _drop(own, _said_again(own, near, tick), gone)
    return held_out, gone


def _drop(entries: list[Entry], verdicts: Iterator[Verdict], gone: list[Verdict]) -> list[Entry]:
    found = list(verdicts)
    gone += found
    out = {verdict.entry.id for verdict in found}
    return [entry for entry in entries if entry.id not in out]


def _said_again(entries: Sequence[Entry], similarity: float, tick: Callable[[], object]) -> Iterator[Verdict]:
    """Prompts are compared where they go with the same passage and earlier turns, choices only with choices."""
    groups: defaultdict[tuple[bytes, bool], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.prompt:
            groups[entry.setting, entry.kind is ExampleKind.CHOICE].append(entry)
    for group in groups.values():
        known = {entry.id: entry for entry in group}
        # Two openings of one document are near each other and go on differently: of completions only words count.
        openings = [entry for entry in group if entry.kind.family is ExampleFamily.COMPLETION]
        asking = [entry for entry in group if entry.kind.family is not ExampleFamily.COMPLETION]
        for some, least in ((openings, 1.0), (asking, similarity)):
            for found in near_duplicates(
                [each.id for each in some], [each.prompt for each in some], [each.score for each in some], least, tick
            ):
                yield Verdict(known[found.id], NEAR_DUPLICATE, found.of, found.similarity)


def _near_held_out(entries: Sequence[Entry], held_out: Sequence[Entry], similarity: float) -> Iterator[Verdict]:
    against = [Asked(each.id, each.prompt) for each in held_out if _stands_alone(each)]
    return _near(entries, against, similarity, CONTAMINATED)


def _near_benchmarks(
    entries: Sequence[Entry], benchmarks: Sequence[BenchmarkItem], similarity: float
) -> Iterator[Verdict]:
    return _near(entries, [Asked(item.place, item.question) for item in benchmarks], similarity, IN_BENCHMARK)


def _near(entries: Sequence[Entry], against: Sequence[Asked], similarity: float, reason: str) -> Iterator[Verdict]:
    asking = {entry.id: entry for entry in entries if _stands_alone(entry)}
    if not against or similarity >= 1:
        return
    for found in near_matches([Asked(each.id, each.prompt) for each in asking.values()], against, similarity):
        yield Verdict(asking[found.id], reason, found.of, found.similarity)


def _stands_alone(entry: Entry) -> bool:
    return bool(entry.prompt) and not entry.setting and entry.kind.family is not ExampleFamily.COMPLETION


@dataclass
class _Words:
    """What has been accepted so far, by its words."""

    benchmarks: Sequence[BenchmarkItem]
    pairs: dict[tuple[Split, bool, bytes, bytes], str] = field(default_factory=dict)
    prompts: dict[bytes, Entry] = field(default_factory=dict)
    responses: dict[bytes, Entry] = field(default_factory=dict)
    runs: dict[Split, Runs] = field(default_factory=dict)
    """Of the prompted rows of each held-out split."""
    tests: Runs = field(default_factory=Runs)
    test_questions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.benchmarks:
            self.test_questions.setdefault(wording(item.question), item.place)
            for text in (item.question, *item.answers):
                self.tests.add(text, item.place)

    def judge(self, entry: Entry, example: Example) -> Verdict | None:
        if entry.split is Split.TRAIN and entry.kind is ExampleKind.CHOICE:
            return Verdict(entry, TRAINED_CHOICE)
        answered = None if entry.kind in _SAID_OFTEN else self.responses.get(entry.response)
        for earlier in (self.prompts.get(entry.asked), answered):
            if earlier and earlier.split is not entry.split:
                return Verdict(entry, CONTAMINATED, earlier.id)
        texts = (example.context, example.prompt, example.response)
        for split, runs in self.runs.items():
            if split is not entry.split and (place := next(filter(None, map(runs.found_in, texts)), "")):
                return Verdict(entry, CONTAMINATED, place)
        if entry.split is Split.TRAIN and self.benchmarks:
            asked = entry.prompt and self.test_questions.get(wording(entry.prompt))
            if place := asked or next(filter(None, map(self.tests.found_in, texts)), ""):
                return Verdict(entry, IN_BENCHMARK, place)
        if same := self.pairs.get(_pair(entry)):
            return Verdict(entry, DUPLICATE, same)
        return None

    def remember(self, entry: Entry, example: Example) -> None:
        self.pairs.setdefault(_pair(entry), entry.id)
        if entry.kind not in _SAID_OFTEN:
            self.responses.setdefault(entry.response, entry)
        if entry.prompt:
            self.prompts.setdefault(entry.asked, entry)
            if entry.split is not Split.TRAIN:
                runs = self.runs.setdefault(entry.split, Runs())
                if entry.kind not in _SAID_OFTEN:
                    runs.add(example.response, entry.id)
                if not entry.setting:
                    runs.add(example.prompt, entry.id)


def _pair(entry: Entry) -> tuple[Split, bool, bytes, bytes]:
    """What is equal for two examples that say the same: a multiple choice may ask what a question asks."""
    return entry.split, entry.kind is ExampleKind.CHOICE, entry.asked, entry.response
