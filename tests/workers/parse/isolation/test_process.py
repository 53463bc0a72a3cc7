"""The reader process: crashes, hangs and orders to stop."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from agent.errors import DocumentRejected, JobCancelled
from tests.workers.parse.papers import column, paper, scanned
from workers.parse.isolation import process as isolation
from workers.parse.isolation.process import ReaderProcess
from workers.parse.read import ReadRequest

TEXT = ReadRequest(url="file:///a.md", media_type="", max_pages=10)
SCAN = ReadRequest(url="file:///a.pdf", media_type="", max_pages=10, ocr_language="eng")


def go_on() -> None:
    """Nobody asks us to stop."""


def test_a_document_is_read_with_its_media_type_and_the_reason(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        reading = reader.read(b"# Title\n\nText.", TEXT, go_on)
    route = reading.parsed.decisions[0]
    assert (reading.media_type, route.reason, reading.parsed.title) == ("text/markdown", "extension .md", "Title")
    assert list(tmp_path.iterdir()) == []


def test_a_rejected_document_does_not_end_the_reader(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        with pytest.raises(DocumentRejected, match="unsupported_format"):
            reader.read(b"\x89PNG\r\n\x1a\n\0\0", TEXT, go_on)
        assert reader.read(b"Text.", TEXT, go_on).parsed.blocks[0].text == "Text."


def test_a_crash_rejects_one_document_and_the_next_is_read(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        reader.read(b"Text.", TEXT, go_on)
        child = reader._running().pid
        os.kill(child, signal.SIGSEGV)
        with pytest.raises(DocumentRejected, match=r"parser_crashed: the reader ended with SIGSEGV"):
            reader.read(b"Text.", TEXT, go_on)
        assert reader.read(b"Text.", TEXT, go_on).parsed.blocks[0].text == "Text."


def test_a_reader_that_finishes_no_page_in_time_is_stopped(tmp_path: Path) -> None:
    scan = scanned(paper([column(["Some words to read on this page."] * 30, 60, 80)]))
    with ReaderProcess(tmp_path, page_timeout_s=0.2) as reader, pytest.raises(DocumentRejected, match="parser_timeout"):
        reader.read(scan, SCAN, go_on)


BOTH_AT_ONCE = """
import json, os, sys
reading = {"media_type": "text/plain", "parsed": {"blocks": [], "parser": "text", "title": "Said so"}}
sys.stdin.readline()
os.write(1, (json.dumps({"pages": [1, 1]}) + "\\n" + json.dumps({"reading": reading}) + "\\n").encode())
sys.stdin.readline()
"""


def test_answers_that_arrive_together_are_all_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", BOTH_AT_ONCE))
    with ReaderProcess(tmp_path, page_timeout_s=5) as reader:
        assert reader.read(b"Text.", TEXT, go_on).parsed.title == "Said so"


def test_an_order_to_stop_ends_the_reading_within_seconds(tmp_path: Path) -> None:
    def stop() -> None:
        raise JobCancelled("The job was cancelled.")

    scan = scanned(paper([column(["Some words to read on this page."] * 30, 60, 80)] * 5))
    with ReaderProcess(tmp_path) as reader:
        with pytest.raises(JobCancelled):
            reader.read(scan, SCAN, stop)
        assert reader._process is None
