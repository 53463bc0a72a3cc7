"""``dir:PATH``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.units import CrawlJob

QUBIT = "# Qubits\n\nA qubit holds a superposition of basis states; quantum gates act on entangled qubits.\n"


def folder(root: Path, **files: str) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        path = root / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "docs"


def test_files_below_the_folder_are_candidates_with_their_bytes(tmp_path: Path) -> None:
    docs = folder(tmp_path, **{"a.md": QUBIT, "deep/b.txt": QUBIT, ".hidden.md": QUBIT, ".git/c.md": QUBIT})
    job = CrawlJob(tmp_path, [f"dir:{docs}"])
    job.discover()

    found = {item.url: item for item in job.candidates()}
    assert set(found) == {(docs / "a.md").as_uri(), (docs / "deep/b.txt").as_uri()}
    first = found[(docs / "a.md").as_uri()]
    assert (first.title, first.media_type) == ("Qubits", "text/markdown")
    assert job.store.get_blob(first.blob).decode() == QUBIT


def test_a_manifest_states_the_licences_and_is_no_document(tmp_path: Path) -> None:
    lines = [{"path": "a.md", "licence": "CC BY 4.0", "origin": "https://example.org/a", "bytes": 3}, {"path": "b.md"}]
    manifest = "\n".join(json.dumps(line) for line in lines)
    docs = folder(tmp_path, **{"a.md": QUBIT, "b.md": QUBIT + "x", "manifest.jsonl": manifest})
    job = CrawlJob(tmp_path, [f"dir:{docs}"], permission={"profile": "strict", "declared": {}})
    (plan,) = job.discover().successors
    job.retrieve(plan)

    (page,) = job.pages()
    assert (page.url, page.licence) == ((docs / "a.md").as_uri(), "CC-BY-4.0")
    assert "licence: CC BY 4.0; origin: https://example.org/a" in [item.line for item in page.evidence]
    assert job.rejected("discover", "0")[(docs / "b.md").as_uri()].reason == "licence_unknown"


def test_without_a_stated_licence_a_folder_is_taken_at_the_operators_word(tmp_path: Path) -> None:
    source = f"dir:{folder(tmp_path, **{'a.md': QUBIT})}"
    job = CrawlJob(tmp_path, [source], permission={"declared": {source: "own"}})
    (plan,) = job.discover().successors
    job.retrieve(plan)

    (page,) = job.pages()
    assert page.licence == "LicenseRef-own"
    assert [item.kind for item in page.evidence] == ["operator", "decision"]


def test_a_folder_that_states_no_licence_ends_the_job_at_once_with_the_words_that_would_help(tmp_path: Path) -> None:
    docs = folder(tmp_path, **{"a.md": QUBIT, "b.txt": QUBIT + "And more of it."})
    with pytest.raises(NotEnoughData) as caught:
        CrawlJob(tmp_path, [f"dir:{docs}"], permission={"declared": {}}).discover()
    assert f"dir:{docs}: 2 licence_unknown" in caught.value.message
    assert caught.value.next_step.startswith("2 documents state no licence and went into quarantine, unused")
    assert f"if the rights are yours, add --declare dir:{docs}=own" in caught.value.next_step


def test_what_is_no_document_too_large_or_outside_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    docs = folder(tmp_path, **{"a.md": QUBIT, "logo.png": "png", "large.txt": "x" * 2000})
    (tmp_path / "secret.txt").write_text("not yours")
    (docs / "way-out.txt").symlink_to(tmp_path / "secret.txt")
    job = CrawlJob(tmp_path, [f"dir:{docs}"], retrieve={"max_document_bytes": 1000})
    job.discover()

    reasons = {Path(url).name: row.reason for url, row in job.rejected("discover", "0").items()}
    assert reasons == {
        "logo.png": "unsupported_format", "large.txt": "too_large", "way-out.txt": "outside_folder",
    }  # fmt: skip


@pytest.mark.parametrize(("exists", "told"), [(False, "does not exist"), (True, "holds no files")])
def test_a_missing_or_empty_folder_is_named_with_the_next_step(tmp_path: Path, exists: bool, told: str) -> None:
    if exists:
        (tmp_path / "docs").mkdir()
    with pytest.raises(NotEnoughData, match=rf"docs {told}.*Name"):
        CrawlJob(tmp_path, [f"dir:{tmp_path / 'docs'}"]).discover()


def test_a_manifest_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    docs = folder(tmp_path, **{"a.md": QUBIT, "manifest.jsonl": '{"path": "a.md"}\n{"licence": "MIT"}\n'})
    with pytest.raises(NotEnoughData, match=r"manifest\.jsonl, line 2: path: Field required"):
        CrawlJob(tmp_path, [f"dir:{docs}"]).discover()
