"""The artifact store: whole-file reads and atomic whole-file writes under one fsspec URL."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from agent.errors import ArtifactCorrupt, StoreFull, StoreUnavailable
from agent.faults import reached

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def _translated(action: str, target: str) -> Iterator[None]:
    """Turn what the file system raises into our two errors; the one seam to fsspec."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StoreFull(
                f"No space left in the store to {action} {target}.",
                next_step="Free some space; then `finetune resume JOB` goes on where it stopped.",
            ) from error
        raise StoreUnavailable(
            f"Cannot {action} {target}: {error}.", next_step="Check FINETUNE_STORE_URL and its permissions."
        ) from error


class Store:
    """Whole files under one URL; paths are relative, with forward slashes.

    Writes are atomic: a reader sees the old file, the new file or none. On local disks this is write, fsync,
    rename; on object stores a PUT is atomic by itself.
    """

    def __init__(self, url: str, **options: Any) -> None:
        """Open the store at ``url`` (a folder, ``file://``, ``s3://``, ``memory://`` …); options go to
        fsspec.
        """
        self.url = url
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url, **options)
        except (ImportError, ValueError) as error:
            raise StoreUnavailable(
                f"The store URL {url!r} cannot be opened: {error}.",
                next_step="Use a folder, or an fsspec URL whose package is installed (s3:// needs s3fs).",
            ) from error
        self._local = isinstance(self._fs, LocalFileSystem)

    def uri(self, path: str) -> str:
        """The full address of a path: an absolute file path on local disks, else a URL."""
        full = f"{self._root}/{path}"
        return full if self._local else str(self._fs.unstrip_protocol(full))

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        with _translated("look for", path):
            return bool(self._fs.exists(f"{self._root}/{path}"))

    def read(self, path: str) -> bytes:
        """The whole content.

        Raises:
            ArtifactCorrupt: there is no such file.
            StoreUnavailable: the store does not answer.
        """
        try:
            with _translated("read", self.uri(path)):
                reached("store/read")
                return bytes(self._fs.cat_file(f"{self._root}/{path}"))
        except FileNotFoundError as error:
            raise ArtifactCorrupt(f"{self.uri(path)} is missing from the store.") from error

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of a file one by one, for files that nobody wants to hold whole; hashes are not checked.

        Raises:
            ArtifactCorrupt: there is no such file.
            StoreUnavailable: the store does not answer.
        """
        try:
            with _translated("read", self.uri(path)), self._fs.open(f"{self._root}/{path}", "rb") as file:
                yield from file
        except FileNotFoundError as error:
            raise ArtifactCorrupt(f"{self.uri(path)} is missing from the store.") from error

    def write(self, path: str, content: bytes) -> str:
        """Write atomically, replacing what was there; returns the sha256 of the content."""
        full = f"{self._root}/{path}"
        with _translated("write", self.uri(path)):
            reached("store/write")
            if self._local:
                _write_durably(Path(full), content)
            else:
                self._fs.pipe_file(full, content)
        return hashlib.sha256(content).hexdigest()

    def put_blob(self, content: bytes) -> str:
        """Keep bytes under their own hash; returns the sha256. Keeping the same bytes twice costs one
        look.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = _blob_path(digest)
        if not self.exists(path):
            self.write(path, content)
        return digest

    def has_blob(self, digest: str) -> bool:
        """Whether the bytes with this sha256 are here."""
        return self.exists(_blob_path(digest))

    def get_blob(self, digest: str) -> bytes:
        """The bytes kept under ``digest``.

        Raises:
            ArtifactCorrupt: missing, or their hash is another.
        """
        content = self.read(_blob_path(digest))
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArtifactCorrupt(f"Blob {digest} has other content than its name says.")
        return content

    def put_folder(self, local: Path, path: str) -> None:
        """Copy a local folder to ``path``; what else is there stays. Write a manifest after it, never
        before.
        """
        for source in sorted(item for item in local.rglob("*") if item.is_file()):
            self.put_file(source, f"{path}/{source.relative_to(local).as_posix()}")

    def put_file(self, local: Path, path: str) -> None:
        """Copy a local file to ``path``, atomically."""
        target = f"{self._root}/{path}"
        with _translated("write", target):
            if self._local:
                _copy_durably(local, Path(target))
            else:
                self._fs.put_file(str(local), target)

    def get_folder(self, path: str, local: Path) -> Path:
        """Copy the folder at ``path`` to the local folder ``local`` and return it; local stores are not
        copied.
        """
        if self._local:
            return Path(f"{self._root}/{path}")
        with _translated("read", self.uri(path)):
            self._fs.get(f"{self._root}/{path}", str(local), recursive=True)
        return local

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing happens when it is not there."""
        with _translated("remove", self.uri(path)), suppress(FileNotFoundError):
            self._fs.rm(f"{self._root}/{path}", recursive=True)

    def list(self, path: str) -> list[str]:
        """Names directly under a folder, sorted; empty when there is no such folder."""
        try:
            with _translated("list", self.uri(path)):
                entries = self._fs.ls(f"{self._root}/{path}", detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(entry).rstrip("/").rsplit("/", 1)[-1] for entry in entries)


def _blob_path(digest: str) -> str:
    return f"blobs/{digest[:2]}/{digest}"


def _write_durably(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy_durably(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        with source.open("rb") as reader, partial.open("wb") as writer:
            shutil.copyfileobj(reader, writer, 1024 * 1024)
            writer.flush()
            os.fsync(writer.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
