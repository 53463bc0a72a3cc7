"""The first pass over the documents: which may be used and are about the subject, and what is remembered of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agent.job.licences import LICENCE_UNKNOWN, PROFILES, Profile, trainable
from agent.job.records import Document
from workers.parse.curate.books import documents_of
from workers.parse.curate.dedup import Entry
from workers.parse.curate.fingerprint import Fingerprints, word_hashes
from workers.parse.curate.prefer import rank
from workers.parse.curate.relevance import relevance
from workers.parse.curate.works import Passages, work_keys
from workers.runtime.work import StageWork

DOCUMENTS = "documents"
DOCUMENTS_FILE = "documents.jsonl"

_BATCH = 20
"""Documents whose relevance is judged together: some tenths of a second, between two reports of progress."""


@dataclass
class Survey:
    """What is remembered of the documents that are left; lists are by number, in the order of reading."""

    prints: Fingerprints
    passages: Passages = field(default_factory=Passages)
    entries: list[Entry] = field(default_factory=list)
    work_keys: list[tuple[str, ...]] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    """Place among all documents as they are read -> number."""

    def add(self, place: int, document: Document) -> None:
        """Remember a document, its score being that of its whole text."""
        words = word_hashes(document.text)
        number = len(self.entries)
        key = self.prints.add(words)
        self.entries.append(Entry(document.id, document.title, key, rank(document, len(words))))
        self.passages.add(number, document)
        self.work_keys.append(work_keys(document))
        self.words.append(len(words))
        self.scores.append(document.score)
        self.places[place] = number


def survey(work: StageWork, prints: Fingerprints, total: int) -> Survey:
    """Reads all documents once, rejecting those that may not be used or are off the subject; ``total`` is how many."""
    found = Survey(prints)
    for place, document in _relevant(work, _licensed(work, _read(work, total))):
        found.add(place, document)
    return found


def _read(work: StageWork, total: int) -> Iterator[tuple[int, Document]]:
    for place, document in enumerate(documents_of(work)):
        work.output.receive(DOCUMENTS)
        work.tick(place // 2, total)  # the other half of the work is the second pass
        yield place, document


def _licensed(work: StageWork, documents: Iterable[tuple[int, Document]]) -> Iterator[tuple[int, Document]]:
    """Documents whose licence the profile takes, now that parsing may have found one in the document itself."""
    config = work.spec.permission
    more: Counter[Profile] = Counter()
    unknown: Counter[str] = Counter()
    refused = 0
    for place, document in documents:
        verdict = trainable(document.licence, config.profile)
        if verdict.allowed:
            yield place, document
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


def _relevant(work: StageWork, documents: Iterable[tuple[int, Document]]) -> Iterator[tuple[int, Document]]:
    """Documents whose text is about the subject, now with the score of their whole text."""
    least = work.spec.curate.min_relevance
    waiting: list[tuple[int, Document]] = []
    for each in documents:
        waiting.append(each)
        if len(waiting) == _BATCH:
            yield from _judged(work, waiting, least)
            waiting = []
    yield from _judged(work, waiting, least)


def _judged(work: StageWork, batch: list[tuple[int, Document]], least: float) -> Iterator[tuple[int, Document]]:
    scores = relevance(work.spec.subject, [document for _, document in batch])
    for (place, document), score in zip(batch, scores, strict=True):
        if score >= least:
            yield place, document.model_copy(update={"score": round(score, 4)})
        else:
            detail = f"similarity {score:.2f} to the subject, curate.min_relevance is {least:.2f}"
            work.output.reject(DOCUMENTS, document.id, "off_topic", detail, url=document.url)
