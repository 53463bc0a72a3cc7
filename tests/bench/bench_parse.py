"""What the parse pool reads in a second with one and two processes, and what isolation costs beside reading in place.

``PARSE_EVERY`` reads every n-th document of the mixed corpus only.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from agent.errors import DocumentRejected
from agent.job.records import Page
from agent.spec import JobSpec, ParseConfig
from agent.store import ArtifactWriter, Store
from tests.workers.parse.shards import JOB, spec, unit
from workers.parse.isolation import kept
from workers.parse.isolation.process import ReaderProcess
from workers.parse.judge import judge
from workers.parse.parse import parse
from workers.parse.read import read
from workers.parse.request import request_of

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus-quantum"
EVERY = int(os.environ.get("PARSE_EVERY", "1"))
SHARD = 8
"""Documents in a unit: few, so that two processes end at about the same time."""
WARM = "warm"
"""The unit with one document of each format that every process reads before time is taken."""
ROUNDS = 3
"""One and two processes in turn, the best of each: whatever else the machine does only ever takes time away."""
WANTED_SCALING = 1.8
CONFIG = ParseConfig(languages=(), min_words=1, min_quality=0)


@dataclass(frozen=True)
class Pool:
    """How the pool did."""

    processes: int
    seconds: float
    cpu_s: float
    """Of all processes together, their start and the first documents left out."""
    busiest_cpu_s: float
    """Of the worker that had most to do, with its reader."""
    worker_mb: int
    """Peak of the largest worker."""
    reader_mb: int
    """Peak of the largest process that a worker started."""


def main() -> None:
    """Print documents, bytes and seconds, the scaling, peaks of memory, and the cost of isolation a document."""
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.suffix != ".jsonl")[::EVERY]
    if not files:
        print("no mixed corpus beside the checkout")
        return
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} documents of {len({path.suffix for path in files})} formats, {size_mb:.1f} MB; ", end="")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rounds = [[_pool(files, processes) for processes in (1, 2)] for _ in range(ROUNDS)]
    best = [min((of[index] for of in rounds), key=lambda pool: pool.busiest_cpu_s) for index in (0, 1)]
    print("processes  seconds  docs/s   MB/s  docs/cpu-s  worker MB  reader MB")
    for pool in best:
        print(
            f"{pool.processes:9} {pool.seconds:8.1f} {len(files) / pool.seconds:7.1f} {size_mb / pool.seconds:6.2f} "
            f"{len(files) / pool.cpu_s:11.1f} {pool.worker_mb:10} {pool.reader_mb:10}"
        )
    print(f"scaling {best[0].seconds / best[1].seconds:.2f}, wanted {WANTED_SCALING} or more")
    busier = best[0].busiest_cpu_s / best[1].busiest_cpu_s
    print(f"by processor time {busier:.2f} against the busier of two workers, ", end="")
    print(
        f"{2 * best[0].cpu_s / best[1].cpu_s:.2f} with the work in equal halves: what two cores of our own would give"
    )
    _isolation(files)


def _pool(files: Sequence[Path], processes: int) -> Pool:
    """The corpus through so many processes, each taking the next unit when it is done with one."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shards = [files[start :: -(-len(files) // SHARD)] for start in range(-(-len(files) // SHARD))]
        for number, shard in enumerate(shards):
            _retrieve(root, f"{number:04d}", shard)
        _retrieve(root, WARM, list({path.suffix: path for path in files}.values()))
        command = [sys.executable, "-m", "tests.bench.bench_parse", str(root), str(len(shards))]
        workers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        for worker in workers:  # they say so when they have started
            assert worker.stdout is not None
            worker.stdout.readline()
        began_s = time.monotonic()
        said = [worker.communicate()[0].split() for worker in _told(workers)]
        seconds = time.monotonic() - began_s
    cpu_s = [float(each[2]) for each in said]
    return Pool(
        processes,
        seconds,
        sum(cpu_s),
        max(cpu_s),
        max(int(each[0]) for each in said),
        max(int(each[1]) for each in said),
    )


def _told(workers: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    """All of them, told to begin before any is waited for."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return workers


def work(root: Path, shards: int) -> None:
    """One worker of the pool: parses units until none is left; prints its own and its reader's peak in MB, and the
    processor time of both in seconds."""
    job = spec(parse=CONFIG)
    _parse(root, WARM, f"e{os.getpid()}", job)
    print("ready", flush=True)
    sys.stdin.readline()
    began_s = _cpu_s()
    for number in range(shards):
        with suppress(FileExistsError):
            shard = f"{number:04d}"
            (root / f"claimed-{shard}").mkdir()
            _parse(root, shard, "e1", job)
    used_s = _cpu_s() - began_s
    kept._let_go()  # the system tells the peaks of children that have ended
    peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(*peaks, used_s, flush=True)


def _parse(root: Path, shard: str, attempt: str, job: JobSpec) -> None:
    claimed = unit(root / f"{shard}-{attempt}", "parse", [f"jobs/{JOB}/retrieve/{shard}-e1"], job)
    store = Store(str(root))
    output = ArtifactWriter(store, JOB, "parse", shard, attempt)
    parse(replace(claimed, store=store, shard=shard, output=output))
    output.commit()


def _cpu_s() -> float:
    """Processor time of this process, of those it started, and of theirs."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [child.cpu_times() for child in psutil.Process().children()]
    return (
        time.process_time()
        + ended.ru_utime
        + ended.ru_stime
        + sum(used.user + used.system + used.children_user + used.children_system for used in living)
    )


def _retrieve(root: Path, shard: str, files: Sequence[Path]) -> None:
    """A retrieve artifact with a page for each file."""
    store = Store(str(root))
    output = ArtifactWriter(store, JOB, "retrieve", shard, "e1")
    output.receive("documents", len(files))
    output.keep("documents", len(files))
    output.write_records("pages.jsonl", [_page(file, store.put_blob(file.read_bytes())) for file in files])
    output.commit()


def _page(file: Path, blob: str) -> Page:
    return Page(id=blob[:16], url=file.as_uri(), source="dir:any", blob=blob, size_bytes=file.stat().st_size)


def _isolation(files: Sequence[Path]) -> None:
    """The same documents in a reader process and in place, one by one in turn, scans apart."""
    sample = [path for path in files[:: max(1, len(files) // 150)] if path.suffix != ".pdf"]
    overheads: list[float] = []
    inside_s = alone_s = 0.0
    with tempfile.TemporaryDirectory() as name, ReaderProcess(Path(name)) as reader:
        began_s = time.monotonic()
        reader.judged(
            b"Text.", request_of(_page(sample[0], "0" * 64), CONFIG), _page(sample[0], "0" * 64), CONFIG, _go_on
        )
        start_s = time.monotonic() - began_s
        for _ in range(2):  # the first time through, both load their libraries
            overheads, inside_s, alone_s = [], 0.0, 0.0
            for file in sample:
                page, content = _page(file, "0" * 64), file.read_bytes()
                request = request_of(page, CONFIG)
                began_s = time.monotonic()
                with suppress(DocumentRejected):
                    reader.judged(content, request, page, CONFIG, _go_on)
                there_s = time.monotonic()
                with suppress(DocumentRejected):
                    judge(page, read(content, request, lambda done, total: None), CONFIG)
                back_s = time.monotonic()
                inside_s += there_s - began_s
                alone_s += back_s - there_s
                overheads.append((there_s - began_s) - (back_s - there_s))
    print(
        f"isolation: {inside_s / len(sample) * 1000:.1f} ms a document, in place {alone_s / len(sample) * 1000:.1f} ms "
        f"(median difference {median(overheads) * 1000:.1f} ms, {inside_s / alone_s - 1:+.0%} in all); "
        f"a reader starts and reads its first text in {start_s:.1f} s"
    )


def _go_on() -> None:
    """Nobody asks us to stop."""


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
