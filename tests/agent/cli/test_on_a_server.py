"""Commands against a real server on which nobody works."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from agent.client import Client
from agent.contract import Pool
from agent.job.workers import WorkerInfo
from agent.ledger.redis import RedisLedger
from tests.agent.cli.conftest import Finetune

WORKER_START_S = 30.0
NO_CRAWLER = "No worker serves queue crawl: start one with `finetune worker crawl`."


@pytest.fixture
def submitted(on_server: Finetune, documents: Path) -> str:
    """The id of a job that waits."""
    submitting = on_server("submit", "quantum computing", "--source", f"dir:{documents}", "--user", "ada")
    assert submitting.exit_code == 0, submitting.output
    return submitting.stdout.strip()


def test_submitting_prints_the_id_and_what_is_waited_for(on_server: Finetune, documents: Path) -> None:
    submitting = on_server("submit", "quantum computing", "--source", f"dir:{documents}", "--job-id", "mine")
    assert submitting.stdout == "mine\n"
    assert submitting.stderr.strip() == NO_CRAWLER


def test_submitting_twice_under_one_id_is_one_job(on_server: Finetune, documents: Path) -> None:
    words = ("submit", "quantum computing", "--source", f"dir:{documents}", "--job-id", "mine")
    assert on_server(*words).exit_code == on_server(*words).exit_code == 0
    assert len(on_server("jobs", "--json").stdout.splitlines()) == 1
    other = on_server(*words, "--epochs", "9")
    assert other.exit_code == 2
    assert "belongs to a job with another specification" in other.stderr


def test_status_says_where_a_job_stands_and_what_it_waits_for(on_server: Finetune, submitted: str) -> None:
    shown = on_server("status", submitted).stdout
    assert shown.startswith(f"{submitted}: quantum computing\n")
    assert "queued" in shown
    assert NO_CRAWLER in shown


def test_status_for_machines_holds_the_record_and_the_stages(on_server: Finetune, submitted: str) -> None:
    status = json.loads(on_server("status", submitted, "--json").stdout)
    assert status["job"]["user"] == "ada"
    assert status["stages"][0]["stage"] == "discover"
    assert status["waits_for"] == NO_CRAWLER


def test_jobs_are_listed_and_can_be_picked_by_user(on_server: Finetune, submitted: str) -> None:
    assert submitted in on_server("jobs").stdout, on_server("jobs").stderr
    assert submitted in on_server("jobs", "--user", "ada").stdout
    eve = on_server("jobs", "--user", "eve")
    assert eve.stdout == ""
    assert eve.stderr == "No jobs of eve here.\n"


def test_cancelling_and_resuming(on_server: Finetune, submitted: str) -> None:
    assert "is cancelled" in on_server("cancel", submitted).stdout
    again = on_server("cancel", submitted)
    assert again.exit_code == 2
    assert "is cancelled already" in again.stderr
    assert "is queued" in on_server("resume", submitted).stdout


def lose_everything(redis_url: str) -> None:
    """What happens to a server whose disk is lost."""
    with redis.Redis.from_url(redis_url) as server:
        server.flushall()


def test_a_job_that_the_server_lost_comes_back_from_the_store(
    on_server: Finetune, submitted: str, redis_url: str
) -> None:
    lose_everything(redis_url)
    lost = on_server("status", submitted)
    assert lost.exit_code == 2
    assert lost.stderr.splitlines() == [
        f"error: The server does not know job '{submitted}', but the store does.",
        f"next: `finetune resume {submitted} --from-store` brings it back with all that was finished.",
    ]
    back = on_server("resume", submitted, "--from-store")
    assert back.exit_code == 0, back.stderr
    assert back.stderr.strip() == "Found in the store: nothing finished; to be done next: discover 1."
    assert back.stdout.strip() == f"Job {submitted} is queued; `finetune watch {submitted}` follows it."
    again = on_server("resume", submitted, "--from-store")
    assert again.exit_code == 2
    assert again.stderr.splitlines()[0] == f"error: The server knows job {submitted} and has all that the store has."


def test_bringing_a_job_back_for_machines_prints_objects(on_server: Finetune, submitted: str, redis_url: str) -> None:
    lose_everything(redis_url)
    lines = [json.loads(line) for line in on_server("resume", submitted, "--from-store", "--json").stdout.splitlines()]
    assert [line["event"] for line in lines] == ["restored", "resumed"]
    assert lines[0]["stages"] == {"discover": {"done": 0, "remaining": 1, "given_up": 0}}
    assert lines[1] == {"event": "resumed", "job_id": submitted, "state": "queued"}


def test_a_job_that_the_store_does_not_know_cannot_come_back(on_server: Finetune) -> None:
    asking = on_server("resume", "nobody", "--from-store")
    assert asking.exit_code == 2
    assert "does not know job 'nobody'" in asking.stderr
    assert "`finetune jobs --from-store`" in asking.stderr


def test_the_jobs_of_the_store_are_listed_without_a_server(
    on_server: Finetune, submitted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUNE_BROKER_URL", "redis://127.0.0.1:1/0")
    shown = on_server("jobs", "--from-store")
    assert shown.exit_code == 0
    assert submitted in shown.stdout and "quantum computing" in shown.stdout and "nothing" in shown.stdout
    line = json.loads(on_server("jobs", "--from-store", "--json").stdout)
    assert (line["job"]["id"], line["furthest"]) == (submitted, None)
    assert on_server("jobs", "--from-store", "--user", "eve").stderr.startswith("No jobs of eve in the store ")


def test_a_job_of_the_store_whose_record_is_damaged_is_named(
    on_server: Finetune, submitted: str, tmp_path: Path
) -> None:
    (tmp_path / "store" / "jobs" / submitted / "job.json").write_text("{")
    listed = on_server("jobs", "--from-store")
    assert listed.exit_code == 0
    assert f"The record of job {submitted} cannot be read." in listed.stderr


def test_watching_a_cancelled_job_ends_with_1_and_says_how_to_go_on(on_server: Finetune, submitted: str) -> None:
    on_server("cancel", submitted)
    watching = on_server("watch", submitted)
    assert watching.exit_code == 1
    assert "CANCELLED" in watching.stdout
    assert f"finetune resume {submitted}" in watching.stdout


def test_watching_for_machines_ends_with_the_result(on_server: Finetune, submitted: str) -> None:
    on_server("cancel", submitted)
    lines = [json.loads(line) for line in on_server("watch", submitted, "--json").stdout.splitlines()]
    assert [line["event"] for line in lines] == ["progress", "state", "result"]
    assert lines[-1]["state"] == "cancelled"
    assert lines[-1]["exit_code"] == 1


def test_the_report_of_an_unfinished_job_is_written(on_server: Finetune, submitted: str) -> None:
    place = on_server("report", submitted).stdout.strip()
    assert place.endswith(f"{submitted}/report.html")
    assert "QUEUED" in Path(place).read_text()


def test_an_interrupted_watcher_leaves_the_job_and_says_how_to_go_on(submitted: str) -> None:
    watcher = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "watch", submitted],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert watcher.stderr is not None
    while "No worker serves" not in watcher.stderr.readline():
        assert watcher.poll() is None
    watcher.send_signal(signal.SIGINT)
    _, said = watcher.communicate(timeout=15)
    assert watcher.returncode == 130
    assert f"Job {submitted} is left as it is; `finetune resume {submitted}` goes on with it." in said
    with Client(os.environ["FINETUNE_BROKER_URL"]) as client:
        assert client.job(submitted).record.state == "queued"


def test_on_a_terminal_an_interrupt_asks_and_can_cancel(submitted: str) -> None:
    mine, theirs = pty.openpty()
    watcher = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "watch", submitted],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    try:
        _read_until(mine, "No worker serves")
        watcher.send_signal(signal.SIGINT)
        _read_until(mine, "or cancel it?")
        os.write(mine, b"cancel\n")
        _read_until(mine, f"Job {submitted} is cancelled")
        assert watcher.wait(timeout=15) == 130
    finally:
        os.close(mine)
    with Client(os.environ["FINETUNE_BROKER_URL"]) as client:
        assert client.job(submitted).record.state == "cancelled"


def _read_until(terminal: int, text: str) -> None:
    shown = ""
    while text not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")


def test_a_model_that_was_never_published_cannot_be_asked(on_server: Finetune, submitted: str) -> None:
    asking = on_server("chat", submitted)
    assert asking.exit_code == 2
    assert asking.stderr.splitlines()[0] == f"error: Job {submitted} is queued and has published no model."


def test_workers_are_listed_with_their_accelerator(on_server: Finetune, redis_url: str) -> None:
    assert on_server("workers").stderr.startswith("No live workers")
    card = {"backend": "cuda", "devices": 2, "names": ["H100"], "memory_gb": 80.0}
    worker = WorkerInfo(
        name="train@gpu1",
        pool=Pool.TRAIN,
        host="gpu1",
        pid=1,
        queues=("train.cuda.80g", "train.any.80g"),
        slots=4,
        busy=3,
        started_at_ms=1_000,
        clock_ms=91_000,
        version="finetune-agent 0.1.0",
        capability=card,
    )
    RedisLedger(redis_url).register(worker, ttl_s=30)
    shown = on_server("workers").stdout
    for cell in ("train@gpu1", "train.cuda.80g", "3 of 4", "1 min 30 s", "s ago", "2 x H100, 80 GB"):
        assert cell in shown
    assert json.loads(on_server("workers", "--json").stdout)["capability"] == card


def test_the_doctor_finds_workers_that_serve_another_prefix_by_mistake(on_server: Finetune, redis_url: str) -> None:
    stray = WorkerInfo(name="parse@far", pool="parse", host="far", pid=1, queues=("parse",), slots=1, version="v")
    RedisLedger(redis_url, prefix="fts:").register(stray, ttl_s=30)
    checks = [json.loads(line) for line in on_server("doctor", "--cluster", "--json").stdout.splitlines()]
    found = next(check["found"] for check in checks if check["name"] == "setting key_prefix")
    assert found.startswith("parse@far on this server has fts:, this client ft:")


def test_a_started_worker_is_listed_under_its_name(on_server: Finetune) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "worker", "control", "--name", "steering", "--concurrency", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + WORKER_START_S
        while not (listed := on_server("workers", "--json").stdout) and time.monotonic() < deadline:
            time.sleep(0.3)
        assert json.loads(listed)["name"].startswith("steering@")
        assert json.loads(listed)["queues"] == ["control"]
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=20)


def test_the_doctor_names_the_server_and_ends_well(on_server: Finetune) -> None:
    checks = [json.loads(line) for line in on_server("doctor", "--json").stdout.splitlines()]
    states = {check["name"]: check for check in checks}
    assert states["server"]["found"].startswith("valkey ")
    assert states["accelerator"]["state"] == "ok"
    assert {check["state"] for check in checks} <= {"ok", "optional"}
