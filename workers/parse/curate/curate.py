"""The curate stage: all parsed documents become distinct, split, licensed and cut into chunks."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent.contract import Stage
from agent.errors import NotEnoughData
from agent.job.artifacts import Tally, UnitPlan
from agent.job.licences import LICENCE_UNKNOWN, PROFILES, Profile, trainable
from agent.job.records import Chunk, Document, Split
from agent.report.licence_advice import licence_advice
from agent.spec import JobSpec
from workers.parse.curate.books import documents_of, join_books
from workers.parse.curate.chunk import chunks_of, refusal
from workers.parse.curate.dedup import deduplicated
from workers.parse.curate.relevance import relevance
from workers.parse.curate.split import MIN_DOCUMENTS, split_documents
from workers.parse.curate.tokens import estimate_tokens
from workers.runtime.work import Outcome, StageWork

DOCUMENTS = "documents"
CHUNKS = "chunks"
_SHOWN_REASONS = 3
_BATCH = 100
"""Documents judged between two reports of progress: a second or two of work."""


def curate(work: StageWork) -> Outcome:
    """Writes ``documents.jsonl``, ``splits.json`` and ``chunks-NNNN.jsonl``, and one generate unit a chunks file.

    Raises:
        NotEnoughData: fewer than three documents are left, or none of them gives a chunk.
    """
    join_books(work, DOCUMENTS)
    documents = list(documents_of(work))
    work.output.receive(DOCUMENTS, len(documents))
    licensed = list(_licensed(work, documents))
    relevant = list(_relevant(work, licensed))
    kept = _distinct(work, relevant)
    if len(kept) < MIN_DOCUMENTS:
        raise _too_few(work, len(kept))
    work.output.keep(DOCUMENTS, len(kept))

    tokens = {document.id: estimate_tokens(document.text) for document in kept}
    config = work.spec.curate
    splits = split_documents(
        tokens, validation_share=config.validation_share, test_share=config.test_share, seed=work.spec.seed
    )
    chunks = list(_chunks(work, kept, splits))
    if not any(chunk.split is Split.TRAIN for chunk in chunks):
        raise _no_chunks(work, len(kept))
    work.output.write_records("documents.jsonl", kept)
    work.output.write_file("splits.json", json.dumps(dict(sorted(splits.items())), indent=1).encode())
    work.output.facts.update(facts_of(kept, splits, chunks, work.spec))
    work.tick(len(documents), len(documents))
    return Outcome(successors=tuple(_generate_units(work, chunks)))


def _licensed(work: StageWork, documents: Sequence[Document]) -> Iterator[Document]:
    """Documents whose licence the profile takes, now that parsing may have found one in the document itself."""
    config = work.spec.permission
    more: Counter[Profile] = Counter()
    unknown: Counter[str] = Counter()
    refused = 0
    for document in documents:
        verdict = trainable(document.licence, config.profile)
        if verdict.allowed:
            yield document
            continue
        detail = f"{document.licence or 'no licence stated'}; profile {config.profile}"
        work.output.reject(DOCUMENTS, document.id, verdict.reason, detail, url=document.url)
        unknown[document.source] += verdict.reason == LICENCE_UNKNOWN
        refused += verdict.reason != LICENCE_UNKNOWN
        more.update(profile for profile in PROFILES if trainable(document.licence, profile).allowed)
    work.output.facts["permission"] = {
        "profile": config.profile,
        "intended_use": config.intended_use,
        "refused": refused,
        "quarantined": unknown.total(),
        "quarantined_of": {source: count for source, count in unknown.items() if count},
        "more_under": {profile: more[profile] for profile in PROFILES if more[profile]},
    }


def _relevant(work: StageWork, documents: Sequence[Document]) -> Iterator[Document]:
    """Documents whose text is about the subject, now with the score of their whole text."""
    least = work.spec.curate.min_relevance
    for start in range(0, len(documents), _BATCH):
        work.tick(start, len(documents))
        batch = documents[start : start + _BATCH]
        for document, score in zip(batch, relevance(work.spec.subject, batch), strict=True):
            if score >= least:
                yield document.model_copy(update={"score": round(score, 4)})
            else:
                detail = f"similarity {score:.2f} to the subject, curate.min_relevance is {least:.2f}"
                work.output.reject(DOCUMENTS, document.id, "off_topic", detail, url=document.url)


def _distinct(work: StageWork, documents: Sequence[Document]) -> list[Document]:
    kept, duplicates = deduplicated(documents, work.spec.curate.near_duplicate_similarity)
    for duplicate in duplicates:
        detail = f"repeats {duplicate.of.url} ({duplicate.of.id}), similarity {duplicate.similarity:.2f}"
        work.output.reject(DOCUMENTS, duplicate.document.id, duplicate.reason, detail, url=duplicate.document.url)
    return kept


def _chunks(work: StageWork, documents: Sequence[Document], splits: Mapping[str, Split]) -> Iterator[Chunk]:
    config = work.spec.curate
    for done, document in enumerate(documents):
        if done % _BATCH == 0:
            work.tick(done, len(documents))
        for chunk in chunks_of(
            document, splits[document.id], chunk_tokens=config.chunk_tokens, min_chunk_tokens=config.min_chunk_tokens
        ):
            work.output.receive(CHUNKS)
            if reason := refusal(chunk, chunk_tokens=config.chunk_tokens, min_chunk_tokens=config.min_chunk_tokens):
                work.output.reject(CHUNKS, chunk.id, reason, chunk.text[:200], url=chunk.url)
            else:
                work.output.keep(CHUNKS)
                yield chunk


def _generate_units(work: StageWork, chunks: Sequence[Chunk]) -> Iterator[UnitPlan]:
    size = work.spec.generate.shard_size
    for number, start in enumerate(range(0, len(chunks), size)):
        shard = f"{number:04d}"
        file = f"chunks-{shard}.jsonl"
        items = work.output.write_records(file, chunks[start : start + size])
        yield UnitPlan(
            stage=Stage.GENERATE, shard=shard, inputs=(work.output.path,), params={"file": file}, items=items
        )


def facts_of(
    documents: Sequence[Document], splits: Mapping[str, Split], chunks: Sequence[Chunk], spec: JobSpec
) -> dict[str, object]:
    """Small figures for the report: documents, chunks and tokens a split, languages, licences, and the forecast of
    what training on the chunks' own tokens takes.
    """
    train_tokens = sum(chunk.tokens for chunk in chunks if chunk.split is Split.TRAIN)
    return {
        "documents_per_split": _per_split(splits[document.id] for document in documents),
        "chunks_per_split": _per_split(chunk.split for chunk in chunks),
        "tokens_per_split": {
            split.value: sum(chunk.tokens for chunk in chunks if chunk.split is split) for split in Split
        },
        "languages": dict(sorted(Counter(document.language or "undecided" for document in documents).items())),
        "licences": dict(sorted(Counter(document.licence or "not stated" for document in documents).items())),
        "train_tokens": train_tokens,
        "forecast_steps": forecast_steps(train_tokens, spec),
    }


def forecast_steps(train_tokens: int, spec: JobSpec) -> int:
    """Optimizer steps for this many tokens of packed sequences, at least one."""
    train = spec.train
    steps = max(1, math.ceil(train_tokens * train.epochs / (train.sequence_length * train.batch_sequences)))
    return min(steps, train.max_steps) if train.max_steps else steps


def _per_split(splits: Iterable[Split]) -> dict[str, int]:
    counts = Counter(splits)
    return {split.value: counts[split] for split in Split}


def _too_few(work: StageWork, left: int) -> NotEnoughData:
    parsed = sum((reader.manifest.tallies.get(DOCUMENTS, Tally()) for reader in work.inputs_from(Stage.PARSE)), Tally())
    fetched = parsed.received
    permission = work.output.facts["permission"]
    advice = licence_advice(permission["quarantined_of"], permission["more_under"], work.spec.permission)
    return NotEnoughData(
        f"{left} of {fetched} fetched documents are left, and {MIN_DOCUMENTS} are needed to hold out one for "
        f"validation and one for the test; most were rejected as {_largest(parsed + work.output.tallies[DOCUMENTS])}.",
        next_step=advice
        or "Name more sources, or loosen curate.min_relevance, curate.near_duplicate_similarity or permission.profile.",
    )


def _no_chunks(work: StageWork, documents: int) -> NotEnoughData:
    return NotEnoughData(
        f"The training part of {documents} documents gives no usable chunk; most were rejected as "
        f"{_largest(work.output.tallies.get(CHUNKS, Tally()))}.",
        next_step="Name sources with running text, or lower curate.min_chunk_tokens.",
    )


def _largest(tally: Tally) -> str:
    reasons = (Counter(tally.rejected) + Counter(tally.failed)).most_common(_SHOWN_REASONS)
    return ", ".join(f"{reason} ({count})" for reason, count in reasons) or "nothing"
