"""Planted copies found by kind, false merges, speed and memory: ours beside datasketch, rensa's own index and a hash.

Each method runs in a process of its own over the same file. A copy counts as found when it and its original are said
to be the same; an original counts as falsely merged when it is said to repeat a document of another family. "Words at
once" of a method is what its own shingling and signing takes too. DEDUP_DOCUMENTS sets how many originals there are.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.dedup_corpus import COPIES, DATA, Planted, planted

DOCUMENTS = int(os.environ.get("DEDUP_DOCUMENTS", "100000"))
LEAST = 0.7
"""`CurateConfig.near_duplicate_similarity` by default."""

Merges = list[tuple[int, int]]
"""Places in the file: this document repeats that one."""


class Figures(NamedTuple):
    """What one method did."""

    found: dict[str, float]
    false: int
    """Originals, pages of series not among them."""
    false_series: int
    per_cpu_s: float
    peak_mb: float


def read(path: Path) -> Iterator[Planted]:
    """The documents of the file, one at a time."""
    with path.open() as file:
        for line in file:
            yield Planted(*json.loads(line))


def ours(path: Path) -> Merges:
    """The curate stage's."""
    from workers.parse.curate.dedup import Entry, duplicates
    from workers.parse.curate.fingerprint import Fingerprints, word_hashes
    from workers.parse.curate.prefer import Rank

    with tempfile.TemporaryDirectory() as scratch, Fingerprints(Path(scratch)) as prints:
        entries = []
        for number, each in enumerate(read(path)):
            words = word_hashes(each.text)
            rank = Rank(0, 0, -len(words), 0.5, each.title, str(number))
            entries.append(Entry(str(number), each.title, prints.add(words), rank))
        return [(one.number, one.of) for one in duplicates(entries, prints, LEAST, lambda done, total: None)]


def plain_datasketch(words: int, threshold: float) -> Callable[[Path], Merges]:
    """datasketch as its documentation uses it: each text is asked for in the index, then inserted."""

    def merge(path: Path) -> Merges:
        from datasketch import MinHash, MinHashLSH

        index = MinHashLSH(threshold=threshold, num_perm=128)
        kept: dict[int, Any] = {}
        merges = []
        for number, each in enumerate(read(path)):
            signature = MinHash(num_perm=128)
            signature.update_batch([shingle.encode() for shingle in shingles(each.text, words)])
            alike = [(signature.jaccard(kept[other]), -other) for other in index.query(signature)]
            similarity, other = max(alike, default=(0.0, 0))
            if similarity >= threshold:
                merges.append((number, -other))
            else:
                index.insert(number, signature)
                kept[number] = signature
        return merges

    return merge


def rensa_index(path: Path) -> Merges:
    """rensa's own index, as the curate stage used it before."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32)
    kept: dict[int, Any] = {}
    merges = []
    for number, each in enumerate(read(path)):
        signature = RMinHash(num_perm=128, seed=42)
        signature.update(sorted(shingles(each.text, 3)))
        similarity, other = max(((signature.jaccard(kept[o]), -o) for o in index.query(signature)), default=(0.0, 0))
        if similarity >= LEAST:
            merges.append((number, -other))
        else:
            index.insert(number, signature)
            kept[number] = signature
    return merges


def hashed(path: Path) -> Merges:
    """The hash of the words alone."""
    first: dict[bytes, int] = {}
    keys = (hashlib.sha1(" ".join(_WORD.findall(each.text.casefold())).encode()).digest() for each in read(path))
    return [(number, first[key]) for number, key in enumerate(keys) if first.setdefault(key, number) != number]


_WORD = re.compile(r"\w+")


def shingles(text: str, words: int) -> set[str]:
    """Runs of so many words, case and punctuation aside."""
    found = _WORD.findall(text.casefold())
    return {" ".join(found[start : start + words]) for start in range(max(1, len(found) - words + 1))}


METHODS: dict[str, Callable[[Path], Merges]] = {
    "ours": ours,
    "datasketch, 3 words, 0.5": plain_datasketch(3, 0.5),
    "datasketch, 5 words, 0.7": plain_datasketch(5, 0.7),
    "rensa LSH, 3 words, 0.7": rensa_index,
    "SHA-1 of the words": hashed,
}


def main() -> None:
    """Print the table."""
    if not DATA.is_dir():
        print("the recorded pages are not beside this checkout")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        with path.open("w") as file:
            file.writelines(json.dumps(each) + "\n" for each in planted(DOCUMENTS))
        results = {}
        for name in METHODS:
            if name.startswith("datasketch") and find_spec("datasketch") is None:
                print(f"{name}: not installed")
                continue
            results[name] = in_child(_measured, name, str(path))
    table(results)


def table(results: dict[str, Figures]) -> None:
    """One column a method."""
    names = list(results)
    print(f"{DOCUMENTS} originals, copies of a tenth of them")
    print(" " * 34 + "".join(f"{name:>26}" for name in names))
    for kind in COPIES:
        print(f"{kind:34}" + "".join(f"{results[name].found[kind]:26.3f}" for name in names))
    print(f"{'originals falsely merged':34}" + "".join(f"{results[name].false:26}" for name in names))
    print(f"{'pages of series falsely merged':34}" + "".join(f"{results[name].false_series:26}" for name in names))
    print(f"{'documents a CPU second':34}" + "".join(f"{results[name].per_cpu_s:26.0f}" for name in names))
    ratio = "".join(f"{results['ours'].per_cpu_s / results[name].per_cpu_s:26.1f}" for name in names)
    print(f"{'ours is so many times as fast':34}{ratio}")
    print(f"{'peak memory, MB':34}" + "".join(f"{results[name].peak_mb:26.0f}" for name in names))


def in_child(work: Callable[..., Any], *arguments: Any) -> Any:
    """What ``work`` returns in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def peak_mb() -> float:
    """Most memory this process held; `ru_maxrss` would count its parent's too, from before it was started."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def _measured(name: str, path: str) -> Figures:
    began = time.process_time()
    merges = METHODS[name](Path(path))
    spent = time.process_time() - began
    peak = peak_mb()
    families = [each.family for each in read(Path(path))]
    kinds = [each.kind for each in read(Path(path))]
    found: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for number, of in merges:
        if families[number] == families[of]:
            found[next(kind for kind in (kinds[number], kinds[of]) if kind != "original")] += 1
        else:
            false["series" if kinds[number] == "series" else "original"] += 1
    planted_of = Counter(kinds)
    return Figures(
        {kind: found[kind] / planted_of[kind] for kind in COPIES},
        false["original"],
        false["series"],
        len(kinds) / spent,
        peak,
    )


if __name__ == "__main__":
    main()
