"""Units of the crawl stages on a real store, made as the runner makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.job.artifacts import UnitPlan
from agent.job.model import ModelFacts
from agent.job.records import (
    Block,
    BlockKind,
    Candidate,
    Chunk,
    Example,
    ExampleKind,
    Page,
    Rejected,
    Row,
    RowFormat,
    SourceEntry,
    Split,
)
from agent.spec import JobSpec
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.workers.turns import LeapingTurns
from workers.crawl.clear import clear
from workers.crawl.discover import discover
from workers.crawl.retrieve import retrieve
from workers.runtime.turns import Turns
from workers.runtime.work import Outcome, StageWork


class CrawlJob:
    """One job whose crawl stages a test runs by hand."""

    def __init__(self, root: Path, sources: Sequence[str], **spec: Any) -> None:
        self.store = Store(str(root / "store"))
        spec.setdefault("retrieve", {"requests_per_second": 100, "timeout_s": 2})
        # Most documents here state no licence, and most tests are about something else.
        own = {source: "own" for source in sources if source.startswith(("dir:", "site:", "urls:"))}
        spec["permission"] = {"declared": own} | spec.get("permission", {})
        self.spec = JobSpec(model="m", subject="quantum computing", sources=tuple(sources), **spec)
        self.ticks: list[tuple[int, int | None]] = []
        self.on_tick: Callable[[], None] = lambda: None
        self.turns: Turns = LeapingTurns()
        self._root = root

    def discover(self) -> Outcome:
        """Run the discover unit and commit it."""
        return self._run(discover, "discover", "0")

    def retrieve(self, plan: UnitPlan) -> Outcome:
        """Run the retrieve unit that discovery planned and commit it."""
        return self._run(retrieve, "retrieve", plan.shard, plan)

    def assemble(
        self,
        entries: Sequence[SourceEntry],
        rows_each: int = 2,
        *,
        choices: Sequence[Row] = (),
        examples: Sequence[Example] = (),
    ) -> UnitPlan:
        """Write a dataset with so many rows of each document in its split; the clear unit that would follow."""
        output = ArtifactWriter(self.store, "job", "assemble", "0", "e1")
        rows = [_row(entry, number) for entry in entries for number in range(rows_each)]
        for split in Split:
            output.write_records(f"{split}.jsonl", [row for row in rows if row.split is split])
        output.write_records("choices.jsonl", choices)
        output.write_records("examples.jsonl", examples)
        held_out = (entry for entry in entries if entry.split is Split.TEST)
        output.write_records("heldout.jsonl", [_chunk(entry) for entry in held_out])
        output.write_records("sources.jsonl", entries)
        output.commit()
        return UnitPlan(stage="clear", shard="0", inputs=(output.path,))

    def clear(self, plan: UnitPlan) -> Outcome:
        """Run the clear unit and commit it."""
        return self._run(clear, "clear", plan.shard, plan)

    def cleared(self) -> ArtifactReader:
        """What clearing wrote."""
        return self._reader("clear", "0")

    def candidates(self) -> list[Candidate]:
        """What discovery kept, ranked."""
        return list(self._reader("discover", "0").records("candidates.jsonl", Candidate))

    def pages(self, shard: str = "0000") -> list[Page]:
        """What retrieval kept."""
        return list(self._reader("retrieve", shard).records("pages.jsonl", Page))

    def rejected(self, stage: str, shard: str) -> dict[str, Rejected]:
        """Address -> what a unit set aside."""
        return {row.url: row for row in self._reader(stage, shard).rejected()}

    def facts(self, stage: str = "discover", shard: str = "0") -> dict[str, Any]:
        """A unit's figures for the report, discovery's if none is named."""
        return self._reader(stage, shard).manifest.facts

    def _reader(self, stage: str, shard: str) -> ArtifactReader:
        return ArtifactReader(self.store, f"jobs/job/{stage}/{shard}-e1")

    def _tick(self, done: int, total: int | None = None, **figures: float | str) -> None:
        self.ticks.append((done, total))
        self.on_tick()

    def _run(
        self, stage_function: Callable[[StageWork], Outcome], stage: str, shard: str, plan: UnitPlan | None = None
    ) -> Outcome:
        inputs = plan.inputs if plan else ()
        scratch = self._root / f"scratch-{stage}-{shard}"
        scratch.mkdir()
        work = StageWork(
            job_id="job", stage=stage, shard=shard, attempt="e1", spec=self.spec, inputs=inputs,
            params=plan.params if plan else {}, store=self.store,
            output=ArtifactWriter(self.store, "job", stage, shard, "e1", inputs=inputs),
            tick=self._tick, scratch=scratch, model=_MODEL, turns=self.turns,
        )  # fmt: skip
        outcome = stage_function(work)
        work.output.commit()
        return outcome


def _row(entry: SourceEntry, number: int) -> Row:
    return Row(
        id=f"{entry.document_id}-{number}", format=RowFormat.TEXT, kind=ExampleKind.PLAIN, split=entry.split,
        text=f"Row {number} of {entry.title}", chunk_id=f"{entry.document_id}-0", document_id=entry.document_id,
        url=entry.url, licence=entry.licence,
    )  # fmt: skip


def _chunk(entry: SourceEntry) -> Chunk:
    return Chunk(
        id=f"{entry.document_id}-0", document_id=entry.document_id, split=entry.split, ordinal=0, url=entry.url,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=f"Text of {entry.title}"),), tokens=4,
    )  # fmt: skip


_MODEL = ModelFacts(name="m", origin="folder", location="m", parameters=1, has_chat_template=False)
