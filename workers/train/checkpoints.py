"""Checkpoints of a training in the artifact store, so that another machine can go on from them."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from agent.errors import ArtifactCorrupt, StoreUnavailable
from agent.faults import reached
from agent.job.artifacts import FileEntry
from agent.job.records import Record
from agent.store import Store

log = logging.getLogger(__name__)

_KEPT = 2
"""The newest, and one before it in case the newest cannot be read."""
_MARKER = "complete.json"
_STEP = "step-"


class _Marker(Record):
    """What a complete checkpoint consists of; written last."""

    fingerprint: str
    files: dict[str, FileEntry]


@dataclass(frozen=True)
class _Stored:
    step: int
    attempt: str
    path: str
    marker: _Marker | None


class Checkpoints:
    """The checkpoints of one training unit, over all attempts at it.

    A stale trainer cannot harm a newer one: each attempt writes in a folder of its own, and removes nothing of
    attempts that began after it. ``fingerprint`` names data and settings; a checkpoint of others is not seen.
    """

    def __init__(self, store: Store, job_id: str, shard: str, attempt: str, fingerprint: str) -> None:
        self._store = store
        self._root = f"jobs/{job_id}/train/{shard}-checkpoints"
        self._place = f"train/{shard}"
        self._attempt = attempt
        self._fingerprint = fingerprint
        self._may_clear = {attempt, *store.list(self._root)}

    def save(self, step: int, local: Path, look: Callable[[], None] = lambda: None) -> None:
        """Take a local checkpoint, copy its files and then its marker; then drop what is not needed any more.

        ``local`` is gone afterwards. Nothing happens when it is gone already, because the trainer was faster. A store
        that cannot be written costs this checkpoint only: the training goes on, and the one before stays. ``look``
        is called between files and raises when the work must stop.
        """
        taken = local.with_name(f"taken-{local.name}")
        try:
            local.rename(taken)
        except FileNotFoundError:
            log.info("the checkpoint of step %d was overtaken by later ones", step)
            return
        path = f"{self._root}/{self._attempt}/{_STEP}{step}"
        try:
            self._copy(taken, path, look)
        except StoreUnavailable as error:
            log.warning("the checkpoint of step %d is not stored, training goes on: %s", step, error)
            with suppress(StoreUnavailable):
                self._store.remove(path)
            return
        finally:
            shutil.rmtree(taken, ignore_errors=True)
        look()
        try:
            self._clear()
        except StoreUnavailable as error:
            log.warning("old checkpoints stay for now: %s", error)

    def newest(self, local: Path) -> Path | None:
        """A local folder with the furthest checkpoint of any attempt that is complete and whole, None without one."""
        for one in reversed(self._usable(self._stored())):
            assert one.marker is not None
            folder = self._store.get_folder(one.path, local / f"{one.attempt}-{one.step}")
            fault = _fault(folder, one.marker)
            if not fault:
                return folder
            log.warning("the checkpoint of step %d cannot be used, taking the one before: %s", one.step, fault)
        return None

    def _copy(self, local: Path, path: str, look: Callable[[], None]) -> None:
        files = sorted(item for item in local.rglob("*") if item.is_file())
        entries = {}
        for number, file in enumerate(files):
            if number == len(files) // 2:
                reached(f"{self._place}/checkpoint_half")
            look()
            name = file.relative_to(local).as_posix()
            entries[name] = FileEntry(sha256=_sha256(file), size_bytes=file.stat().st_size)
            self._store.put_file(file, f"{path}/{name}")
        reached(f"{self._place}/checkpoint_files")
        marker = _Marker(fingerprint=self._fingerprint, files=entries)
        self._store.write(f"{path}/{_MARKER}", marker.model_dump_json().encode())

    def _clear(self) -> None:
        """Drop all but the last usable ones, and what was never completed."""
        stored = self._stored()
        for old in [*self._usable(stored)[:-_KEPT], *(one for one in stored if one.marker is None)]:
            if old.attempt in self._may_clear:
                self._store.remove(old.path)

    def _usable(self, stored: list[_Stored]) -> list[_Stored]:
        """Complete checkpoints of these data and settings, the furthest last."""
        fitting = [one for one in stored if one.marker and one.marker.fingerprint == self._fingerprint]
        return sorted(fitting, key=lambda one: (one.step, one.attempt))

    def _stored(self) -> list[_Stored]:
        return [
            _Stored(int(name.removeprefix(_STEP)), attempt, path, self._marker(path))
            for attempt in self._store.list(self._root)
            for name in self._store.list(f"{self._root}/{attempt}")
            if name.startswith(_STEP)
            for path in [f"{self._root}/{attempt}/{name}"]
        ]

    def _marker(self, path: str) -> _Marker | None:
        """The marker of a checkpoint, None where it is missing or no such thing."""
        try:
            return _Marker.model_validate_json(self._store.read(f"{path}/{_MARKER}"))
        except (ArtifactCorrupt, ValidationError):
            return None


def _fault(folder: Path, marker: _Marker) -> str:
    """What is wrong with the files of a checkpoint, '' when each is as it was written."""
    for name, entry in marker.files.items():
        try:
            size = (folder / name).stat().st_size
            if size != entry.size_bytes:
                return f"{name} has {size} bytes instead of {entry.size_bytes}"
            if _sha256(folder / name) != entry.sha256:
                return f"{name} has other content than was written"
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}"
    return ""


def _sha256(file: Path) -> str:
    with file.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()
