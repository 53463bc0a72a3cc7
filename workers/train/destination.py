"""Copies a published model to where the user wants it, on any file system fsspec knows."""

from __future__ import annotations

import shutil
import uuid
from glob import escape
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from agent.errors import StoreUnavailable
from agent.faults import reached
from workers.train.provenance import PROVENANCE_MANIFEST


def deliver(folder: Path, destination: str, job_id: str) -> str:
    """Where the model lies now: ``destination``, or ``destination/job_id`` when other files are there
    already.

    On a local disk it appears by one rename, and an earlier model of ours gives way; elsewhere the provenance
    manifest is written last, so a folder with a manifest is whole.

    Raises:
        StoreUnavailable: the destination cannot be written.
    """
    try:
        system, root = fsspec.core.url_to_fs(destination)
        present = (
            {entry.rsplit("/", 1)[-1] for entry in system.ls(root, detail=False)} if system.exists(root) else set()
        )
        foreign = bool(present) and PROVENANCE_MANIFEST not in present
        target = f"{root.rstrip('/')}/{job_id}" if foreign else root
        if isinstance(system, LocalFileSystem):
            _swap_in(folder, Path(target), job_id)
            return target
        for file in _manifest_last(folder):
            system.put_file(str(file), f"{target}/{file.relative_to(folder).as_posix()}")
        return str(system.unstrip_protocol(target))
    except (OSError, ImportError, ValueError) as error:
        raise StoreUnavailable(
            f"The model cannot be written to publish.destination {destination!r}: {error}.",
            next_step="Make it writable and resume the job; the model is kept in the train artifact.",
        ) from error


def _swap_in(folder: Path, target: Path, job_id: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    ours = f".{target.name}.{job_id}"
    for left in target.parent.glob(f"{escape(ours)}.*"):
        # Of an attempt at this job that died while it copied; nobody else would ever remove gigabytes nobody sees.
        shutil.rmtree(left, ignore_errors=True)
    mark = uuid.uuid4().hex[:8]
    partial, old = target.with_name(f"{ours}.{mark}.new"), target.with_name(f"{ours}.{mark}.old")
    try:
        shutil.copytree(folder, partial)
        reached("publish/copied")
        if target.exists():
            target.rename(old)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _manifest_last(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return sorted(files, key=lambda file: file.name == PROVENANCE_MANIFEST)
