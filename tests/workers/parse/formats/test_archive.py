"""ZIP archives from strangers."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from tests.workers.parse.formats.archives import packed
from workers.parse.formats.archive import Archive


def reason(content: bytes, read: str = "") -> str:
    with pytest.raises(DocumentRejected) as caught:
        archive = Archive(content)
        archive.read(read)
    return caught.value.reason


def test_entries_are_read_by_name_and_those_that_lead_outside_are_not_there() -> None:
    archive = Archive(packed({"a/b.xml": b"text", "../etc/passwd": b"x", "/etc/passwd": b"x", "C:\\x": b"x"}))
    assert archive.names == ("a/b.xml",) and archive.read("a/b.xml") == b"text"


def test_an_archive_that_unpacks_to_hundreds_of_times_its_size_is_a_bomb() -> None:
    assert reason(packed({"word/document.xml": bytes(20 << 20)})) == "zip_bomb"


def test_a_hundred_thousand_entries_are_a_bomb() -> None:
    assert reason(packed({f"{number}": b"" for number in range(20_001)})) == "zip_bomb"


def test_damaged_and_missing_entries_are_corrupt() -> None:
    whole = packed({"a": b"some text that is packed, and long enough to be damaged" * 9})
    assert reason(whole[: len(whole) // 2]) == "corrupt_archive"
    assert reason(whole[:45] + b"\xff\xff\xff\xff" + whole[49:], "a") == "corrupt_archive"
    assert reason(whole, "b") == "corrupt_archive"
