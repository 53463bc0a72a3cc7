"""All examples of a job: their texts on local disk, and in memory only what decisions need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from agent.job.records import Difficulty, Example, ExampleKind, Split
from workers.generate.dataset.duplicates import wording
from workers.generate.reading.words import tokens

PRECEDENCE = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""What stands in a held-out split must leave training, never the other way round."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An example without its long texts."""

    id: str
    place: int
    """Byte offset of its line in the pool."""
    split: Split
    kind: ExampleKind
    prompt: str
    asked: bytes
    """Hash of all that stands before its response, in the words that count; b'' for plain text."""
    setting: bytes
    """Hash of the passage and the earlier turns that its prompt goes with; b'' for a prompt that stands alone."""
    response: bytes
    """Hash of its response's words."""
    score: float
    difficulty: Difficulty
    topic: str
    chunk_id: str
    document_id: str
    url: str

    @property
    def rank(self) -> tuple[int, float, str]:
        """Its place in the order of precedence: held-out splits first, then the better score, then the id."""
        return PRECEDENCE.index(self.split), -self.score, self.id


class Pool:
    """Examples in a local file, read again one by one."""

    def __init__(self, file: Path) -> None:
        self._writer = file.open("wb")
        self._reader = file.open("rb")

    def add(self, example: Example) -> Entry:
        """Keep an example."""
        place = self._writer.tell()
        self._writer.write(example.model_dump_json().encode() + b"\n")
        earlier = [text for each in example.history for text in (each.prompt, each.response)]
        setting = _digest("\n".join((example.context, *earlier))) if example.context or earlier else b""
        asked = _hashed(wording(example.prompt).encode() + setting) if example.prompt else b""
        return Entry(
            id=example.id, place=place, split=example.split, kind=example.kind, prompt=example.prompt, asked=asked,
            setting=setting, response=_digest(example.response), score=example.score, difficulty=example.difficulty,
            topic=example.topic, chunk_id=example.chunk_id, document_id=example.document_id, url=example.url,
        )  # fmt: skip

    def read(self, entries: Iterable[Entry]) -> Iterator[Example]:
        """The examples of these entries, in their order."""
        self._writer.flush()
        for entry in entries:
            self._reader.seek(entry.place)
            yield Example.model_validate_json(self._reader.readline())

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()
        self._reader.close()


def by_precedence(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, held-out splits first, the better ones first within a split; the same for any order given."""
    return sorted(entries, key=lambda entry: entry.rank)


def of_split(entries: Sequence[Entry], split: Split) -> list[Entry]:
    """Those of one split that become its rows: multiple choice has a file of its own."""
    return [entry for entry in entries if entry.split is split and entry.kind is not ExampleKind.CHOICE]


def choices_of(entries: Sequence[Entry]) -> list[Entry]:
    """The multiple-choice questions."""
    return [entry for entry in entries if entry.kind is ExampleKind.CHOICE]


def _digest(text: str) -> bytes:
    return _hashed(" ".join(tokens(text)).encode())


def _hashed(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
