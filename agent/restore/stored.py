"""What the store knows of jobs: the record of each, and its complete artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from agent.contract import Stage
from agent.errors import ArtifactCorrupt, InvalidSpec
from agent.job.artifacts import Manifest
from agent.job.job import JobRecord
from agent.store import ArtifactReader, Store, artifact_path
from agent.store.artifact import MANIFEST_FILE

JOBS_FOLDER = "jobs"
RECORD_FILE = "job.json"
_CHECKPOINTS = "-checkpoints"
"""Ends the name of the folder in which a training keeps its checkpoints, beside its artifacts."""
READERS = 16
"""Manifests read at once: on object stores each costs a round trip of some ten milliseconds."""


@dataclass(frozen=True)
class StoredJob:
    """A job that the store knows."""

    record: JobRecord
    furthest: Stage | None
    """The last stage of which a complete artifact is there, None for none."""


@dataclass(frozen=True)
class Shelf:
    """The artifacts of one job."""

    artifacts: Mapping[str, Manifest]
    """Path -> manifest of each that is complete and belongs to the job as it is specified."""
    ignored: Mapping[str, str]
    """Path -> why it does not count."""


def keep_record(store: Store, job: JobRecord) -> None:
    """Writes the record of a job that is about to be submitted, unless it is there already.

    Raises:
        InvalidSpec: the store knows the id as a job with another specification.
        StoreUnavailable: the record cannot be written.
    """
    kept = stored_record(store, job.id)
    if kept is not None and kept.spec.sha256 != job.spec.sha256:
        raise InvalidSpec(
            f"The store knows job id {job.id!r} as a job with another specification ({kept.spec.subject!r}).",
            next_step=f"Choose another id; `finetune resume {job.id} --from-store` goes on with the other job.",
        )
    if kept is None:
        write_record(store, job)


def agree_on_record(store: Store, accepted: JobRecord) -> None:
    """Makes the store say of a job what the ledger says, after it accepted one of perhaps several submissions."""
    kept = stored_record(store, accepted.id)
    if kept is None or (kept.spec, kept.model) != (accepted.spec, accepted.model):
        write_record(store, accepted)


def write_record(store: Store, job: JobRecord) -> None:
    """Writes the record of a job over what was there."""
    store.write(_record_path(job.id), job.model_dump_json(indent=1).encode())


def stored_record(store: Store, job_id: str) -> JobRecord | None:
    """The record with which the job was submitted, None when the store does not know it.

    Raises:
        ArtifactCorrupt: what is there is no record of this job.
    """
    # An id comes from the command line: it names a folder and never leads out of it.
    if PurePosixPath(job_id).name != job_id or not store.exists(_record_path(job_id)):
        return None
    try:
        record = JobRecord.model_validate_json(store.read(_record_path(job_id)))
    except (ValidationError, InvalidSpec) as error:
        raise ArtifactCorrupt(f"{store.uri(_record_path(job_id))} is no job record of this version.") from error
    if record.id != job_id:
        raise ArtifactCorrupt(f"{store.uri(_record_path(job_id))} is the record of another job, {record.id!r}.")
    return record


def stored_jobs(store: Store) -> tuple[list[StoredJob], list[str]]:
    """The jobs that the store knows, oldest first, and the ids of those whose record cannot be read."""
    known: list[StoredJob] = []
    unreadable: list[str] = []
    for job_id in store.list(JOBS_FOLDER):
        try:
            record = stored_record(store, job_id)
        except ArtifactCorrupt:
            unreadable.append(job_id)
            continue
        if record is not None:
            known.append(StoredJob(record, _furthest(store, job_id)))
    return sorted(known, key=lambda job: (job.record.submitted_at_ms, job.record.id)), unreadable


def read_shelf(store: Store, job: JobRecord) -> Shelf:
    """Every artifact of the job that is complete, and why the others do not count."""
    paths = [path for stage in Stage for path in _attempts(store, job.id, stage)]
    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(lambda path: _complete(store, job, path), paths))
    artifacts: dict[str, Manifest] = {}
    ignored: dict[str, str] = {}
    for path, manifest in zip(paths, found, strict=True):
        if isinstance(manifest, str):
            ignored[path] = manifest
        else:
            artifacts[path] = manifest
    return Shelf(artifacts, ignored)


def _record_path(job_id: str) -> str:
    return f"{JOBS_FOLDER}/{job_id}/{RECORD_FILE}"


def _attempts(store: Store, job_id: str, stage: Stage) -> Iterator[str]:
    folder = f"{JOBS_FOLDER}/{job_id}/{stage}"
    return (f"{folder}/{name}" for name in store.list(folder) if not name.endswith(_CHECKPOINTS))


def _furthest(store: Store, job_id: str) -> Stage | None:
    for stage in reversed(Stage):
        if any(store.exists(f"{path}/{MANIFEST_FILE}") for path in _attempts(store, job_id, stage)):
            return stage
    return None


def _complete(store: Store, job: JobRecord, path: str) -> Manifest | str:
    """The manifest, or why it does not count."""
    if not store.exists(f"{path}/{MANIFEST_FILE}"):
        return "incomplete"
    try:
        manifest = ArtifactReader(store, path).manifest
    except ArtifactCorrupt:
        return "unreadable manifest"
    if path != artifact_path(manifest.job_id, manifest.stage, manifest.shard, manifest.attempt):
        return "not where its manifest says"
    if manifest.config_sha256 != job.spec.sha256:
        return "of another specification"
    present = set(store.list(path))
    if any(name.split("/", 1)[0] not in present for name in manifest.files):
        return "files missing"
    return manifest
