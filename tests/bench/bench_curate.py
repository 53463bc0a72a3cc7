"""The curate stage over 20,000 documents: seconds, peak memory, progress; and what leaks between splits of real ones.

CURATE_DOCUMENTS sets how many documents there are.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agent.errors import DocumentRejected
from agent.job.records import Chunk, Document, Page, Split
from agent.spec import ParseConfig
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.bench.bench_dedup import in_child, peak_mb
from tests.bench.dedup_corpus import DATA, planted
from tests.workers.parse.shards import JOB, Ticks, document, spec, unit
from workers.parse.curate.curate import curate
from workers.parse.curate.fingerprint import shingles, word_hashes

DOCUMENTS = int(os.environ.get("CURATE_DOCUMENTS", "20000"))
SHARD = 25


class _Clock(Ticks):
    """Remembers the longest time between two reports of progress."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_s, self._last = 0.0, time.process_time()

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        now = time.process_time()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now


def main() -> None:
    """Print both tables."""
    if not DATA.is_dir():
        print("the recorded pages are not beside this checkout")
        return
    with tempfile.TemporaryDirectory() as folder:
        inputs = in_child(_planted, folder)
        print("{:.0f} CPU s for {} documents, peak {:.0f} MB, at most {:.1f} CPU s without a report of progress".format(
            *in_child(_curated, folder, inputs)))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        in_child(_leaks, folder)


def _planted(folder: str) -> list[str]:
    documents: list[Document] = []
    paths: list[str] = []
    for number, each in enumerate(planted(DOCUMENTS)):
        paragraphs = each.text.split("\n\n")
        documents.append(document(f"{number:06d}", *paragraphs, title=each.title, url=f"http://x/{number}"))
        if len(documents) == SHARD:
            paths.append(_shard(folder, len(paths), documents))
            documents = []
    return paths


def _shard(folder: str, number: int, documents: Sequence[Document]) -> str:
    output = ArtifactWriter(Store(folder), JOB, "parse", f"{number:04d}", "e1")
    output.receive("documents", len(documents))
    output.keep("documents", len(documents))
    output.write_records("documents.jsonl", documents)
    output.commit()
    return output.path


def _curated(folder: str, inputs: Sequence[str]) -> tuple[float, int, float, float]:
    clock = _Clock()
    work = unit(Path(folder), "curate", inputs, spec(curate={"min_relevance": 0.0}), clock)
    began = time.process_time()
    curate(work)
    return time.process_time() - began, len(inputs) * SHARD, peak_mb(), clock.longest_s


def _leaks(folder: str) -> None:
    from workers.parse.judge import judge
    from workers.parse.read import ReadRequest, read

    documents = []
    for file in sorted((DATA / "corpus-quantum").rglob("*.*")):
        if file.suffix not in (".md", ".rst", ".ipynb", ".html"):
            continue
        try:
            request = ReadRequest(url=file.as_uri(), media_type="", max_pages=50, ocr_language=None)
            reading = read(file.read_bytes(), request, lambda done, total: None)
        except DocumentRejected:
            continue
        page = Page(id=file.stem[:60], url=file.as_uri(), source=file.parent.name, blob="0" * 64, size_bytes=1,
                    licence="MIT")  # fmt: skip
        judgement = judge(page, reading, ParseConfig())
        if not judgement.reason:
            documents.append(judgement.document)
    work = unit(Path(folder), "curate", [_shard(folder, 0, documents)], spec())
    outcome = curate(work)
    work.output.commit()
    artifact = ArtifactReader(work.store, work.output.path)
    chunks = [chunk for plan in outcome.successors for chunk in artifact.records(str(plan.params["file"]), Chunk)]
    sets = {split: [shingles(word_hashes(one.text)) for one in chunks if one.split is split] for split in Split}
    owners: dict[int, list[int]] = {}
    for number, held in enumerate(sets[Split.TEST]):
        for shingle in held.tolist():
            owners.setdefault(shingle, []).append(number)
    shares = []
    for own in sets[Split.TRAIN]:
        shared = Counter(number for shingle in own.tolist() for number in owners.get(shingle, ()))
        shares.append(max(shared.values(), default=0) / len(own))
    print(f"{len(documents)} real documents")
    for noun, tally in work.output.tallies.items():
        print(f"  {noun} rejected: {tally.rejected}")
    print(f"  {sum(share > 0.5 for share in shares)} of {len(shares)} training chunks share more than half of their")
    print(f"  shingles with one of {len(sets[Split.TEST])} test chunks; 99 % of them share at most")
    print(f"  {np.quantile(shares, 0.99):.2f}, the worst {max(shares):.2f}")


if __name__ == "__main__":
    main()
