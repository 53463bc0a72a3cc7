"""Khan Academy: blocked on the web, read from a Kolibri export that the user supplies."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.units import CrawlJob

UNPAID = {"profile": "noncommercial", "intended_use": "noncommercial"}
OFFLINE = {"expand": [], "look_up": [], "min_relevance": 0.0}

SCHEMA = """
    CREATE TABLE content_contentnode (id, channel_id, title, description, kind, author, license_name, license_owner,
                                      lang_id, parent_id);
    CREATE TABLE content_file (id, contentnode_id, local_file_id, preset, lang_id, supplementary, thumbnail, priority);
    CREATE TABLE content_localfile (id, extension, available, file_size);
"""


class Export:
    """A drive as Kolibri writes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.content = root / "KOLIBRI_DATA" / "content"
        (self.content / "databases").mkdir(parents=True)
        self.database = self.content / "databases" / "c1.sqlite3"
        with sqlite3.connect(self.database) as connection:
            connection.executescript(SCHEMA)
        self.lesson("root", "topic", {}, title="Channel")

    def lesson(self, node: str, kind: str, files: dict[str, bytes], *, language: str = "en", **fields: str) -> None:
        """Add a lesson with its files by extension; ``vtt-de`` is a German vtt, '' for the content a lost file."""
        known = {"title": node, "description": "", "license": "CC BY-NC-SA"} | fields
        with sqlite3.connect(self.database) as connection:
            connection.execute(
                "INSERT INTO content_contentnode VALUES (?, 'c1', ?, ?, ?, 'Ada Rhee', ?, 'An academy', ?, NULL)",
                (node, known["title"], known["description"], kind, known["license"], language),
            )
            for number, (name, body) in enumerate(files.items()):
                extension, _, file_language = name.partition("-")
                checksum = hashlib.md5(f"{node}{name}".encode(), usedforsecurity=False).hexdigest()
                connection.execute(
                    "INSERT INTO content_file VALUES (?, ?, ?, '', ?, 0, 0, ?)",
                    (f"{node}{number}", node, checksum, file_language or None, number),
                )
                connection.execute("INSERT INTO content_localfile VALUES (?, ?, 1, 1)", (checksum, extension))
                if body:
                    file = self.content / "storage" / checksum[0] / checksum[1] / f"{checksum}.{extension}"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(body)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """An empty channel."""
    return Export(tmp_path / "drive")


def zipped(**files: object) -> bytes:
    """A zip of files; JSON where they are no text."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content if isinstance(content, str) else json.dumps(content))
    return target.getvalue()


def imported(tmp_path: Path, where: Path | str) -> CrawlJob:
    """A job that read the export."""
    job = CrawlJob(tmp_path, [f"khan:{where}" if where else "khan"], discover=OFFLINE, permission=UNPAID)
    job.discover()
    return job


def text_of(job: CrawlJob) -> str:
    """What the only lesson became."""
    (only,) = job.candidates()
    return job.store.get_blob(only.blob).decode()


QUESTION = {
    "question": {
        "content": "How many states does a qubit measure to? ![plot](web+graphie://x) [[☃ radio 1]]"
        " Write it: [[☃ input-number 1]]",
        "widgets": {
            "radio 1": {"options": {"choices": [{"content": "two", "correct": True}, {"content": "three"}]}},
            "input-number 1": {"options": {"value": 2}},
        },
    },
    "hints": [{"content": "Measuring gives 0 or 1. [[☃ image 1]]"}, {"content": None}],
}


def test_without_an_export_it_is_blocked_and_the_next_step_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match=r"bot challenge, no permitted interface.*khan:FOLDER"):
        imported(tmp_path, "")


def test_an_exercise_becomes_its_questions_answers_and_hints(tmp_path: Path, export: Export) -> None:
    body = zipped(exercise__json={"all_assessment_items": []}, q1__json=QUESTION, images="")
    export.lesson("e1", "exercise", {"perseus": body}, title="Measuring qubits", description="Practice.")
    job = imported(tmp_path, export.root)
    text = text_of(job)
    assert text.startswith("# Measuring qubits\n\nPractice.\n\nHow many states")
    assert "- two\n- three" in text and "Answer: 2; two" in text and "Measuring gives 0 or 1." in text
    assert "☃" not in text and "graphie" not in text
    (kept,) = job.candidates()
    assert (kept.licence, kept.media_type, kept.authors) == ("CC-BY-NC-SA-4.0", "text/markdown", ("Ada Rhee",))
    assert "license_name: CC BY-NC-SA" in kept.evidence[0].line


def test_a_video_becomes_what_its_subtitles_say(tmp_path: Path, export: Export) -> None:
    subtitles = """WEBVTT

    NOTE made here

    1
    00:00:01.000 --> 00:00:03.000 align:start
    <v Ada>A qubit is
    a vector.

    00:03.500 --> 00:05.000
    a vector.
    A gate turns it.
    """.replace("\n    ", "\n")
    files = {"mp4": b"film", "vtt-de": b"WEBVTT\n\n00:01.000 --> 00:02.000\nDeutsch.\n", "vtt-en": subtitles.encode()}
    export.lesson("v1", "video", files, title="Qubits")
    assert text_of(imported(tmp_path, export.content)) == "# Qubits\n\nA qubit is a vector. A gate turns it."


def test_an_article_and_a_document_are_taken_as_they_are(tmp_path: Path, export: Export) -> None:
    export.lesson("h1", "html5", {"zip": zipped(index__html="<p>Qubits in an article.</p>")})
    export.lesson("d1", "document", {"pdf": b"%PDF-1.7 qubits", "epub": b"x"})
    job = imported(tmp_path, export.database)
    found = {item.title: (item.media_type, job.store.get_blob(item.blob)) for item in job.candidates()}
    assert found == {
        "h1": ("text/html", b"<p>Qubits in an article.</p>"), "d1": ("application/pdf", b"%PDF-1.7 qubits"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "files", "language", "reason", "failed"),
    [
        ("video", {"mp4": b"film"}, "en", "unsupported_format", False),
        ("video", {"vtt-de": b"WEBVTT"}, "en", "unsupported_format", False),
        ("document", {"pdf": b"%PDF-1.7"}, "pt-BR", "wrong_language", False),
        ("document", {"pdf": b""}, "en", "unreadable", True),
        ("exercise", {"perseus": b"no zip"}, "en", "corrupt_archive", True),
        ("exercise", {"perseus": zipped(q__json=[3])}, "en", "corrupt_archive", True),
        ("exercise", {"perseus": zipped(exercise__json={})}, "en", "no_text", False),
        ("html5", {"zip": zipped(other__html="x")}, "en", "corrupt_archive", True),
        ("html5", {"zip": zipped(index__html="0" * 2_000_000)}, "en", "too_large", False),
    ],
)
def test_a_lesson_that_cannot_be_used_is_set_aside_and_the_others_go_on(
    tmp_path: Path, export: Export, kind: str, files: dict[str, bytes], language: str, reason: str, failed: bool
) -> None:
    export.lesson("good", "document", {"pdf": b"%PDF-1.7 qubits"})
    export.lesson("odd", kind, files, language=language)
    limits = {"max_document_bytes": 1_000_000}
    job = CrawlJob(tmp_path, [f"khan:{export.root}"], discover=OFFLINE, permission=UNPAID, retrieve=limits)
    job.discover()
    assert [item.title for item in job.candidates()] == ["good"]
    (row,) = job.rejected("discover", "0").values()
    assert (row.reason, row.failed) == (reason, failed)


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.sqlite3").write_text("hello")
    sources = [f"khan:{tmp_path}/empty", f"khan:{tmp_path}/list.sqlite3"]
    with pytest.raises(NotEnoughData) as caught:
        CrawlJob(tmp_path, sources, discover=OFFLINE, permission=UNPAID).discover()
    assert "empty holds no Kolibri export" in str(caught.value)
    assert "list.sqlite3 is no channel of Kolibri" in str(caught.value)
