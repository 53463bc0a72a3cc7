"""What is far above its share is left out: of one document, one kind, one difficulty. Nothing is ever doubled."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from math import ceil
from typing import Protocol, TypeVar

from agent.job.records import Difficulty, ExampleKind
from workers.generate.dataset.pool import Entry

FAR_ABOVE = 2.0
"""A kind or difficulty may have so many times its target share: generators find what the text holds, and a mix that is
met to the digit costs more rows than its evenness is worth."""

SMALL_DATASET = 500
"""Rows below which no share cuts: in a small dataset every row teaches more than balance does."""

LEAST_LEFT = 0.75
"""Share of the rows that the mix of kinds and difficulties leaves at least: where nearly all are of one kind, no mix
can be had by leaving out."""

G = TypeVar("G", bound=Hashable)


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


I = TypeVar("I", bound=_Identified)  # noqa: E741


def floor_of(min_examples: int) -> int:
    """Rows that cutting by shares always leaves, where there are so many."""
    return max(min_examples, SMALL_DATASET)


def least_of_documents(rows: int, min_examples: int) -> int:
    """Rows that cutting by documents always leaves of so many: in a small dataset at least half of them."""
    return min(floor_of(min_examples), max(min_examples, ceil(rows / 2)))


def within_document_limit(entries: Iterable[Entry], most: int) -> tuple[list[Entry], list[Entry]]:
    """Entries that stay and those beyond ``most`` of one document.

    Its plain text stays first, then the best of each chunk, then the second best of each: what stays is spread over
    the document.
    """
    return _capped(entries, lambda entry: entry.document_id, lambda _: most)


def within_document_share(entries: Sequence[Entry], share: float, floor: int) -> tuple[list[Entry], list[Entry]]:
    """Entries that stay and those beyond a document's ``share`` of what stays, chosen as above.

    At least ``floor`` stay. Of few documents each may give twice what it would if all gave the same.
    """
    documents = {entry.document_id for entry in entries}
    limits = dict.fromkeys(documents, max(share, FAR_ABOVE / max(1, len(documents))))
    return _within_shares(entries, lambda entry: entry.document_id, limits, floor)


def within_kind_shares(
    entries: Sequence[Entry], target: Mapping[ExampleKind, float], floor: int
) -> tuple[list[Entry], list[Entry]]:
    """Entries that stay and the worst of kinds above `FAR_ABOVE` times their target share of what stays.

    At least ``floor`` stay; a kind without a target is not cut.
    """
    limits = {kind: FAR_ABOVE * share for kind, share in target.items()}
    return _within_shares(entries, lambda entry: entry.kind, limits, floor)


def within_difficulty_shares(
    entries: Sequence[Entry], target: Mapping[Difficulty, float], floor: int
) -> tuple[list[Entry], list[Entry]]:
    """The same for difficulties; one that is not found leaves its share to the others."""
    found = {entry.difficulty for entry in entries}
    shares = {difficulty: share for difficulty, share in target.items() if share > 0 and difficulty in found}
    limits = {difficulty: FAR_ABOVE * share / sum(shares.values()) for difficulty, share in shares.items()}
    return _within_shares(entries, lambda entry: entry.difficulty, limits, floor)


def shuffled(examples: Iterable[I], seed: int) -> list[I]:
    """The examples in an order that depends on the seed and on nothing else, not even on the order given."""
    return sorted(examples, key=lambda item: hashlib.sha256(f"{seed}:{item.id}".encode()).digest())


def _within_shares(
    entries: Sequence[Entry], group_of: Callable[[Entry], G], limits: Mapping[G, float], floor: int
) -> tuple[list[Entry], list[Entry]]:
    """As many entries as there can be with no group above its limit, a share of what stays; at least ``floor``."""
    sizes = Counter(map(group_of, entries))

    def most(group: G, of: int) -> int:
        return max(1, int(limits[group] * of)) if group in limits else sizes[group]

    def left(of: int) -> int:
        return sum(min(size, most(group, of)) for group, size in sizes.items())

    # Every cut makes the whole smaller, and with it what a share of it is.
    whole = len(entries)
    while whole > (fewer := left(whole)) >= floor:
        whole = fewer
    if (least := min(floor, len(entries))) > left(whole):
        uncut = max(size / limits[group] for group, size in sizes.items() if group in limits)
        whole = bisect_left(range(ceil(uncut) + 1), least, key=left)
    return _capped(entries, group_of, lambda group: most(group, whole))


def _capped(
    entries: Iterable[Entry], group_of: Callable[[Entry], G], most: Callable[[G], int]
) -> tuple[list[Entry], list[Entry]]:
    groups: defaultdict[G, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[group_of(entry)].append(entry)
    kept: list[Entry] = []
    dropped: list[Entry] = []
    for group, members in groups.items():
        spread = _spread(members)
        kept += spread[: most(group)]
        dropped += spread[most(group) :]
    return kept, dropped


def _spread(entries: Iterable[Entry]) -> list[Entry]:
    """Plain text, then the best entry of each chunk, then the second best of each, and so on."""
    turn: Counter[tuple[str, bool]] = Counter()
    placed = []
    for entry in sorted(entries, key=lambda each: (-each.score, each.id)):
        seat = (entry.chunk_id, bool(entry.prompt))
        placed.append((bool(entry.prompt), turn[seat], -entry.score, entry.id, entry))
        turn[seat] += 1
    return [seated[-1] for seated in sorted(placed, key=lambda each: each[:-1])]
