"""The reader process: crashes, hangs, limits, and orders to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agent.errors import DocumentRejected, JobCancelled
from agent.job.records import Page
from agent.spec import ParseConfig
from tests.workers.parse.papers import column, paper, scanned
from workers.parse.isolation import process as isolation
from workers.parse.isolation.limits import Limits
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.read import ReadRequest

TEXT = ReadRequest(url="file:///a.md", media_type="", max_pages=10)
HTML = ReadRequest(url="file:///a.html", media_type="text/html", max_pages=10)
SCAN = ReadRequest(url="file:///a.pdf", media_type="", max_pages=10, ocr_language="eng")
PAGE = Page(id="a", url="file:///a.md", source="dir:x", blob="0" * 64, size_bytes=1)


def go_on() -> None:
    """Nobody asks us to stop."""


def scan(pages: int = 1) -> bytes:
    return scanned(paper([column(["Some words to read on this page."] * 30, 60, 80)] * pages))


def wide_page(paragraphs: int) -> bytes:
    return b"<!doctype html><title>Wide</title>" + b"<p>One <b>bold</b> word after another, and so on.</p>" * paragraphs


def test_a_document_is_read_with_its_media_type_and_the_reason(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        reading = reader.read(b"# Title\n\nText.", TEXT, go_on)
    route = reading.parsed.decisions[0]
    assert (reading.media_type, route.reason, reading.parsed.title) == ("text/markdown", "extension .md", "Title")
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_judged_in_the_reader_as_well(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        judgement = reader.judged(b"# Title\n\nToo few words.", TEXT, PAGE, ParseConfig(), go_on)
    assert (judgement.document.title, judgement.reason) == ("Title", "too_short")


def test_a_rejected_document_does_not_end_the_reader(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        with pytest.raises(DocumentRejected, match="unsupported_format"):
            reader.read(b"\x89PNG\r\n\x1a\n\0\0", TEXT, go_on)
        child = reader._running().pid
        assert reader.read(b"Text.", TEXT, go_on).parsed.blocks[0].text == "Text."
        assert reader._running().pid == child


def test_a_crash_rejects_one_document_and_the_next_is_read(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        reader.read(b"Text.", TEXT, go_on)
        child = reader._running().pid
        os.kill(child, signal.SIGSEGV)
        with pytest.raises(DocumentRejected, match=r"parser_crashed: the reader ended with SIGSEGV"):
            reader.read(b"Text.", TEXT, go_on)
        assert reader.read(b"Text.", TEXT, go_on).parsed.blocks[0].text == "Text."


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(page_seconds=0.2), "parser_timeout: no page finished in 0.2 s"),
        (Limits(seconds=0.2), "parser_timeout: not read in 0.2 s"),
    ],
)
def test_a_scan_that_takes_too_long_is_given_up_with_its_tesseract(tmp_path: Path, limits: Limits, reason: str) -> None:
    with ReaderProcess(tmp_path) as reader:
        with pytest.raises(DocumentRejected, match=reason):
            reader.read(scan(), SCAN, go_on, limits)
        assert reader._process is None
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_takes_too_much_memory_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    with ReaderProcess(tmp_path) as reader:
        reader.read(b"Text.", TEXT, go_on)
        with pytest.raises(DocumentRejected, match=r"too_much_memory: \d+ MB, parse.max_memory_mb is 100"):
            reader.read(wide_page(200_000), HTML, go_on, Limits(memory_mb=100))
        assert reader.peak_mb > 100
        assert reader.read(b"Text.", TEXT, go_on).parsed.blocks[0].text == "Text."


def test_more_text_than_allowed_is_refused_with_its_size(tmp_path: Path) -> None:
    with (
        ReaderProcess(tmp_path) as reader,
        pytest.raises(DocumentRejected, match=r"too_much_text: 0.2 MB, parse.max_text_mb is 0.1"),
    ):
        reader.read(b"All the words of it. " * 10_000, TEXT, go_on, Limits(text_mb=0.1))


CHILD = """
import json, os, socket, sys
sys.path[:0] = {path}
from workers.parse.isolation.confine import confine, limit
from workers.parse.isolation.limits import Limits
confine(int(sys.argv[1]))
for line in sys.stdin:
    limit(Limits.model_validate(json.loads(line)["limits"]))
    {does}
"""


def does(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Readers are confined as ever, but do this with every document."""
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", CHILD.format(path=sys.path, does=what)))


def outcome(tmp_path: Path, limits: Limits | None = None) -> str:
    with ReaderProcess(tmp_path) as reader, pytest.raises((DocumentRejected, ReaderFailed)) as raised:
        reader.read(b"Text.", TEXT, go_on, limits)
    return str(raised.value)


def test_a_reader_has_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    does(
        monkeypatch,
        """try: socket.create_connection(("127.0.0.1", 9))
    except OSError as error: print(json.dumps({"broken": str(error)}), flush=True)""",
    )
    assert outcome(tmp_path) == "a document is read without a network"


def test_cpu_time_is_limited_even_where_nobody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    does(monkeypatch, "while True: pass")
    monkeypatch.setattr(isolation._Watch, "look", lambda *_: None)
    assert "parser_timeout: all CPU time" in outcome(tmp_path, Limits(seconds=0.5))


def test_what_takes_memory_faster_than_we_look_is_stopped_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(
        monkeypatch,
        """try: bytes(2 << 30)
    except MemoryError: print(json.dumps({"rejected": ["too_much_memory", "asked for"]}), flush=True)""",
    )
    assert outcome(tmp_path, Limits(memory_mb=256)) == "too_much_memory: asked for"


def test_a_longer_answer_than_any_text_allowed_gives_is_not_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(monkeypatch, "while True: sys.stdout.write('x' * 65536)")
    assert "too_much_text: its blocks take more than 2 MB" in outcome(tmp_path, Limits(text_mb=0.1))


def test_an_answer_that_is_none_is_a_fault_of_this_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    does(monkeypatch, """print('{"reading": {"media_type": null}}', flush=True)""")
    assert "an answer that is none" in outcome(tmp_path)


WORKER = """
import sys
from pathlib import Path
from tests.workers.parse.isolation.test_process import SCAN, scan
from workers.parse.isolation.process import ReaderProcess
with ReaderProcess(Path(sys.argv[1])) as reader:
    reader.read(scan(10), SCAN, lambda: print(reader._running().pid, flush=True))
"""


def test_no_reader_and_no_tesseract_outlives_a_killed_worker(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert worker.stdout is not None
    reader = psutil.Process(int(worker.stdout.readline()))
    while not (tesseracts := reader.children()):
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    until_s = time.monotonic() + 5
    while any(alive(process) for process in (reader, *tesseracts)):
        assert time.monotonic() < until_s, "something reads on for nobody"
        time.sleep(0.05)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


BOTH_AT_ONCE = """
import json, os, sys
reading = {"media_type": "text/plain", "parsed": {"blocks": [], "parser": "text", "title": "Said so"}}
sys.stdin.readline()
os.write(1, (json.dumps({"pages": [1, 1]}) + "\\n" + json.dumps({"reading": reading}) + "\\n").encode())
sys.stdin.readline()
"""


def test_answers_that_arrive_together_are_all_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", BOTH_AT_ONCE))
    with ReaderProcess(tmp_path) as reader:
        assert reader.read(b"Text.", TEXT, go_on, Limits(page_seconds=5)).parsed.title == "Said so"


def test_a_reader_that_has_read_many_documents_or_rests_on_much_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ReaderProcess(tmp_path) as reader:
        reader.read(b"Text.", TEXT, go_on)
        (tmp_path / "reader" / "left").write_text("what a library forgot")
        reader.read(b"Text.", TEXT, go_on)
        assert list((tmp_path / "reader").iterdir()) == []
        monkeypatch.setattr(isolation, "RESTING_MB", 1)
        reader.read(b"Text.", TEXT, go_on)
        assert reader._process is None
        monkeypatch.setattr(isolation, "RESTING_MB", 1024)
        monkeypatch.setattr(isolation, "MAX_DOCUMENTS", 1)
        reader.read(b"Text.", TEXT, go_on)
        assert reader._process is None


def test_an_order_to_stop_ends_the_reading_within_seconds(tmp_path: Path) -> None:
    def stop() -> None:
        raise JobCancelled("The job was cancelled.")

    with ReaderProcess(tmp_path) as reader:
        with pytest.raises(JobCancelled):
            reader.read(scan(5), SCAN, stop)
        assert reader._process is None
