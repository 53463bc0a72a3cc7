"""The curate stage: all parsed documents become distinct, split and cut into chunks, in two passes over them.

The first pass remembers half a kilobyte of each document; what goes, and to which split the rest belongs, is decided on
that; the second pass writes. So a job of a hundred thousand documents needs little more memory than one of a hundred.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from agent.contract import Stage
from agent.errors import NotEnoughData
from agent.job.artifacts import Tally, UnitPlan
from agent.job.records import Chunk, Document, Split, TopicMap
from agent.report.licence_advice import licence_advice
from agent.settings import Settings
from workers.parse.curate.books import documents_of, join_books
from workers.parse.curate.chunk import Cutter
from workers.parse.curate.decide import Decided, decide
from workers.parse.curate.figures import Figures, largest
from workers.parse.curate.fingerprint import Fingerprints, word_hashes
from workers.parse.curate.leakage import MOST_SHARED, HeldOut
from workers.parse.curate.refusal import refusal
from workers.parse.curate.split import MIN_DOCUMENTS
from workers.parse.curate.survey import DOCUMENTS, DOCUMENTS_FILE, survey
from workers.runtime.work import Outcome, StageWork
from workers.tokens.counter import token_counter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNKS = "chunks"
TOPICS_FILE = "topics.jsonl"


def curate(work: StageWork) -> Outcome:
    """Writes ``documents.jsonl``, ``splits.json``, ``topics.jsonl`` (discovery's map of the subject, if there is
    one) and ``chunks-NNNN.jsonl``, and one generate unit a chunks file.

    Raises:
        NotEnoughData: fewer than three works are left, or none of them gives a chunk.
    """
    parsed = sum((reader.manifest.tallies.get(DOCUMENTS, Tally()) for reader in work.inputs_from(Stage.PARSE)), Tally())
    total, config = parsed.kept, work.spec.curate
    join_books(work, DOCUMENTS)
    with Fingerprints(work.scratch) as prints:
        found = survey(work, prints, total)
        halfway = partial(work.tick, total // 2, total)
        decided = decide(found, config.near_duplicate_similarity, lambda done, of: halfway())
        for one in decided.gone:
            copy = found.entries[one.number].rank
            work.output.reject(DOCUMENTS, copy.id, one.reason, decided.why_gone(one), url=copy.url)
        if len(set(decided.works.values())) < MIN_DOCUMENTS:
            raise _too_few(work, parsed, len(decided.works))
        splits = decided.splits(work.spec)
        held_out = HeldOut(_held_out(prints, splits, halfway))
    figures = Figures()
    kept = _kept(work, decided, splits, total)
    units = tuple(_generate_units(work, _chunks(work, kept, held_out, figures)))
    if not figures.chunks[Split.TRAIN]:
        raise _no_chunks(work, len(splits))
    by_id = {found.entries[number].id: split for number, split in splits.items()}
    work.output.write_file("splits.json", json.dumps(dict(sorted(by_id.items())), indent=1).encode())
    for discovered in work.inputs_from(Stage.DISCOVER):
        work.output.write_records(TOPICS_FILE, discovered.records(TOPICS_FILE, TopicMap))
    work.output.facts.update(figures.facts(work.spec))
    work.tick(total, total)
    return Outcome(successors=units)


def _held_out(
    prints: Fingerprints, splits: Mapping[int, Split], beat: Callable[[], None]
) -> Iterator[NDArray[np.uint32]]:
    """The words of the documents that are not trained on."""
    for number, split in splits.items():
        if split is not Split.TRAIN:
            beat()
            yield prints.words(number)


def _kept(
    work: StageWork, decided: Decided, splits: Mapping[int, Split], total: int
) -> Iterator[tuple[Document, Split]]:
    """The documents that stay, read again and written one by one."""
    file = work.scratch / DOCUMENTS_FILE
    repeating = decided.repeating()
    with file.open("w", encoding="utf-8") as lines:
        for place, document in enumerate(documents_of(work)):
            work.tick(min(total, (total + place) // 2), total)
            number = decided.found.places.get(place)
            if number is None or number not in splits:
                continue
            document = decided.marked(document, number, repeating.get(number, ()))
            lines.write(f"{document.model_dump_json()}\n")
            work.output.keep(DOCUMENTS)
            yield document, splits[number]
    work.output.put_file(file, DOCUMENTS_FILE, records=len(splits))


def _chunks(
    work: StageWork, documents: Iterable[tuple[Document, Split]], held_out: HeldOut, figures: Figures
) -> Iterator[Chunk]:
    """The chunks that give something to learn from and, for training, say nothing that is held out."""
    config = work.spec.curate
    tokens = token_counter(work.model, Settings().model_cache)
    work.output.facts["tokenizer"] = {"name": tokens.name, "reason": tokens.reason}
    cutter = Cutter(tokens, config.chunk_tokens, config.min_chunk_tokens, config.chunk_overlap_blocks)
    for document, split in documents:
        figures.count_document(document, split)
        for chunk in cutter.chunks(document, split):
            work.output.receive(CHUNKS)
            reason = refusal(chunk, chunk_tokens=config.chunk_tokens, min_chunk_tokens=config.min_chunk_tokens)
            if not reason and split is Split.TRAIN and held_out.share(word_hashes(chunk.own_text)) > MOST_SHARED:
                reason = "contaminated"
            if reason:
                work.output.reject(CHUNKS, chunk.id, reason, chunk.text[:200], url=chunk.url)
            else:
                work.output.keep(CHUNKS)
                figures.count_chunk(chunk, work.spec)
                yield chunk


def _generate_units(work: StageWork, chunks: Iterable[Chunk]) -> Iterator[UnitPlan]:
    rest = iter(chunks)
    batches = iter(lambda: list(islice(rest, work.spec.generate.shard_size)), [])
    for number, batch in enumerate(batches):
        shard = f"{number:04d}"
        file = f"chunks-{shard}.jsonl"
        items = work.output.write_records(file, batch)
        yield UnitPlan(
            stage=Stage.GENERATE, shard=shard, inputs=(work.output.path,), params={"file": file}, items=items
        )


def _too_few(work: StageWork, parsed: Tally, left: int) -> NotEnoughData:
    lost = _reasons(parsed + _tally(work, DOCUMENTS))
    permission = work.output.facts["permission"]
    advice = licence_advice(permission["quarantined_of"], permission["more_under"], work.spec.permission)
    return NotEnoughData(
        f"{left} of {parsed.received} fetched documents are left, and {MIN_DOCUMENTS} are needed, of different works, "
        f"to hold out one for validation and one for the test; most were rejected as {lost}.",
        next_step=advice
        or "Name more sources, or loosen curate.min_relevance, curate.near_duplicate_similarity or permission.profile.",
    )


def _no_chunks(work: StageWork, documents: int) -> NotEnoughData:
    return NotEnoughData(
        f"The training part of {documents} documents gives no usable chunk; most were rejected as "
        f"{_reasons(_tally(work, CHUNKS))}.",
        next_step="Name sources with running text, or lower curate.min_chunk_tokens.",
    )


def _tally(work: StageWork, noun: str) -> Tally:
    return work.output.tallies.get(noun, Tally())


def _reasons(tally: Tally) -> str:
    return largest((Counter(tally.rejected) + Counter(tally.failed)).items())
