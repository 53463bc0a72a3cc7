"""Units of the generate and assemble stages on a real store, as the runner would hand them out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.job.model import ModelFacts
from agent.job.records import Block, BlockKind, Chunk, Document, Evidence, Example, Row, TopicMap
from agent.spec import JobSpec
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.workers.turns import LeapingTurns
from workers.generate.assemble import assemble
from workers.generate.generate import generate
from workers.llm.in_memory import SpendingInMemory
from workers.runtime.work import Outcome, StageWork

JOB = "job-1"


def model(*, chat: bool = True) -> ModelFacts:
    return ModelFacts(
        name="tiny", origin="folder", location="/models/tiny", parameters=1000, has_chat_template=chat, licence="MIT"
    )


@dataclass
class Ticks:
    """Records what was reported; raises ``stop`` once ``stop_at`` is reached."""

    seen: list[tuple[int, int | None, dict[str, Any]]] = field(default_factory=list)
    stop: Exception | None = None
    stop_at: int = 0

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        self.seen.append((done, total, dict(figures)))
        if self.stop is not None and done >= self.stop_at:
            raise self.stop


class Desk:
    """Writes the inputs, runs the stage functions, commits as the runner does."""

    def __init__(self, folder: Path, **spec: Any) -> None:
        self.folder = folder
        self.store = Store(str(folder / "store"))
        self.spec = JobSpec(model="tiny", subject="quantum computing", sources=("dir:x",), **spec)
        self.ticks = Ticks()
        self.spending = SpendingInMemory()
        self.model = model()

    def curated(self, chunks: Sequence[Chunk], topics: TopicMap | None = None) -> str:
        """The curate artifact that holds these chunks, a document for each, and the subject's map if there is one."""
        output = ArtifactWriter(self.store, JOB, "curate", "0", "e1")
        by_document = {chunk.document_id: chunk for chunk in chunks}
        output.write_records("chunks-0000.jsonl", chunks)
        output.write_records("documents.jsonl", [document_of(chunk) for chunk in by_document.values()])
        splits = {name: chunk.split.value for name, chunk in by_document.items()}
        output.write_file("splits.json", json.dumps(splits).encode())
        if topics is not None:
            output.write_records("topics.jsonl", [topics])
        output.commit()
        return output.path

    def generated(self, examples: Sequence[Example]) -> str:
        """A generate artifact that holds these examples."""
        output = ArtifactWriter(self.store, JOB, "generate", "0000", "e1")
        output.receive("examples", len(examples))
        output.keep("examples", len(examples))
        output.write_records("examples.jsonl", examples)
        output.commit()
        return output.path

    def work(self, stage: str, inputs: Sequence[str], params: dict[str, Any], attempt: str) -> StageWork:
        return StageWork(
            job_id=JOB, stage=stage, shard="0000", attempt=attempt, spec=self.spec, inputs=inputs, params=params,
            store=self.store, output=ArtifactWriter(self.store, JOB, stage, "0000", attempt), tick=self.ticks,
            scratch=self.folder, model=self.model, turns=LeapingTurns(), spending=self.spending,
        )  # fmt: skip

    def generate(self, curated: str, attempt: str = "e1") -> ArtifactReader:
        """The committed artifact of one generate unit."""
        work = self.work("generate", (curated,), {"file": "chunks-0000.jsonl"}, attempt)
        assert generate(work) == Outcome()
        work.output.commit()
        return ArtifactReader(self.store, work.output.path)

    def assemble(self, curated: str, generated: Sequence[str]) -> tuple[Outcome, ArtifactReader]:
        """What the assemble unit decided, and its committed artifact."""
        work = self.work("assemble", (curated, *generated), {}, "e1")
        outcome = assemble(work)
        work.output.commit()
        return outcome, ArtifactReader(self.store, work.output.path)


def rows(artifact: ArtifactReader, split: str) -> list[Row]:
    return list(artifact.records(f"{split}.jsonl", Row))


def document_of(chunk: Chunk) -> Document:
    return Document(
        id=chunk.document_id, url=chunk.url, source="dir:x", title=f"About {chunk.document_id}", licence=chunk.licence,
        blob="b" * 64, text_sha256="c" * 64, media_type="text/html", parser="html", quality=1.0,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=chunk.text),), fetched_at="2026-01-02T03:04:05Z",
        evidence=(Evidence(kind="licence", url=chunk.url, line="CC BY 4.0", time="2026-01-02T03:04:05Z"),),
    )  # fmt: skip
