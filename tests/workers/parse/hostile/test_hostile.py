"""Hostile files: each ends as it may, costs itself only, and the document after it is read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.workers.parse.fuzz.trial import Found, fuzz
from tests.workers.parse.hostile.trial import CONFIG, FILES, Ended, ended


def told(results: list[Ended]) -> list[str]:
    """What went wrong, a line each."""
    return [
        f"{each.file.name}: {each.outcome} ({each.detail[:80]}), leaked {each.leaked}, next read {each.next_is_read}"
        for each in results
        if not each.as_it_must
    ]


def test_quick_hostile_files_end_as_they_may_in_one_reader(tmp_path: Path) -> None:
    quick = [file for file in FILES if not file.slow][::5]  # `make hostile` reads all of them
    results = list(ended(quick, tmp_path))
    assert len(results) >= 20
    assert not told(results)
    assert max(each.peak_mb for each in results) <= CONFIG.max_memory_mb
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow_fault
@pytest.mark.timeout(1800)
def test_slow_hostile_files_end_as_they_may_within_their_limits(tmp_path: Path) -> None:
    results = list(ended([file for file in FILES if file.slow], tmp_path))
    assert not told(results)
    assert max(each.seconds for each in results) <= CONFIG.max_seconds + 5


def test_mutated_documents_of_every_format_end_in_a_reading_or_a_reason(tmp_path: Path) -> None:
    found = Found(tmp_path)
    fuzz(20261123, tmp_path, found, until_s=time.monotonic() + 90, documents=30)
    assert found.documents == 30
    assert not found.unforeseen
    assert not found.late
