"""The parse stage on real bytes: each document alone, every one accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import JobCancelled
from agent.job.records import Document
from agent.spec import ParseConfig
from agent.store import ArtifactReader
from tests.workers.parse.papers import column, paper
from tests.workers.parse.shards import PROSE, Ticks, retrieved, spec, unit
from workers.parse.parse import parse

LINES = [PROSE[start : start + 60].strip() for start in range(0, len(PROSE), 60)]


def run(root: Path, documents: dict[str, bytes], **fields: object) -> ArtifactReader:
    """The committed artifact of one parse unit."""
    work = unit(root, "parse", [retrieved(root, documents, **fields)], spec(parse=ParseConfig(ocr=False)))
    parse(work)
    work.output.commit()
    return ArtifactReader(work.store, work.output.path)


def test_documents_of_every_format_become_documents_in_the_order_of_the_pages(tmp_path: Path) -> None:
    html = (
        f"<html><head><title>A page</title></head><body><article><h1>A page</h1><p>{PROSE}</p></article></body></html>"
    )
    artifact = run(
        tmp_path,
        {
            "http://h/qubits.md": f"# On qubits\n\n{PROSE}".encode(),
            "http://h/page": html.encode(),
            "http://h/paper.pdf": paper([column(LINES, 60, 100)]),
            "http://h/notes/quantum_noise.txt": PROSE.encode(),
        },
        score=0.4,
        licence="CC0-1.0",
    )
    documents = list(artifact.records("documents.jsonl", Document))
    assert [(one.parser, one.title, one.language) for one in documents] == [
        ("markdown", "On qubits", "en"),
        ("html", "A page", "en"),
        ("pdf", "paper", "en"),
        ("text", "quantum noise", "en"),
    ]
    assert {one.licence for one in documents} == {"CC0-1.0"} and {one.score for one in documents} == {0.4}
    assert len({one.text_sha256 for one in documents}) == 4
    assert artifact.manifest.facts["parsers"] == {"html": 1, "markdown": 1, "pdf": 1, "text": 1}


def test_each_unusable_document_is_rejected_for_its_own_reason(tmp_path: Path) -> None:
    german = "Ein Qubit ist die kleinste Einheit der Quanteninformation und hat zwei Zustände. " * 10
    artifact = run(
        tmp_path,
        {
            "http://h/locked.pdf": paper([column(LINES, 60, 100)], password="x"),
            "http://h/broken.pdf": b"%PDF-1.4 broken",
            "http://h/picture.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
            "http://h/short.md": b"# Title\n\nOnly a few words.",
            "http://h/german.txt": german.encode(),
            "http://h/menu.txt": b"home products services contact about careers | " * 30,
            "http://h/empty.html": b"<html><body></body></html>",
            "http://h/good.txt": PROSE.encode(),
        },
    )
    tally = artifact.manifest.tallies["documents"]
    assert tally.kept == 1 and tally.reconciles
    assert {one.url.rsplit("/", 1)[1]: one.reason for one in artifact.rejected()} == {
        "locked.pdf": "encrypted_pdf",
        "broken.pdf": "corrupt_pdf",
        "picture.png": "unsupported_format",
        "short.md": "too_short",
        "german.txt": "wrong_language",
        "menu.txt": "machine_generated",
        "empty.html": "no_text",
    }


def test_a_missing_blob_is_a_failure_of_that_document_alone(tmp_path: Path) -> None:
    path = retrieved(tmp_path, {"http://h/a.txt": PROSE.encode(), "http://h/b.txt": PROSE.upper().encode()})
    blob = next(
        file for file in (tmp_path / "blobs").rglob("*") if file.is_file() and file.read_bytes() == PROSE.encode()
    )
    blob.unlink()
    work = unit(tmp_path, "parse", [path], spec())
    parse(work)
    tally = work.output.commit().tallies["documents"]
    assert (tally.kept, tally.failed) == (1, {"blob_missing": 1})


def test_the_licence_a_paper_states_binds_beside_what_its_source_states(tmp_path: Path) -> None:
    content = paper([column(["Licence: CC BY-NC 4.0", "", *LINES], 60, 100)])
    (own,) = run(tmp_path / "a", {"http://h/a.pdf": content}).records("documents.jsonl", Document)
    (given,) = run(tmp_path / "b", {"http://h/a.pdf": content}, licence="MIT").records("documents.jsonl", Document)
    assert (own.licence, given.licence) == ("CC-BY-NC-4.0", "MIT AND CC-BY-NC-4.0")


def test_progress_is_told_for_each_document_and_an_order_to_stop_passes_through(tmp_path: Path) -> None:
    pages = retrieved(tmp_path, {f"http://h/{n}.txt": f"{PROSE} {n}".encode() for n in range(3)})
    ticks = Ticks()
    parse(unit(tmp_path, "parse", [pages], spec(), ticks))
    assert ticks[0] == (0, 3) and ticks[-1] == (3, 3)
    with pytest.raises(JobCancelled):
        parse(unit(tmp_path, "parse", [pages], spec(), Ticks(JobCancelled("stop"))))


def test_the_same_bytes_give_the_same_artifact(tmp_path: Path) -> None:
    pages = {"http://h/a.md": f"# T\n\n{PROSE}".encode(), "http://h/b.txt": PROSE.encode()}
    one, other = run(tmp_path / "1", pages), run(tmp_path / "2", pages)
    assert one.manifest.files == other.manifest.files
