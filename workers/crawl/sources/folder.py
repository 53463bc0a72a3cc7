"""``dir:PATH``: the documents in a folder and below it, with the licences a manifest.jsonl there states."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError

from agent.errors import SourceFailed
from agent.job.licences import spdx
from agent.job.records import Candidate, Evidence, Query
from workers.crawl.glance import glance
from workers.crawl.http.canonical import document_id
from workers.crawl.http.services import Service
from workers.crawl.media import declared_type, name_of
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext

MANIFEST = "manifest.jsonl"


class ManifestLine(BaseModel):
    """One line of a folder's manifest; other fields are allowed and not read."""

    path: str
    licence: str = ""
    origin: str = ""


class Folder:
    """Every file under a folder but hidden ones, by path; bytes go to the blob store, nothing else is fetched.

    Files that are no documents by their extension are refused as ``unsupported_format``, larger ones than
    ``retrieve.max_document_bytes`` as ``too_large``, links that lead out of the folder as ``outside_folder``.
    """

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "once"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The files; the limit is for searches, a folder is taken whole.

        Raises:
            SourceFailed: the folder is missing or empty, or its manifest has a line that cannot be read.
        """
        root = Path(self._context.argument).expanduser().resolve()
        files = _files_under(root)
        manifest = _read_manifest(root / MANIFEST)
        self.facts |= {"files": len(files), "in_manifest": len(manifest)}
        for done, file in enumerate(files, 1):
            yield _take(file, root, manifest, self._context)
            self._context.progress(done)


def _files_under(root: Path) -> list[Path]:
    if not root.is_dir():
        raise SourceFailed(
            f"The folder {root} does not exist on this worker.",
            next_step="Name a folder that every crawl worker can read, for example dir:/data/papers.",
        )
    files = []
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".")]
        files += [Path(folder, name) for name in names if not name.startswith(".")]
    files = sorted(file for file in files if file != root / MANIFEST)
    if not files:
        raise SourceFailed(f"The folder {root} holds no files.", next_step="Put documents in it, or name another.")
    return files


def _read_manifest(file: Path) -> dict[str, ManifestLine]:
    if not file.is_file():
        return {}
    lines = {}
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = ManifestLine.model_validate_json(line)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"]) or "the whole line"
            raise SourceFailed(
                f"{file}, line {number}: {where}: {fault['msg']}.",
                next_step="Each line is a JSON object with path and licence, and optionally origin.",
            ) from error
        lines[entry.path] = entry
    return lines


def _take(file: Path, root: Path, manifest: dict[str, ManifestLine], context: SearchContext) -> Found | Refused:
    uri = file.as_uri()
    entry = manifest.get(file.relative_to(root).as_posix())
    candidate = Candidate(
        id=document_id(uri),
        url=uri,
        source=context.source,
        title=name_of(uri),
        score=0.0,
        media_type=declared_type(uri),
    )
    if not file.resolve().is_relative_to(root):
        return Refused(candidate, "outside_folder", f"{file} leads to {file.resolve()}")
    if not candidate.media_type:
        return Refused(candidate, "unsupported_format", f"no document by its extension {file.suffix or '(none)'}")
    limit = context.spec.retrieve.max_document_bytes
    try:
        size = file.stat().st_size
        if size > limit:
            return Refused(candidate, "too_large", f"{size} bytes, limit {limit}")
        body = file.read_bytes()
    except OSError as error:
        return Refused(candidate, "unreadable", str(error), failed=True)
    seen = glance(body, candidate.media_type)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    evidence = []
    if entry and entry.licence:
        line = f"licence: {entry.licence}" + (f"; origin: {entry.origin}" if entry.origin else "")
        evidence.append(Evidence(kind="licence", url=(root / MANIFEST).as_uri(), line=line, time=now))
    kept = candidate.model_copy(
        update={
            "title": seen.title or candidate.title,
            "licence": spdx(entry.licence) if entry else "",
            "blob": context.store.put_blob(body),
            "fetched_at": now,
            "evidence": tuple(evidence),
        }
    )
    return Found(kept, seen.text)
