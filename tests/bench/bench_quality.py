"""How well the quality score tells good documents from spoilt ones, beside Gopher's, C4's and FineWeb's rules.

The ramps were set by percentiles of all these documents, so the half that is reported shows a fit that holds within
them and no more. The spoilt ones are made from the good (`corruption.py`): severe ones must go, mild ones show how the
score falls.
``QUALITY_EVERY=4`` takes one document in four.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from agent.spec import ParseConfig
from tests.bench.corruption import CORRUPTIONS, Blocks
from tests.bench.quality_baselines import all_three, c4, fineweb, first_score, gopher, plain
from tests.bench.quality_corpus import Labelled, good
from workers.language.identify import identify
from workers.parse.prose import prose_of
from workers.parse.quality.score import Quality, quality

LEAST = ParseConfig().min_quality
MIN_SPOILT_WORDS = 150
"""Shorter documents are not spoilt: too little is left to see what was done to them."""

FILTERS: dict[str, Callable[[str], float]] = {
    "Gopher": gopher,
    "C4": c4,
    "FineWeb": fineweb,
    "all three": all_three,
    "first score": first_score,
}


class Scored(NamedTuple):
    """One document as every method sees it."""

    name: str
    group: str
    ours: Quality
    others: dict[str, float]
    """Method -> score; of a filter 1 or 0."""

    def kept(self, method: str) -> bool:
        """Whether this method keeps it, ours and the first score at the default threshold."""
        return (self.ours.score if method == "ours" else self.others[method]) >= LEAST


def main() -> None:
    """Print what is kept, what is rejected under which name, the areas, the speed and every loss."""
    every = int(os.environ.get("QUALITY_EVERY", "1"))
    documents = good(every)
    half = [one for one in documents if not one.tuning]
    kept = [scored(one.name, one.group, one.blocks, one.language) for one in half]
    spoilt = made_worse([one for one in half if len(prose_of(one.blocks).split()) >= MIN_SPOILT_WORDS])
    _good_table(kept)
    severe = _spoilt_table(spoilt)
    _areas(kept, severe)
    _speed(documents)
    print("good documents of this half that are lost:")
    for one in kept:
        if not one.kept("ours"):
            print(f"  {one.name}: {one.ours.score:.2f} {one.ours.reason}: {one.ours.detail}")


def scored(name: str, group: str, blocks: Blocks, language: str) -> Scored:
    """What all methods say."""
    text = plain(blocks)
    return Scored(name, group, quality(blocks, language), {each: float(say(text)) for each, say in FILTERS.items()})


def made_worse(documents: Sequence[Labelled]) -> dict[str, list[Scored]]:
    """Corruption -> what becomes of the documents; each is made from every fifth, in turn, so that all are used."""
    found: dict[str, list[Scored]] = defaultdict(list)
    for place, corruption in enumerate(CORRUPTIONS):
        for one in documents[place % 5 :: 5]:
            blocks = corruption.spoil(one.blocks, random.Random(one.name))
            language = identify(prose_of(blocks)).code
            found[corruption.name].append(scored(one.name, corruption.name, blocks, language))
    return found


def _good_table(documents: Sequence[Scored]) -> None:
    groups: Mapping[str, list[Scored]] = defaultdict(list)
    for one in documents:
        groups[one.group].append(one)
    print(f"{len(documents)} good documents of one half, share kept at {LEAST}:")
    print(f"  {'':28}  count   ours  " + "  ".join(f"{name:>11}" for name in FILTERS))
    for name, members in [*sorted(groups.items()), ("all", list(documents))]:
        print(f"  {name:28}  {len(members):5}  {_kept(members, 'ours'):.3f}  " + _kept_by_all(members))


def _spoilt_table(spoilt: Mapping[str, list[Scored]]) -> list[Scored]:
    """Prints what is rejected and returns the severe ones."""
    reasons = {corruption.name: (corruption.reasons, corruption.strength) for corruption in CORRUPTIONS}
    print("spoilt documents, share rejected:")
    print(f"  {'':40}  count   ours  right reason  median  " + "  ".join(f"{name:>11}" for name in FILTERS))
    severe: list[Scored] = []
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for name, members in spoilt.items():
        fitting, strength = reasons[name]
        gone = [one for one in members if not one.kept("ours")]
        named = sum(one.ours.reason in fitting for one in gone)
        totals[strength].update(made=len(members), gone=len(gone), named=named)
        severe += members if strength == "severe" else []
        median = statistics.median(one.ours.score for one in members)
        print(
            f"  {name:40}  {len(members):5}  {1 - _kept(members, 'ours'):.3f}  {named / max(1, len(gone)):12.3f}  "
            f"{median:6.2f}  " + "  ".join(f"{1 - _kept(members, each):11.3f}" for each in FILTERS)
        )
    for strength, total in totals.items():
        lost, right = total["gone"] / total["made"], total["named"] / total["gone"]
        print(f"  all {strength}: {total['made']} made, {lost:.3f} rejected, {right:.3f} of them rightly named")
    return severe


def _areas(kept: Sequence[Scored], severe: Sequence[Scored]) -> None:
    print(f"area under the ROC curve, {len(kept)} good against {len(severe)} severely spoilt:")
    for method in ("ours", *FILTERS):
        areas = area([_value(one, method) for one in kept], [_value(one, method) for one in severe])
        print(f"  {method:12}  {areas:.4f}")


def area(good_scores: Sequence[float], bad_scores: Sequence[float]) -> float:
    """How often a good document scores above a spoilt one; ties count half (Mann and Whitney 1947)."""
    order = sorted([(score, 1) for score in good_scores] + [(score, 0) for score in bad_scores])
    won = below = place = 0.0
    while place < len(order):
        same = [label for score, label in order[int(place) :] if score == order[int(place)][0]]
        ups, downs = sum(same), len(same) - sum(same)
        won += ups * (below + downs / 2)
        below += downs
        place += len(same)
    return won / (len(good_scores) * len(bad_scores))


def _speed(documents: Sequence[Labelled]) -> None:
    size = sum(len(block.text.encode()) for one in documents for block in one.blocks)
    print(
        f"speed over {len(documents)} documents, {size / len(documents) / 1000:.1f} kB each, CPU time, best of three:"
    )
    texts = [plain(one.blocks) for one in documents]

    def ours() -> None:
        for one in documents:
            quality(one.blocks, one.language)

    runs: dict[str, Callable[[], object]] = {"ours": ours}
    runs |= {name: lambda say=say: [say(text) for text in texts] for name, say in FILTERS.items()}  # type: ignore[misc]
    for name, run in runs.items():
        seconds = min(_cpu_seconds(run) for _ in range(3))
        print(f"  {name:12}  {len(documents) / seconds:6.0f} documents/s  {size / seconds / 1e6:5.1f} MB/s")


def _cpu_seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def _value(one: Scored, method: str) -> float:
    return one.ours.score if method == "ours" else one.others[method]


def _kept(members: Sequence[Scored], method: str) -> float:
    return sum(one.kept(method) for one in members) / max(1, len(members))


def _kept_by_all(members: Sequence[Scored]) -> str:
    return "  ".join(f"{_kept(members, name):11.3f}" for name in FILTERS)


if __name__ == "__main__":
    main()
