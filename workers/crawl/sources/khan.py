"""Khan Academy: closed to programs, so its lessons come from a Kolibri export that the user supplies.

``khan:FOLDER`` reads what Kolibri writes to a drive (Device, Channels, Export; or ``kolibri manage exportchannel disk``
and ``exportcontent disk``): ``databases/<channel>.sqlite3``, which names every lesson with its licence, and
``storage/a/b/<md5>.<type>``, its files (https://kolibri.readthedocs.io/en/latest/manage/command_line.html). The folder
may be the drive, its ``KOLIBRI_DATA``, ``content`` inside that, or one database. Nothing is fetched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.licences import spdx
from agent.job.records import Candidate, Evidence, Query
from workers.crawl.glance import glance
from workers.crawl.http.canonical import document_id
from workers.crawl.http.services import Service, Terms
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext
from workers.crawl.sources.kolibri import LESSON_FILES, lesson

_TERMS = Terms(
    url="https://www.khanacademy.org/about/tos",
    read_on="2026-11-22",
    says="Personal, non-commercial use; every address answers programs with a challenge, so there is no interface.",
    ai_training="noncommercial",
)
PAGES = Service(name="khan.pages", base="https://www.khanacademy.org/", terms=_TERMS, access="never")

_EXPORT = "Export the channel from Kolibri to a folder that the crawl workers can read, and name it: khan:FOLDER."

_LESSONS = """
    SELECT node.id, node.channel_id, node.title, node.description, node.kind, node.author, node.license_name,
           node.license_owner, node.lang_id, local.id, local.extension, file.lang_id
      FROM content_contentnode AS node
      JOIN content_file AS file ON file.contentnode_id = node.id AND NOT file.thumbnail
      JOIN content_localfile AS local ON local.id = file.local_file_id
     WHERE node.kind <> 'topic'
  ORDER BY node.id, file.supplementary DESC, file.priority, local.id
"""


@dataclass(frozen=True)
class _Row:
    """One file of one lesson."""

    node: str
    channel: str
    title: str
    description: str
    kind: str
    author: str
    licence: str
    owner: str
    language: str
    checksum: str
    extension: str
    file_language: str


class KhanAcademy:
    """Each lesson of an export once, as its article, exercise, document, or the subtitles of its video; lessons in
    other languages than the job's are refused as ``wrong_language``, those without readable files as
    ``unsupported_format``.
    """

    services: ClassVar[tuple[Service, ...]] = (PAGES,)
    asks: ClassVar[Asks] = "once"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The lessons of every channel in the export; the limit is for searches, an export is taken whole.

        Raises:
            SourceFailed: no export is named, or what is named is none.
        """
        if not self._context.argument:
            raise SourceFailed("Khan Academy is blocked: bot challenge, no permitted interface.", next_step=_EXPORT)
        databases, storage = _export(Path(self._context.argument).expanduser())
        done = 0
        for database in databases:
            for rows in _lessons(database):
                done += 1
                yield self._take(rows, database, storage)
                self._context.progress(done)
        self.facts |= {"channels": len(databases), "lessons": done}

    def _take(self, rows: list[_Row], database: Path, storage: Path) -> Found | Refused:
        row = rows[0]
        url = f"{database.as_uri()}#{row.node}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = f"license_name: {row.licence}; license_owner: {row.owner}"
        candidate = Candidate(
            id=document_id(url),
            url=url,
            source=self._context.source,
            title=row.title,
            score=0.0,
            authors=(row.author,) if row.author else (),
            venue="Khan Academy",
            language=row.language[:2].lower(),
            licence=spdx(row.licence),
            evidence=(Evidence(kind="licence", url=database.as_uri(), line=line, time=now),) if row.licence else (),
        )
        wanted = self._context.spec.parse.languages
        if wanted and candidate.language and candidate.language not in wanted:
            return Refused(candidate, "wrong_language", candidate.language)
        usable = [each for each in rows if each.extension in LESSON_FILES and _in(each.file_language, wanted)]
        if not usable:
            return Refused(
                candidate, "unsupported_format", f"{row.kind} of {', '.join(each.extension for each in rows)}"
            )
        chosen = min(usable, key=lambda each: LESSON_FILES.index(each.extension))
        file = storage / chosen.checksum[:1] / chosen.checksum[1:2] / f"{chosen.checksum}.{chosen.extension}"
        try:
            size, most = file.stat().st_size, self._context.spec.retrieve.max_document_bytes
            if size > most:
                return Refused(candidate, "too_large", f"{size} bytes, limit {most}")
            body, media_type = lesson(file.read_bytes(), chosen.extension, row.title, row.description, most)
        except OSError as error:
            return Refused(candidate, "unreadable", f"{file}: {error.strerror}", failed=True)
        except DocumentRejected as error:
            return Refused(candidate, error.reason, error.detail, failed=error.reason == "corrupt_archive")
        kept = candidate.model_copy(
            update={"media_type": media_type, "blob": self._context.store.put_blob(body), "fetched_at": now}
        )
        return Found(kept, f"{row.title}. {row.description} {glance(body, media_type).text}".strip())


def _export(given: Path) -> tuple[list[Path], Path]:
    """The channels' databases, and the folder of files."""
    root = given.resolve()
    if root.is_file():
        return [root], root.parent.parent / "storage"
    for base in (root, root / "content", root / "KOLIBRI_DATA" / "content"):
        if databases := sorted((base / "databases").glob("*.sqlite3")):
            return databases, base / "storage"
    raise SourceFailed(f"{given} holds no Kolibri export (databases/*.sqlite3) on this worker.", next_step=_EXPORT)


def _lessons(database: Path) -> Iterator[list[_Row]]:
    """The files of each lesson together."""
    try:
        connection = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            group: list[_Row] = []
            for values in connection.execute(_LESSONS):
                row = _Row(*(str(value) if value is not None else "" for value in values))
                if group and group[0].node != row.node:
                    yield group
                    group = []
                group.append(row)
            if group:
                yield group
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise SourceFailed(f"{database} is no channel of Kolibri: {error}.", next_step=_EXPORT) from error


def _in(language: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or not language or language[:2].lower() in wanted
