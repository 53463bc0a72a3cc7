"""The examples that the rules make of a fixed part of the recorded documents, each with the same id on every machine.

``python -m tests.gates.extractive_rows`` prints them for judging, the ones already judged with their verdicts.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.errors import DocumentRejected
from agent.job.records import Chunk, Example, ExampleKind, Page, Split
from agent.spec import CurateConfig, ParseConfig
from workers.generate.accept import accept
from workers.generate.backend import Assignment, Order
from workers.generate.context.record import Context
from workers.generate.extractive.backend import Extractive, chosen, constructed
from workers.generate.extractive.wording import reworded
from workers.parse.curate.chunk import Cutter
from workers.parse.curate.refusal import refusal
from workers.parse.judge import judge
from workers.parse.read import ReadRequest, read
from workers.tokens.counter import TokenCounter
from workers.tokens.estimate import estimate_tokens

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CORPUS = DATA / "corpus-quantum"
JUDGED = Path(__file__).parent / "extractive_judged.tsv"
QUICK = (".md", ".rst", ".ipynb")
EVERY = 3
"""One document in so many: about 200 rows in a few seconds."""
PARTNER_AFTER = 2
"""The partner of a chunk is the next but one of its document; neighbours often say the same."""
KINDS = tuple(sorted(Extractive.kinds - {ExampleKind.CONVERSATION, ExampleKind.CHOICE}))
"""Conversations and choices repeat questions that are judged alone."""
LIMIT = 4
VERDICTS = ("answerable", "correct", "self_contained", "well_formed")


@dataclass(frozen=True)
class Judgement:
    """What reading one row said."""

    document: str
    good: bool
    reason: str


def judged() -> dict[str, Judgement]:
    """Id of an example -> its judgement."""
    with JUDGED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {
        row["id"]: Judgement(row["chunk"].rsplit("-", 1)[0], all(row[name] == "y" for name in VERDICTS), row["reason"])
        for row in rows
    }


@cache
def produced(*documents: str) -> tuple[tuple[Example, Chunk], ...]:
    """The prompted rows of every third document, in order; of these only, when ids of documents are given."""
    found: list[tuple[Example, Chunk]] = []
    for chunks in _documents(documents):
        for place, chunk in enumerate(chunks):
            partner = chunks[place + PARTNER_AFTER] if place + PARTNER_AFTER < len(chunks) else None
            found += [(example, chunk) for example in _rows(chunk, partner)]
    return tuple(found)


def _documents(wanted: Collection[str]) -> Iterator[list[Chunk]]:
    counter = TokenCounter(lambda texts: [estimate_tokens(text) for text in texts], "estimate", 1)
    config = CurateConfig()
    cutter = Cutter(counter, config.chunk_tokens, config.min_chunk_tokens)
    for file in sorted(file for file in CORPUS.rglob("*") if file.suffix in QUICK)[::EVERY]:
        name = file.relative_to(CORPUS).as_posix()
        id = hashlib.sha256(name.encode()).hexdigest()[:16]
        if wanted and id not in wanted:
            continue
        page = Page(
            id=id, url=f"file:///{name}", source="dir:", blob="0" * 64,
            size_bytes=1, licence="MIT",
        )  # fmt: skip
        try:
            reading = read(file.read_bytes(), ReadRequest(url=page.url, media_type=""), lambda done, total: None)
        except DocumentRejected:
            continue
        verdict = judge(page, reading, ParseConfig())
        if not verdict.reason:
            cut = cutter.chunks(verdict.document, Split.TRAIN)
            yield [
                chunk
                for chunk in cut
                if not refusal(chunk, chunk_tokens=config.chunk_tokens, min_chunk_tokens=config.min_chunk_tokens)
            ]


def _rows(chunk: Chunk, partner: Chunk | None) -> Iterator[Example]:
    orders = tuple(Order(kind, LIMIT) for kind in KINDS)
    work = Assignment(chunk, Context(words=0, sentences=0), orders, LIMIT, partner=partner)
    for proposal in chosen(constructed(work), work):
        try:
            yield accept(work, reworded(proposal, chunk.id), Extractive.name)
        except DocumentRejected:
            continue


def main() -> None:
    """Print every row, with what was said of it."""
    known = judged()
    for example, chunk in produced():
        said = known.get(example.id)
        print(f"{example.id} {chunk.id} {example.kind} {'new' if said is None else said.reason or 'good'}")
        print(f"  {' > '.join((chunk.title, *chunk.headings))}\n  C: {example.context}\n  Q: {example.prompt}")
        print(f"  A: {example.response}\n")


if __name__ == "__main__":
    main()
