"""Units of work on a real store, with rows about qubits, the way the runner makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.job.model import ModelFacts
from agent.job.records import (
    Block,
    BlockKind,
    Chunk,
    Evidence,
    ExampleKind,
    Record,
    Row,
    RowFormat,
    SourceEntry,
    Split,
)
from agent.spec import JobSpec
from agent.store import ArtifactWriter, Store
from tests.tiny_models import SENTENCES
from tests.workers.turns import LeapingTurns
from workers.runtime.work import StageWork


class Ticks:
    """A tick that remembers, and raises what it is told to once ``after`` calls were made."""

    def __init__(self, error: Exception | None = None, after: int = 0) -> None:
        self.calls: list[tuple[int, int | None, dict[str, float | str]]] = []
        self._error, self._after = error, after

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        self.calls.append((done, total, figures))
        if self._error is not None and len(self.calls) > self._after:
            raise self._error


def make_row(number: int, format: RowFormat, split: Split = Split.TRAIN) -> Row:
    """Row ``number``: a question about a sentence, or the sentence itself."""
    sentence = SENTENCES[number % len(SENTENCES)]
    question = f"What is said of number {number}?"
    contents: dict[RowFormat, dict[str, Any]] = {
        RowFormat.CHAT: {
            "messages": ({"role": "user", "content": question}, {"role": "assistant", "content": sentence})
        },
        RowFormat.PROMPT_COMPLETION: {"prompt": f"{question}\nAnswer:", "completion": f" {sentence}"},
        RowFormat.TEXT: {"text": sentence},
    }
    document = f"{split.value}doc{number % 5}"
    return Row(
        id=f"{split.value}{number:04d}",
        format=format,
        kind=ExampleKind.PLAIN if format is RowFormat.TEXT else ExampleKind.FACTUAL,
        split=split,
        chunk_id=f"{document}-{number}",
        document_id=document,
        url=f"https://example.org/{document}",
        licence="CC-BY-4.0",
        **contents[format],
    )


def make_chunk(number: int) -> Chunk:
    """A held-out chunk of two sentences."""
    text = " ".join(SENTENCES[(number + step) % len(SENTENCES)] for step in range(2))
    document = f"testdoc{number % 6}"
    return Chunk(
        id=f"{document}-{number}", document_id=document, split=Split.TEST, ordinal=number,
        url=f"https://example.org/{document}", licence="CC-BY-4.0",
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),), tokens=30,
    )  # fmt: skip


class Jobs:
    """Makes units of one job on one store, the way the runner does."""

    def __init__(self, root: Path) -> None:
        self.store = Store(str(root / "store"))
        self.root = root
        self._units = 0

    def cleared(self, format: RowFormat, rows: int = 40, wordy: int = 0) -> str:
        """Path of a clear artifact with rows for every split; the first ``wordy`` have endless
        questions.
        """
        output = ArtifactWriter(self.store, "job", "clear", "0", "e1")
        train = [make_row(number, format) for number in range(rows)]
        train[:wordy] = [_made_wordy(row) for row in train[:wordy]]
        validation = [make_row(number, format, Split.VALIDATION) for number in range(6)]
        test_format = RowFormat.PROMPT_COMPLETION if format is RowFormat.TEXT else format
        test = [make_row(number, test_format, Split.TEST) for number in range(8)]
        for name, records in (("train", train), ("validation", validation), ("test", test)):
            output.write_records(f"{name}.jsonl", records)
        output.write_records("choices.jsonl", [])
        output.write_records("heldout.jsonl", [make_chunk(number) for number in range(12)])
        output.write_records("sources.jsonl", _sources([*train, *validation, *test]))
        output.commit()
        return output.path

    def unit(
        self,
        stage: str,
        inputs: Sequence[str],
        model: ModelFacts,
        tick: Callable[..., None] | None = None,
        attempt: str = "e1",
        **spec: Any,
    ) -> StageWork:
        """A claimed unit of ``stage``."""
        self._units += 1
        scratch = self.root / f"scratch-{self._units}"
        scratch.mkdir()
        job = JobSpec(model=model.name, subject="qubits", sources=("dir:/data",), **spec)
        return StageWork(
            job_id="job", stage=stage, shard="0", attempt=attempt, spec=job, inputs=tuple(inputs), params={},
            store=self.store, output=ArtifactWriter(self.store, "job", stage, "0", attempt, inputs=inputs),
            tick=tick or Ticks(), scratch=scratch, model=model, turns=LeapingTurns(),
        )  # fmt: skip


def _made_wordy(row: Row) -> Row:
    question, answer = row.messages
    return row.model_copy(update={"messages": ({**question, "content": 99 * question["content"]}, answer)})


def _sources(rows: Sequence[Row]) -> list[Record]:
    documents = {row.document_id: row for row in rows}
    return [
        SourceEntry(
            document_id=id,
            url=row.url,
            title=f"Page {id}",
            licence=row.licence,
            split=row.split,
            blob=f"{number:064x}",
            fetched_at="2026-01-01T00:00:00+00:00",
            evidence=tuple(
                Evidence(kind="decision", url=row.url, line=f"allowed: {row.licence}", time=f"2026-01-{day}T00:00:00Z")
                for day in ("01", "03")
            ),
            rows=sum(other.document_id == id for other in rows),
        )
        for number, (id, row) in enumerate(documents.items())
    ]
