"""The worker's side of a crawl: starts the spider's process, has its asks answered, gathers its lines, ends it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from agent.errors import SourceFailed
from workers.crawl.spider.answering import Answering, Asking
from workers.crawl.spider.wire import CrawlLine, CrawlOrder

_POLL_S = 0.25


def crawl(order: CrawlOrder, asking: Asking, progress: Callable[[int], None]) -> list[CrawlLine]:
    """Run the spider and return its lines, the last of kind end or moved; on an end before its time the reason.

    ``progress`` is called with their number every quarter of a second; when it raises, the spider is killed.

    Raises:
        SourceFailed: the spider broke off.
        BrokerUnavailable: no turn can be had.
        StoreUnavailable: the shared cache cannot be read or written.
    """
    folder = order.folder
    request, output, log = folder / "request.json", folder / "out.jsonl", folder / "spider.log"
    request.write_text(order.model_dump_json(), encoding="utf-8")
    output.touch()
    lines: list[CrawlLine] = []
    with log.open("wb") as errors, output.open("rb") as reader:
        child = subprocess.Popen(
            [sys.executable, "-m", "workers.crawl.spider.walk", str(request), str(output)],
            stdin=subprocess.PIPE,  # closes with this process: the spider then ends too
            stdout=subprocess.PIPE,
            stderr=errors,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path),
                "PYTHONUTF8": "1",  # headers pass through the pipe, whatever the locale
            },
            text=True,
            encoding="utf-8",
        )
        answering = Answering(child, order, asking)
        answering.start()
        try:
            while child.poll() is None:
                lines += _complete_lines(reader)
                progress(len(lines))
                time.sleep(_POLL_S)
            lines += _complete_lines(reader)
        finally:
            child.kill()
            child.wait()
            answering.ended.set()
            answering.join()
            for pipe in (child.stdin, child.stdout):
                _close(pipe)
    if answering.failure:
        raise answering.failure
    if answering.rest_s:
        left_alone = f"{asking.limit.group} wants to be left alone for {answering.rest_s:.0f} s"
        return [*lines, CrawlLine(kind="end", reason="resting", detail=left_alone)]
    if not lines or lines[-1].kind not in ("end", "moved"):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise SourceFailed(f"The crawl of {order.start} broke off (exit {child.returncode}): {last[0]}")
    return lines


def _complete_lines(reader: BinaryIO) -> Iterator[CrawlLine]:
    """The lines that are whole by now; the rest of one being written is left for the next look."""
    while (line := reader.readline()).endswith(b"\n"):
        yield CrawlLine.model_validate_json(line)
    reader.seek(-len(line), os.SEEK_CUR)


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except BrokenPipeError:
        return  # an answer that nobody was left to hear
