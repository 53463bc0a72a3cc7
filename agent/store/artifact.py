"""One unit's artifact: JSON lines and other files in a folder of its own, complete when its manifest exists."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from agent.contract import Stage
from agent.errors import ArtifactCorrupt, OperationFailed
from agent.faults import reached
from agent.job.artifacts import Failure, FileEntry, Manifest, Tally, UnitPlan
from agent.job.records import Record, Rejected
from agent.store.store import Store

R = TypeVar("R", bound=Record)

REJECTED_FILE = "rejected.jsonl"
MANIFEST_FILE = "manifest.json"
FAILURE_FILE = "failure.json"

_ATTEMPT = re.compile(r"-e(\d+)(-[^-]*)?$")
"""What follows the shard in the name of an attempt's folder: the claim's epoch, then its token."""


def artifact_path(job_id: str, stage: str, shard: str, attempt: str) -> str:
    """Where an attempt's artifact lies; no other attempt ever shares it."""
    return f"jobs/{job_id}/{stage}/{shard}-{attempt}"


@cache
def producer() -> str:
    """Name and version of this distribution, for manifests."""
    try:
        return f"finetune-agent {version('finetune-agent')}"
    except PackageNotFoundError:
        return "finetune-agent (source)"


class ArtifactWriter:
    """Collects a unit's records, rejections and counts, and writes them with the manifest last.

    Every item that came in must be kept, rejected or failed: `commit` refuses to write a manifest whose counts do
    not reconcile. Items are told apart by noun (documents, chunks, examples …).
    """

    def __init__(
        self,
        store: Store,
        job_id: str,
        stage: str,
        shard: str,
        attempt: str,
        *,
        config_sha256: str = "",
        inputs: Sequence[str] = (),
        guard: Callable[[], None] = lambda: None,
    ) -> None:
        """``guard`` is called before each write and raises when the unit is no longer ours."""
        self.path = artifact_path(job_id, stage, shard, attempt)
        self._store = store
        self._place = f"{stage}/{shard}"
        self._identity = {"job_id": job_id, "stage": stage, "shard": shard, "attempt": attempt}
        self._config_sha256 = config_sha256
        self._inputs = tuple(inputs)
        self._guard = guard
        self._received: dict[str, int] = {}
        self._kept: dict[str, int] = {}
        self._refused: dict[str, dict[str, int]] = {}
        self._failed: dict[str, dict[str, int]] = {}
        self._rejected_rows: list[Rejected] = []
        self._files: dict[str, FileEntry] = {}
        self.facts: dict[str, Any] = {}

    def receive(self, noun: str, count: int = 1) -> None:
        """Count items that this unit is answerable for."""
        self._received[noun] = self._received.get(noun, 0) + count

    def keep(self, noun: str, count: int = 1) -> None:
        """Count items that go on."""
        self._kept[noun] = self._kept.get(noun, 0) + count

    def reject(self, noun: str, id: str, reason: str, detail: str = "", *, url: str = "", record: Record | None = None,
               failed: bool = False) -> None:  # fmt: skip
        """Count and keep an item that does not go on; ``failed`` when something broke instead of a rule saying no."""
        book = self._failed if failed else self._refused
        reasons = book.setdefault(noun, {})
        reasons[reason] = reasons.get(reason, 0) + 1
        self._rejected_rows.append(
            Rejected(
                id=id,
                url=url,
                noun=noun,
                reason=reason,
                detail=detail[:500],
                failed=failed,
                record=record.model_dump(mode="json") if record is not None else {},
            )
        )

    def write_records(self, name: str, records: Iterable[Record]) -> int:
        """Write records as the JSON-lines file ``name``; returns how many."""
        lines = [record.model_dump_json() for record in records]
        content = "".join(f"{line}\n" for line in lines).encode()
        self.write_file(name, content, records=len(lines))
        return len(lines)

    def write_file(self, name: str, content: bytes, *, records: int = 0) -> None:
        """Write one file of the artifact."""
        self._guard()
        digest = self._store.write(f"{self.path}/{name}", content)
        self._files[name] = FileEntry(sha256=digest, size_bytes=len(content), records=records)

    def put_file(self, local: Path, name: str, *, records: int = 0) -> None:
        """Copy a local file (records that were written one by one) into the artifact as ``name``."""
        self._guard()
        self._store.put_file(local, f"{self.path}/{name}")
        self._files[name] = _entry_of(local).model_copy(update={"records": records})

    def put_folder(self, local: Path, name: str) -> None:
        """Copy a local folder (weights, checkpoints) into the artifact under ``name``."""
        self._guard()
        self._store.put_folder(local, f"{self.path}/{name}")
        for file in sorted(item for item in local.rglob("*") if item.is_file()):
            self._files[f"{name}/{file.relative_to(local).as_posix()}"] = _entry_of(file)

    @property
    def tallies(self) -> dict[str, Tally]:
        """Counts so far, by noun."""
        nouns = sorted({*self._received, *self._kept, *self._refused, *self._failed})
        return {
            noun: Tally(
                received=self._received.get(noun, 0),
                kept=self._kept.get(noun, 0),
                rejected=dict(sorted(self._refused.get(noun, {}).items())),
                failed=dict(sorted(self._failed.get(noun, {}).items())),
            )
            for noun in nouns
        }

    def commit(self, successors: Sequence[UnitPlan] = (), verdict: str = "", items: int = 0) -> Manifest:
        """Write the rejections if there are any, then the manifest, and return it.

        The manifest says all that the ledger is told at the commit, so that a lost ledger can be rebuilt from it.

        Raises:
            ArtifactCorrupt: items are unaccounted for; this is a fault of the stage, never of the input.
        """
        tallies = self.tallies
        for noun, tally in tallies.items():
            if not tally.reconciles:
                raise ArtifactCorrupt(f"{self.path}: {noun} do not reconcile: {tally.model_dump()}.")
        if self._rejected_rows:
            self.write_records(REJECTED_FILE, self._rejected_rows)
        manifest = Manifest(
            **self._identity,
            producer=producer(),
            config_sha256=self._config_sha256,
            inputs=self._inputs,
            files=self._files,
            tallies=tallies,
            facts=self.facts,
            successors=tuple(successors),
            verdict=verdict,
            items=items,
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._guard()
        reached(f"{self._place}/before_manifest")
        self._store.write(f"{self.path}/{MANIFEST_FILE}", manifest.model_dump_json(indent=1).encode())
        return manifest

    def leave_failure(self, reason: str) -> None:
        """Write what was set aside although the unit failed for good, so that people can see what was there."""
        self._guard()
        failure = Failure(
            stage=Stage(self._identity["stage"]),
            reason=reason,
            tallies=self.tallies,
            facts=self.facts,
            rejected=tuple(row.model_copy(update={"record": {}}) for row in self._rejected_rows),
        )
        self._store.write(f"{self.path}/{FAILURE_FILE}", failure.model_dump_json(indent=1).encode())


def read_failures(store: Store, job_id: str, stage: str) -> list[Failure]:
    """What the stage's units that failed for good left, one each; what cannot be read is left out.

    Of a unit that failed again after `finetune resume` the last counts, and none of one that was done since.
    """
    root = f"jobs/{job_id}/{stage}"
    last: dict[str, Failure] = {}
    for attempt in sorted(store.list(root), key=_epoch):
        shard = _ATTEMPT.sub("", attempt)
        if store.exists(path := f"{root}/{attempt}/{FAILURE_FILE}"):
            with suppress(ValidationError, OperationFailed):
                last[shard] = Failure.model_validate_json(store.read(path))
        elif shard in last and store.exists(f"{root}/{attempt}/{MANIFEST_FILE}"):
            del last[shard]
    return [last[shard] for shard in sorted(last)]


def _epoch(attempt: str) -> int:
    found = _ATTEMPT.search(attempt)
    return int(found[1]) if found else 0


class ArtifactReader:
    """Reads a complete artifact, checking hashes."""

    def __init__(self, store: Store, path: str) -> None:
        """Raises ArtifactCorrupt when there is no manifest at ``path``, or what is there is none."""
        self.store = store
        self.path = path
        try:
            self.manifest = Manifest.model_validate_json(store.read(f"{path}/{MANIFEST_FILE}"))
        except ValidationError as error:
            raise ArtifactCorrupt(f"{store.uri(path)}/{MANIFEST_FILE} is no manifest: {_first(error)}.") from error

    def read_file(self, name: str) -> bytes:
        """The content of one file.

        Raises:
            ArtifactCorrupt: it is not in the manifest, is missing, or has another hash.
        """
        entry = self.manifest.files.get(name)
        if entry is None:
            raise ArtifactCorrupt(f"{self.path} has no file {name}.")
        content = self.store.read(f"{self.path}/{name}")
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise ArtifactCorrupt(f"{self.store.uri(self.path)}/{name} has changed since it was written.")
        return content

    def records(self, name: str, kind: type[R]) -> Iterator[R]:
        """The records of a JSON-lines file, in order.

        Raises:
            ArtifactCorrupt: a line is not such a record.
        """
        for number, line in enumerate(self.read_file(name).splitlines(), 1):
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                raise ArtifactCorrupt(
                    f"{self.path}/{name}, line {number}, is no {kind.__name__}: {_first(error)}."
                ) from error

    def rejected(self) -> Iterator[Rejected]:
        """What the unit set aside, each with its reason; without any there is no file."""
        if REJECTED_FILE not in self.manifest.files:
            return iter(())
        return self.records(REJECTED_FILE, Rejected)

    def folder(self, name: str, local: Path) -> Path:
        """A local folder with the files under ``name``; the store's own folder where the store is a local disk."""
        return self.store.get_folder(f"{self.path}/{name}", local / name)


def _first(error: ValidationError) -> str:
    """The first fault in one line, without the value: it may be a whole document."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else fault["msg"]


def _entry_of(file: Path) -> FileEntry:
    digest = hashlib.sha256()
    with file.open("rb") as reader:
        while block := reader.read(1024 * 1024):
            digest.update(block)
    return FileEntry(sha256=digest.hexdigest(), size_bytes=file.stat().st_size)
