"""Finds what one row was made from in the artifacts of its job."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeVar

from agent.contract import Stage
from agent.dataset.origin import Origin, Support, blocks_of, decision_of
from agent.dataset.places import EXAMPLES_FILE, Places
from agent.dataset.shown import shown
from agent.errors import ArtifactCorrupt, UnknownRow
from agent.job.records import Chunk, Document, Example, Record, Rejected, SourceEntry
from agent.ledger.contract import Outputs
from agent.store import ArtifactReader, Store
from agent.store.artifact import REJECTED_FILE

R = TypeVar("R", bound=Record)

_SHOWN_IDS = 5


class Trace:
    """The way back from a row, over the files of one job."""

    def __init__(self, job_id: str, outputs: Outputs, store: Store, at: Places) -> None:
        self._job_id = job_id
        self._outputs = outputs
        self._store = store
        self._at = at

    def of(self, row_id: str) -> Origin:
        """See `agent.dataset.view.Dataset.explain`."""
        example = self._example(row_id)
        line = self._line(example.id)
        chunk_ids = dict.fromkeys((example.chunk_id, *(span.chunk_id for span in example.evidence)))
        return Origin(
            row=shown(line or json.loads(example.model_dump_json())),
            standing=self._standing(example, in_dataset=line is not None),
            example=example,
            supports=tuple(self._support(example, chunk_id) for chunk_id in chunk_ids),
        )

    def _example(self, row_id: str) -> Example:
        units = self._outputs.get(Stage.GENERATE, ())
        found: dict[str, Example] = {}
        for unit in units:
            for raw in self._beginning(f"{unit}/{EXAMPLES_FILE}", "id", row_id):
                example = Example.model_validate_json(raw)
                found[example.id] = example
        if len(found) == 1:
            return next(iter(found.values()))
        if not found:
            raise UnknownRow(
                f"No example of job {self._job_id} has an id that begins with {row_id!r}.",
                next_step=f"`finetune data {self._job_id} --sample 5` shows ids.",
            )
        some = ", ".join(sorted(found)[:_SHOWN_IDS])
        raise UnknownRow(
            f"{row_id!r} is the beginning of {len(found)} ids ({some}{' …' if len(found) > _SHOWN_IDS else ''}).",
            next_step="Give more of it.",
        )

    def _line(self, row_id: str) -> dict[str, object] | None:
        """The row in the built dataset."""
        if self._at.standing not in ("assembled", "cleared"):
            return None
        for path in self._at.files:
            for raw in self._beginning(path, "id", f'{row_id}"'):
                found: dict[str, object] = json.loads(raw)
                return found
        return None

    def _standing(self, example: Example, *, in_dataset: bool) -> str:
        if in_dataset:
            return f"in the dataset ({example.split})"
        if self._at.standing == "generating":
            return "made; the dataset is not built yet"
        for stage in (Stage.ASSEMBLE, Stage.CLEAR):
            for path in self._outputs.get(stage, ()):
                if REJECTED_FILE in ArtifactReader(self._store, path).manifest.files:
                    for raw in self._beginning(f"{path}/{REJECTED_FILE}", "id", f'{example.id}"'):
                        item = Rejected.model_validate_json(raw)
                        return f"set aside as {item.reason}" + (f": {item.detail}" if item.detail else "")
        return "not in the dataset"

    def _support(self, example: Example, chunk_id: str) -> Support:
        curated = ArtifactReader(self._store, self._outputs[Stage.CURATE][0])
        files = [f"{curated.path}/{name}" for name in sorted(curated.manifest.files) if name.startswith("chunks-")]
        chunk = self._first(files, "id", chunk_id, Chunk)
        if chunk is None:
            raise ArtifactCorrupt(f"Chunk {chunk_id} of row {example.id} is not in {curated.path}.")
        spans = tuple(span for span in example.evidence if span.chunk_id == chunk_id)
        document = self._first([f"{curated.path}/documents.jsonl"], "id", chunk.document_id, Document)
        listed = self._first(
            [
                f"{path}/sources.jsonl"
                for stage in (Stage.CLEAR, Stage.ASSEMBLE)
                for path in self._outputs.get(stage, ())
            ],
            "document_id",
            chunk.document_id,
            SourceEntry,
        )
        return Support(
            chunk=chunk,
            spans=spans,
            blocks=blocks_of(chunk, spans),
            document=document,
            decision=decision_of(listed.evidence if listed else (), document.evidence if document else ()),
        )

    def _first(self, paths: Iterable[str], field: str, value: str, kind: type[R]) -> R | None:
        for path in paths:
            for raw in self._beginning(path, field, f'{value}"'):
                return kind.model_validate_json(raw)
        return None

    def _beginning(self, path: str, field: str, value: str) -> Iterable[bytes]:
        """The lines whose first field has a value that begins so: records write their id first, so none is parsed."""
        wanted = f'{{"{field}":"{value}'.encode()
        return (raw for raw in self._store.lines(path) if raw.startswith(wanted))
