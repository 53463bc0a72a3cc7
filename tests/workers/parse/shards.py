"""Real units of work for tests: a store in a temporary folder, and every tick remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.job.model import ModelFacts
from agent.job.records import Block, BlockKind, Document, Page
from agent.spec import JobSpec
from agent.store import ArtifactWriter, Store
from tests.workers.turns import LeapingTurns
from workers.runtime.work import StageWork

JOB = "job-1"
PROSE = (
    "A qubit is the basic unit of quantum information. It is a system with two states that can be told apart, and "
    "with every combination of the two. When the qubit is measured, one of the two states is found, and the chances "
    "are given by the amplitudes. Quantum computers act on many qubits with gates, and they use interference so that "
    "wrong answers cancel and right answers become likely. Noise disturbs the qubits, so error correction is needed "
    "before long computations on quantum computers can be trusted."
)


def spec(**stages: Any) -> JobSpec:
    """A job on quantum computing."""
    return JobSpec(model="any", subject="quantum computing", sources=("dir:any",), **stages)


class Ticks(list[tuple[int, int | None]]):
    """Remembers every tick; raises ``stop`` at the first one when it is given."""

    def __init__(self, stop: Exception | None = None) -> None:
        super().__init__()
        self._stop = stop

    def __call__(self, done: int, total: int | None = None, **figures: float | str) -> None:
        self.append((done, total))
        if self._stop is not None:
            raise self._stop


def unit(root: Path, stage: str, inputs: Sequence[str], job: JobSpec, ticks: Ticks | None = None) -> StageWork:
    """A claimed unit of this stage."""
    store = Store(str(root))
    scratch = root / "scratch" / stage
    scratch.mkdir(parents=True, exist_ok=True)
    return StageWork(
        job_id=JOB,
        stage=stage,
        shard="0000",
        attempt="e1",
        spec=job,
        inputs=inputs,
        params={},
        store=store,
        output=ArtifactWriter(store, JOB, stage, "0000", "e1", inputs=inputs),
        tick=ticks if ticks is not None else Ticks(),
        scratch=scratch,
        model=ModelFacts(name="any", origin="folder", location="any", parameters=1, has_chat_template=True),
        turns=LeapingTurns(),
    )


def retrieved(root: Path, documents: Mapping[str, bytes], **fields: Any) -> str:
    """Path of a retrieve artifact with one page for each URL and its bytes; ``fields`` go into every page."""
    store = Store(str(root))
    output = ArtifactWriter(store, JOB, "retrieve", "0000", "e1")
    pages = [
        Page(
            id=hashlib.sha256(url.encode()).hexdigest()[:16],
            url=url,
            source="dir:any",
            blob=store.put_blob(content),
            size_bytes=len(content),
            **fields,
        )
        for url, content in documents.items()
    ]
    output.receive("documents", len(pages))
    output.keep("documents", len(pages))
    output.write_records("pages.jsonl", pages)
    output.commit()
    return output.path


def parsed(root: Path, documents: Sequence[Document]) -> str:
    """Path of a parse artifact with these documents."""
    output = ArtifactWriter(Store(str(root)), JOB, "parse", "0000", "e1")
    output.receive("documents", len(documents))
    output.keep("documents", len(documents))
    output.write_records("documents.jsonl", documents)
    output.commit()
    return output.path


def document(id: str, *texts: str | Block, **fields: Any) -> Document:
    """A document of paragraphs."""
    blocks = tuple(
        text if isinstance(text, Block) else Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts or (PROSE,)
    )
    defaults: dict[str, Any] = {
        "url": f"file:///{id}.md",
        "source": "dir:any",
        "licence": "CC-BY-4.0",
        "title": f"Document {id}",
        "language": "en",
        "blob": "0" * 64,
        "text_sha256": hashlib.sha256("\n\n".join(block.text for block in blocks).encode()).hexdigest(),
        "media_type": "text/markdown",
        "parser": "markdown",
        "quality": 1.0,
        "score": 0.5,
        "blocks": blocks,
    }
    return Document(id=id, **{**defaults, **fields})
