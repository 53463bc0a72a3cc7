"""What is found in passages of real documents, part by part against labels of a reader, and what a chunk costs.

The labels stand in context_labels.tsv: 64 paragraphs and lists, one a document, drawn at random (from documents on one
subject and from web pages on any), each labelled by reading it beside what was found. A row names the file and the
block by hash, and a part with its place; a row of part "block" says that the block was read. Of concepts the five
weightiest were judged, so that there is no recall of them.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from agent.job.records import Block
from tests.bench.dedup_corpus import DATA
from tests.workers.generate.chunks import chunk
from workers.generate.context.analyse import analyse
from workers.generate.context.record import Context
from workers.parse.read import ReadRequest, read

LABELS = Path(__file__).parent / "context_labels.tsv"
JUDGED_CONCEPTS = 5

Finding = tuple[str, str, str]
"""Part, kind, and the text or, of whole sentences, their offset."""


def main() -> None:
    """Print precision and recall of each part, and what the analysis costs beside another library's."""
    if not DATA.is_dir():
        print("the recorded pages are not beside this checkout")
        return
    labels = labelled()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    blocks = dict(_blocks({file for file, _ in labels}))
    for (_, name), rows in labels.items():
        block = blocks.get(name)
        if block is None:
            print(f"block {name} is no longer read as it was labelled")
            continue
        given, wanted = (
            _found(analyse(chunk(block))),
            {_wanted(block.text, row) for row in rows if row["part"] != "block"},
        )
        for part in sorted({finding[0] for finding in given | wanted}):
            right = {finding for finding in given & wanted if finding[0] == part}
            sums = counts[part]
            sums[0] += len(right)
            sums[1] += sum(finding[0] == part for finding in given)
            sums[2] += sum(finding[0] == part for finding in wanted)
    print(f"{'part':12} precision        recall")
    for part, (right, given_count, wanted_count) in sorted(counts.items()):
        recall = "-" if part == "concept" else f"{right / wanted_count:.2f} of {wanted_count}"
        print(f"{part:12} {right / max(1, given_count):.2f} of {given_count:<6} {recall}")
    texts = [block for _, name in labels if (block := blocks.get(name))]
    ours, yake = _cost_ms(lambda block: analyse(chunk(block)), texts), _cost_ms(_yake(), texts)
    print(f"CPU ms for 100 words: all of it {ours:.2f}, key phrases by YAKE alone {yake:.2f} ({yake / ours:.1f} times)")


def labelled() -> dict[tuple[str, str], list[dict[str, str]]]:
    """(hash of the file's path, hash of the block's text) -> its rows."""
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with LABELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows[row["file"], row["block"]].append(row)
    return rows


def _blocks(files: set[str]) -> Iterator[tuple[str, Block]]:
    """Hash of its text and block, of all blocks of the files."""
    for path in sorted(DATA.rglob("*.*")):
        if _hash(path.relative_to(DATA).as_posix()) in files:
            body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            request = ReadRequest(url=path.resolve().as_uri(), media_type="", max_pages=50, ocr_language=None)
            for block in read(body, request, lambda done, total: None).parsed.blocks:
                yield _hash(block.text), block


def _cost_ms(work: Callable[[Block], object], blocks: Sequence[Block]) -> float:
    """Milliseconds for 100 words, everything loaded."""
    work(blocks[0])
    began = time.process_time()
    for block in blocks:
        work(block)
    return (time.process_time() - began) * 1000 * 100 / sum(len(block.text.split()) for block in blocks)


def _yake() -> Callable[[Block], object]:
    from yake import KeywordExtractor

    extractor = KeywordExtractor(lan="en", n=3, dedup_lim=1.0, top=20)
    return lambda block: extractor.extract_keywords(block.text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _found(context: Context) -> set[Finding]:
    return {
        *(("concept", "", each.text) for each in context.concepts[:JUDGED_CONCEPTS]),
        *(("entity", "", each.text) for each in context.entities),
        *(("quantity", "", each.text) for each in context.quantities),
        *(("definition", "", str(each.start)) for each in context.definitions),
        *(("relation", each.kind, str(each.start)) for each in context.relations),
    }


def _wanted(text: str, row: dict[str, str]) -> Finding:
    if row["part"] in ("definition", "relation"):
        return row["part"], row["kind"], row["start"]
    # Whether an article or a genitive belongs to a name is no question here.
    said = text[int(row["start"]) : int(row["end"])]
    return row["part"], row["kind"], said.removeprefix("The ").removesuffix("'s")


if __name__ == "__main__":
    main()
