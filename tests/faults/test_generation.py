"""A language model is asked while machines die: nothing answered is asked again, nothing beyond the budget is spent."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.client import Job
from agent.contract import Stage
from agent.job.usage import Usage, usage_of
from agent.ledger.contract import Spent
from agent.store import ArtifactReader
from tests.faults.cluster import RECOVERY_LIMIT_S, Cluster
from tests.faults.story import Moment
from tests.faults.table import FaultTable
from tests.faults.teacher import NEVER_S, Teacher
from tests.workers.llm.server import Reply

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

PAGES = 16
"""They give 32 chunks and 40 requests."""
HALF = 20
"""Requests that are answered before something breaks."""
QUICK_S, SLOW_S = 0.05, 0.3
"""How long an answer takes; slow where something must break between question and answer."""
SMALL_BUDGET_TOKENS = 9_000
"""For about half of the requests: of each up to 7,000 tokens are held, and 120 charged."""
LARGE_BUDGET_TOKENS = 400_000
CANCEL_LIMIT_S = 2.0
REQUEST_TIMEOUT_S = 4.0
PARTS = ("gate", "phase", "pulse", "cavity", "trap", "noise", "basis", "field", "lattice", "beam", "spin", "coil")
STATEMENTS = (
    "A {a} {b} is a cold device of the {c} {d} laboratory that carries {n} units of stored energy.",
    "A {c} {b} is a slow drift of the {d} {a} frame that grows after {n} minutes of steady work.",
    "A {d} {b} is a thin layer of {a} {c} metal that shields {n} of the wires from stray fields.",
    "A {b} {a} is a short table of the {d} {c} settings that an engineer reads {n} times in a day.",
)


@dataclass(frozen=True)
class Calm:
    """What a job that nothing disturbed asked and made."""

    asked: frozenset[str]
    dataset: dict[str, str]


@dataclass(frozen=True)
class Night:
    """Jobs on one cluster that ask the teacher, and what they asked."""

    cluster: Cluster
    teacher: Teacher
    pages: Path
    model: str

    def submit(self, pages: Path | None = None, **generate: Any) -> Job:
        """A job with one generate unit."""
        asking = {"backend": "openai", "model": "good", "base_url": self.teacher.base_url, "shard_size": 1000}
        return self.cluster.submit(pages or self.pages, self.model, generate=asking | generate)

    def finished(self, job: Job) -> Spent:
        """What the job has spent when it has its dataset."""
        self.cluster.wait_for(job, "committed", "clear", timeout_s=120)
        self.cluster.assert_counts_reconcile(job)
        spent = job.view().spent
        job.cancel()
        return spent

    def used(self, job: Job) -> Usage:
        """What the finished units say that they used."""
        paths = [path for stage in (Stage.DISCOVER, Stage.GENERATE) for path in job.outputs()[stage]]
        manifests = (ArtifactReader(self.cluster.client.store, path).manifest for path in paths)
        return sum((usage_of(manifest.facts) for manifest in manifests), Usage())

    def kept(self) -> int:
        """Answers in the store."""
        return sum(1 for _ in (self.cluster.folder / "store" / "answers").glob("*/*.json"))

    def forget_answers(self) -> None:
        """As if nothing had ever been asked."""
        self.teacher.forget()
        shutil.rmtree(self.cluster.folder / "store" / "answers", ignore_errors=True)

    def stalled_after(self, answers: int) -> set[str]:
        """What is under way when the teacher has answered so many requests, says nothing more, and no more come."""
        self.cluster.wait_until(lambda: self.kept() > answers, 60, f"{answers} answers")
        seen = -1
        while seen < len(self.teacher.asked):
            seen = len(self.teacher.asked)
            time.sleep(0.5)
        return set(self.teacher.asked[answers:])

    def asked_again(self) -> set[str]:
        """Requests that came more than once."""
        return {question for question, times in self.teacher.times().items() if times > 1}

    def stopped_after_s(self, job: Job) -> float:
        """Seconds from the cancel until nobody works on the job."""
        began_s = time.monotonic()
        job.cancel()
        at_work = lambda: any(view.running for view in job.view().stages.values())  # noqa: E731
        self.cluster.wait_until(lambda: not at_work(), 30, "nobody at work")
        return time.monotonic() - began_s


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    with Teacher() as teacher, Cluster(folder / "cluster", environment={"NO_PROXY": "127.0.0.1"}) as cluster:
        cluster.start_workers("control", "crawl", "parse", "generate")
        yield Night(cluster, teacher, write_pages(folder / "pages", PAGES), model)


@pytest.fixture(scope="module")
def calm(shared: Night) -> Calm:
    shared.forget_answers()
    job = shared.submit()
    spent = shared.finished(job)
    assert spent.amount.tokens == shared.teacher.billed == shared.used(job).amount.tokens
    assert not shared.asked_again()
    return Calm(frozenset(shared.teacher.asked), shared.cluster.dataset(job))


@pytest.fixture
def night(shared: Night, calm: Calm) -> Night:
    """All alive, the teacher in a good mood, and nothing answered yet."""
    shared.cluster.heal()
    shared.forget_answers()
    shared.teacher.pause_s = QUICK_S
    return shared


def write_pages(folder: Path, count: int) -> Path:
    """Documents of plain statements, no two alike."""
    folder.mkdir()
    draw = random.Random(count)
    for number in range(count):
        lines = [f"# Device notes {number}"]
        for statement in STATEMENTS:
            a, b, c, d = ("".join(draw.sample(PARTS, 2)) for _ in range(4))
            lines.append(statement.format(a=a, b=b, c=c, d=d, n=draw.randint(100, 9999)))
        (folder / f"{number:03d}.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return folder


def kill_process(cluster: Cluster, start: Moment) -> None:
    """Only the process that asks, as the kernel's killer does; its worker lives and tells."""
    psutil.Process(start.process_id).kill()


def kill_worker(cluster: Cluster, start: Moment) -> None:
    """All of the worker, as a lost machine does; only the lease tells."""
    cluster.worker_of(start).kill()
    cluster.heal()


@pytest.mark.parametrize("kill", [kill_process, pytest.param(kill_worker, marks=pytest.mark.slow_fault)])
def test_a_death_costs_only_the_calls_under_way(
    night: Night, calm: Calm, table: FaultTable, kill: Callable[[Cluster, Moment], None]
) -> None:
    night.teacher.answers_only(HALF)
    job = night.submit(budget_tokens=LARGE_BUDGET_TOKENS)
    under_way = night.stalled_after(HALF)
    held = job.view().spent.held.tokens
    assert under_way and held > 0
    night.teacher.forgive()
    start = night.cluster.story(job).of("started", "generate")[0]
    fault_ms = night.cluster.now_ms()
    kill(night.cluster, start)
    spent = night.finished(job)

    assert night.cluster.dataset(job) == calm.dataset
    assert night.asked_again() == under_way
    assert len(night.teacher.asked) == len(calm.asked) + len(under_way)
    # What was under way was perhaps billed: it stays held, and counts as spent.
    assert night.teacher.billed + held == spent.amount.tokens <= LARGE_BUDGET_TOKENS
    used = night.used(job)
    assert used.amount.tokens <= night.teacher.billed
    assert used.requests + used.reused == len(calm.asked) + 1, "and one of discovery"
    story = night.cluster.story(job)
    recovery_s = story.recovery_s(start.unit, fault_ms)
    assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S
    table.add(f"{kill.__name__} while asking", "generate", recoveries_s=[recovery_s],
              redone=story.redone({start.unit: 1}), doubled=story.doubled(), lost=story.lost())  # fmt: skip


def test_a_budget_spent_halfway_leaves_the_rest_to_a_job_with_a_larger_one(night: Night, calm: Calm) -> None:
    job = night.submit(budget_tokens=SMALL_BUDGET_TOKENS)
    spent = night.finished(job)
    assert 0 < len(night.teacher.asked) < len(calm.asked)
    assert night.teacher.billed == spent.amount.tokens <= SMALL_BUDGET_TOKENS
    assert spent.refused and night.cluster.story(job).of("budget_spent"), "people are told"
    assert job.view().stages[Stage.GENERATE].tallies["chunks"].failed["budget_spent"] > 0

    larger = night.submit(budget_tokens=LARGE_BUDGET_TOKENS)
    spent = night.finished(larger)
    assert set(night.teacher.asked) == calm.asked and not night.asked_again()
    assert spent.amount.tokens == night.used(larger).amount.tokens < night.teacher.billed
    assert night.cluster.dataset(larger) == calm.dataset


@pytest.mark.slow_fault
def test_a_cancel_ends_the_calls_under_way_and_a_resume_asks_only_them_again(night: Night, calm: Calm) -> None:
    night.teacher.answers_only(HALF)
    job = night.submit()
    under_way = night.stalled_after(HALF)
    took_s = night.stopped_after_s(job)
    night.teacher.forgive()
    job.resume()
    night.finished(job)
    assert night.cluster.dataset(job) == calm.dataset
    assert under_way and night.asked_again() == under_way
    assert took_s <= CANCEL_LIMIT_S


@pytest.mark.slow_fault
def test_a_cancel_ends_sixty_four_calls_as_quickly(night: Night, tmp_path: Path, table: FaultTable) -> None:
    pages = write_pages(tmp_path / "pages", 6 * PAGES)
    # A model of which no limit is known yet, and as many slow answers as the limit needs to rise to all 64.
    night.teacher.pause_s = SLOW_S
    night.teacher.answers_only(7 * HALF)
    job = night.submit(pages, model="untried")
    under_way = night.stalled_after(7 * HALF)
    took_s = night.stopped_after_s(job)
    table.add(f"cancel, {len(under_way)} calls (s to stop)", "generate", recoveries_s=[took_s],
              redone=0, doubled=0, lost=0)  # fmt: skip
    assert took_s <= CANCEL_LIMIT_S
    assert len(under_way) >= 64
    night.teacher.forgive()
    job.resume()
    night.finished(job)
    assert night.asked_again() == under_way


def down(night: Night) -> None:
    night.teacher.down()
    time.sleep(10)
    night.teacher.up()


def down_for_longer_than_three_tries(night: Night) -> None:
    night.teacher.down()
    time.sleep(45)
    night.teacher.up()


def busy(night: Night) -> None:
    night.teacher.mood = lambda _: Reply(status=429)
    time.sleep(5)


def busy_and_says_how_long(night: Night) -> None:
    night.teacher.mood = lambda _: Reply(status=429, headers={"Retry-After": "1"})
    time.sleep(5)


def hangs(night: Night) -> None:
    """Whatever is asked now waits until its time is up, and is sent once more."""
    night.teacher.mood = lambda _: Reply(pause_s=NEVER_S)
    time.sleep(REQUEST_TIMEOUT_S / 2)


@pytest.mark.slow_fault
@pytest.mark.parametrize("trouble", [down, down_for_longer_than_three_tries, busy, busy_and_says_how_long, hangs])
def test_a_server_in_trouble_costs_time_and_no_example(
    night: Night, calm: Calm, trouble: Callable[[Night], None], table: FaultTable
) -> None:
    night.teacher.pause_s = SLOW_S
    job = night.submit(request_timeout_s=REQUEST_TIMEOUT_S)
    night.cluster.wait_until(lambda: len(night.teacher.asked) > HALF, 60, "the half of the requests")
    trouble(night)
    night.teacher.forgive()
    night.teacher.pause_s = QUICK_S
    mended_s = time.monotonic()
    spent = night.finished(job)
    table.add(f"language model {trouble.__name__} (s to the dataset)", "generate",
              recoveries_s=[time.monotonic() - mended_s], redone=0, doubled=0, lost=0)  # fmt: skip
    assert night.cluster.dataset(job) == calm.dataset
    assert night.teacher.answered == len(calm.asked) + 1, "no answer was asked for twice"
    assert spent.amount.tokens >= night.teacher.billed, "what was cut off was perhaps billed too"


@pytest.mark.slow_fault
@pytest.mark.parametrize("seconds", [0.5, 20])
def test_a_broker_that_is_away_while_calls_are_under_way_costs_no_call(
    night: Night, calm: Calm, seconds: float
) -> None:
    night.teacher.pause_s = SLOW_S
    job = night.submit(budget_tokens=LARGE_BUDGET_TOKENS)
    night.cluster.wait_until(lambda: len(night.teacher.asked) > HALF, 60, "the half of the requests")
    night.cluster.server_down(seconds)
    night.teacher.pause_s = QUICK_S
    spent = night.finished(job)
    assert night.cluster.dataset(job) == calm.dataset
    assert not night.asked_again()
    assert night.teacher.billed <= spent.amount.tokens <= LARGE_BUDGET_TOKENS
