"""Pages a second of the retrieve stage beside plain Scrapy, and the spacing of requests that a server sees.

Both fetch the same pages from the same server in turns, one request at a time to a host and no two of them nearer than
the interval, robots.txt obeyed, bodies kept on disk; each of our workers is a real process with a host to itself.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from agent.canvas.planner import make_plan
from agent.canvas.signatures import send, sending_app
from agent.contract import Pool, Stage
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.records import Candidate
from agent.ledger.contract import Claim, UnitId
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from agent.spec import JobSpec
from agent.store import ArtifactReader, ArtifactWriter, Store
from tests.bench.page_server import RunningServer, page_server
from tests.bench.processes import celery_worker
from tests.servers import valkey_server
from workers.crawl.http.canonical import document_id

WORKERS = (1, 2, 4)
KILOBYTES = 30
"""Of one page: the median HTML document of the web has about as much."""
ROUNDS = 3
"""Scrapy and ours in turns, so that both see the same machine."""
PAGES_AT_RATE = {10.0: 80, 100.0: 200}
"""Requests a second to a host -> pages on each host in each round. Ten is more than twice what jobs ask for by
default; a hundred is the most that they may ask for, where the work on a page shows, and each millisecond between two
turns."""
WARM_UP_PAGES = 5
"""Fetched by each worker before: neither side's start and imports are counted."""
WANTED = 0.9
SPACED_REQUESTS = 1_000
SPACING_RATE = 25.0
NOISE_S = 0.001
"""What the clock of the server's process may be off by between two looks."""
MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)
POLL_S = 0.01


def main() -> None:
    """Print pages a second and their ratio for each number of workers, then the spacing."""
    print(f"pages of {KILOBYTES} kB, {ROUNDS} rounds in turns, one host a worker:")
    for rate in PAGES_AT_RATE:
        for workers in WORKERS:
            _throughput(workers, rate)
    spacing()


def _throughput(workers: int, rate: float) -> None:
    ratios, ours, plain = [], [], []
    pages = PAGES_AT_RATE[rate]
    with tempfile.TemporaryDirectory() as name, valkey_server(Path(name) / "valkey") as valkey:
        folder = Path(name)
        settings = Settings(broker_url=valkey.url, store_url=str(folder / "store"), home=folder)
        with (
            page_server(folder, pages, KILOBYTES) as server,
            celery_worker("workers.app", [Pool.CRAWL, Pool.CONTROL], workers, settings, folder),
        ):
            _warm_up(settings, server, workers)
            for number in range(ROUNDS):
                hosts = [
                    [f"http://{server.host(host)}/{page}.html" for page in range(pages)] for host in range(workers)
                ]
                plain.append(_plain(folder, f"plain-{rate}-{number}", hosts, rate))
                ours.append(_ours(settings, f"job-{number}", hosts, rate))
                ratios.append(ours[-1] / plain[-1])
    print(
        f"{workers} workers, {rate:g} requests/s a host: ours {statistics.median(ours):7.1f} pages/s   plain Scrapy "
        f"{statistics.median(plain):7.1f}   ratio {statistics.median(ratios):.2f}   wanted: {WANTED:g}",
        flush=True,
    )


def _warm_up(settings: Settings, server: RunningServer, workers: int) -> None:
    shards = [_addresses(server, host, "warm-up", WARM_UP_PAGES) for host in range(workers)]
    _ours(settings, "warm-up", shards, rate=100.0)


def _addresses(server: RunningServer, host: int, folder: str, pages: int) -> list[str]:
    return [f"http://{server.host(host)}/{folder}/{page}.html" for page in range(pages)]


def spacing(requests: int = SPACED_REQUESTS, workers: int = 4, rate: float = SPACING_RATE) -> list[float]:
    """Seconds between two arrivals at one host that all workers ask, as the server's process noted them."""
    with tempfile.TemporaryDirectory() as name, valkey_server(Path(name) / "valkey") as valkey:
        folder = Path(name)
        settings = Settings(broker_url=valkey.url, store_url=str(folder / "store"), home=folder)
        with (
            page_server(folder, requests, 1) as server,
            celery_worker("workers.app", [Pool.CRAWL, Pool.CONTROL], workers, settings, folder),
        ):
            addresses = _addresses(server, 0, "spaced", requests)
            _ours(settings, "spaced", [addresses[part::workers] for part in range(workers)], rate)
            moments = [moment for moment, _, _ in server.stop()]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    violations = sum(gap < 1 / rate - NOISE_S for gap in gaps)
    nearest_ms, median_ms = min(gaps) * 1000, statistics.median(gaps) * 1000
    print(
        f"{len(moments)} requests of {workers} workers to one host, {1000 / rate:g} ms apart: nearest "
        f"{nearest_ms:.1f} ms, median {median_ms:.1f} ms, violations {violations}   wanted: 0",
        flush=True,
    )
    return gaps


def _plain(folder: Path, name: str, hosts: Sequence[Sequence[str]], rate: float) -> float:
    """Pages a second of Scrapy by itself, its start not counted."""
    bodies = folder / name
    bodies.mkdir()
    (folder / f"{name}.txt").write_text("\n".join(address for pages in zip(*hosts, strict=True) for address in pages))
    argv = [sys.executable, "-m", "tests.bench.plain_scrapy", str(folder / f"{name}.txt"), str(bodies), str(1 / rate)]
    kept, seconds = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()
    assert int(kept) == sum(len(pages) for pages in hosts), f"Scrapy kept {kept} pages"
    return int(kept) / float(seconds)


def _ours(settings: Settings, job_id: str, shards: Sequence[Sequence[str]], rate: float) -> float:
    """Pages a second of our retrieve units, from handing the first out to committing the last."""
    ledger, store = RedisLedger(settings.broker_url, settings.key_prefix), Store(settings.store)
    _wait_until(lambda: any(Pool.CRAWL in worker.queues for worker in ledger.workers()))
    source = "urls:bench"
    spec = JobSpec(model="tiny", subject="quantum computing", sources=[source], retrieve={"requests_per_second": rate})
    ledger.submit(JobRecord(id=job_id, spec=spec, model=MODEL, user="bench"), make_plan(spec, MODEL))
    claim = ledger.claim(UnitId(job_id, Stage.DISCOVER, "0"), "bench/first", 60)
    assert isinstance(claim, Claim)
    output = ArtifactWriter(store, job_id, Stage.DISCOVER, "0", claim.attempt)
    plans = []
    for number, addresses in enumerate(shards):
        found = [Candidate(id=document_id(each), url=each, source=source, score=1.0) for each in addresses]
        output.write_records(f"{number}.jsonl", found)
        plans.append(
            UnitPlan(
                stage=Stage.RETRIEVE, shard=f"{number:04d}", inputs=(output.path,),
                params={"file": f"{number}.jsonl"}, items=len(found),
            )
        )  # fmt: skip
    output.commit()
    assert ledger.commit(claim, output.path, {}, plans)
    began = time.perf_counter()
    send(sending_app(settings), ledger.hand_out())
    _wait_until(lambda: ledger.standing(job_id).stages[Stage.RETRIEVE].done == len(shards))
    seconds = time.perf_counter() - began
    kept = sum(
        ArtifactReader(store, path).manifest.tallies["documents"].kept
        for path in ledger.outputs(job_id)[Stage.RETRIEVE]
    )
    assert kept == sum(len(addresses) for addresses in shards), f"we kept {kept} pages"
    return kept / seconds


def _wait_until(condition: object, most_s: float = 300.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + most_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the workers did not end their work")
        time.sleep(POLL_S)


if __name__ == "__main__":
    main()
