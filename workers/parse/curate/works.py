"""Which documents are of one work, which a split never parts: versions, a paper told twice, shared passages."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Hashable, Mapping
from itertools import combinations
from typing import TypeVar

from agent.job.records import BlockKind, Document

T = TypeVar("T", bound=Hashable)

MIN_SHARED = 0.25
"""Share of the shorter document's long blocks, in words, that stand in the other as well: a workbook and the exercises
it solves have a third to three quarters in common."""

_MIN_BLOCK_WORDS = 12
"""Shorter blocks (labels, one-line commands) are the same in strangers."""

_MOST_DOCUMENTS = 8
"""A block that stands in more documents is a notice or a template, which makes no work of them."""

_ARXIV = re.compile(
    r"arxiv\.org/(?:abs|pdf|html|format)/((?:\d{4}\.\d{4,5})|(?:[a-z-]+/\d{7}))(?:v\d+)?", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


def work_keys(document: Document) -> tuple[str, ...]:
    """What another document of the same work would say too: its DOI, its number at arXiv, its title with authors."""
    keys = [f"doi:{document.doi}"] if document.doi else []
    for address in (document.url, document.fetched_from):
        if found := _ARXIV.search(address):
            keys.append(f"arxiv:{found[1].lower()}")
    title = " ".join(_WORD.findall(document.title.casefold()))
    authors = sorted(" ".join(_WORD.findall(author.casefold())) for author in document.authors)
    if title and any(authors):
        keys.append(f"title:{title}|{'|'.join(authors)}")
    return tuple(dict.fromkeys(keys))


class Works:
    """Joins documents that belong together (a disjoint-set forest)."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def join(self, one: Hashable, other: Hashable) -> None:
        """Both are of one work from now on."""
        first, second = self._root(one), self._root(other)
        if first != second:
            self._parent[second] = first

    def of(self, ids: Mapping[T, str]) -> dict[T, str]:
        """The work of each document (-> its id): named by the smallest id of those that were joined."""
        names: dict[Hashable, str] = {}
        for item, id in ids.items():
            root = self._root(item)
            names[root] = min(id, names.get(root, id))
        return {item: names[self._root(item)] for item in ids}

    def _root(self, item: Hashable) -> Hashable:
        path = []
        while (parent := self._parent.get(item, item)) != item:
            path.append(item)
            item = parent
        for passed in path:
            self._parent[passed] = item
        return item


class Passages:
    """The long blocks of all documents as hashes, 16 bytes each, so that what documents share can be told."""

    def __init__(self) -> None:
        self._hashes, self._owners, self._words = array("Q"), array("L"), array("L")

    def add(self, number: int, document: Document) -> None:
        """Keep the passages of the document of this number, case and punctuation aside."""
        found = {}
        for block in document.blocks:
            words = [] if block.kind is BlockKind.HEADING else _WORD.findall(block.text.casefold())
            if len(words) >= _MIN_BLOCK_WORDS:
                digest = hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()
                found[int.from_bytes(digest, "little")] = len(words)
        self._hashes.extend(found)
        self._owners.extend([number] * len(found))
        self._words.extend(found.values())

    def shared(self) -> list[tuple[int, int]]:
        """Pairs of documents that have `MIN_SHARED` of the shorter one's passages in common."""
        import numpy as np

        hashes, owners, words = (np.array(each) for each in (self._hashes, self._owners, self._words))
        size = Counter(dict(enumerate(np.bincount(owners, weights=words).tolist()))) if len(owners) else Counter()
        order = np.argsort(hashes, kind="stable")
        bounds = np.concatenate(([0], np.flatnonzero(np.diff(hashes[order])) + 1, [len(order)]))
        holders = np.diff(bounds)
        common: Counter[tuple[int, int]] = Counter()
        for at in np.flatnonzero((holders > 1) & (holders <= _MOST_DOCUMENTS)).tolist():
            group = order[bounds[at] : bounds[at + 1]]
            for pair in combinations(sorted(owners[group].tolist()), 2):
                common[pair] += int(words[group[0]])
        return sorted(pair for pair, own in common.items() if own >= MIN_SHARED * min(size[pair[0]], size[pair[1]]))
