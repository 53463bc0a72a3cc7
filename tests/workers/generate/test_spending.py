"""What a unit spends: within its job's budget, and never twice for the same answer, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import JobCancelled
from agent.job.prices import ModelPrice
from agent.job.records import Chunk, Example
from agent.job.usage import Usage, usage_of
from agent.ledger.contract import Ledger
from agent.ledger.memory import MemoryLedger
from agent.store import ArtifactReader
from tests.contracts.jobs import submit
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import JOB, Desk
from tests.workers.llm.server import COMPLETION_TOKENS, PROMPT_TOKENS, Endpoint, Reply, examples, llm_server
from workers.runtime.spending import JobSpending
from workers.runtime.work import StageWork

TEXT = (
    "Decoherence limits how long a quantum computer can work, since stray fields shift the phase of every qubit. "
    "Better shielding and colder wiring push the effect back, and device number {} was built with both."
)
GOOD = examples(("factual", "What limits quantum computers?", "Decoherence does.", "Decoherence limits how long"))
CALL_TOKENS = PROMPT_TOKENS + COMPLETION_TOKENS
CHUNKS = 24


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Paying(Desk):
    """A desk whose units are held to the budget of a job that a ledger knows."""

    def __init__(self, folder: Path, base_url: str, ledger: Ledger | None = None, **generate: Any) -> None:
        generate = {"backend": "openai", "model": "m", "base_url": base_url, **generate}
        super().__init__(folder, generate=generate)
        self.ledger = ledger or MemoryLedger()
        submit(self.ledger, JOB)

    def work(self, stage: str, inputs: Sequence[str], params: dict[str, Any], attempt: str) -> StageWork:
        work = super().work(stage, inputs, params, attempt)
        spending = JobSpending.of(self.ledger, JOB, f"host/{attempt}", self.spec.generate)
        return replace(work, spending=spending, prices={"m": ModelPrice(prompt_usd=1.0, answer_usd=2.0)})

    def curate(self) -> str:
        return self.curated(_chunks())


def _chunks(count: int = CHUNKS) -> list[Chunk]:
    return [chunk(TEXT.format(number), document=f"d{number}") for number in range(count)]


def _prompted(artifact: ArtifactReader) -> int:
    return sum(bool(example.prompt) for example in artifact.records("examples.jsonl", Example))


def _asked(endpoint: Endpoint) -> Counter[str]:
    return Counter(str(request["messages"]) for request in endpoint.requests)


def _worst_call(folder: Path) -> int:
    """What is reserved for one call: the highest that the books stood at while it was under way."""
    ledger = MemoryLedger()
    seen: list[int] = []
    with llm_server(script=lambda _: (seen.append(ledger.view(JOB).spent.amount.tokens), GOOD)[1]) as endpoint:
        at = Paying(folder, endpoint.base_url, ledger)
        at.generate(at.curated(_chunks(1)))
    return max(seen)


def test_when_the_budget_is_spent_the_rest_is_counted_and_what_was_made_goes_on(tmp_path: Path) -> None:
    budget = _worst_call(tmp_path / "one") + 5 * CALL_TOKENS
    with llm_server(GOOD) as endpoint:
        at = Paying(tmp_path, endpoint.base_url, budget_tokens=budget)
        artifact = at.generate(at.curate())
    billed = sum(sum(each.values()) for each in endpoint.sent)
    assert billed == at.ledger.view(JOB).spent.amount.tokens <= budget
    chunks = artifact.manifest.tallies["chunks"]
    assert chunks.failed == {"budget_spent": CHUNKS - len(endpoint.requests)}
    assert len(endpoint.requests) == chunks.kept == 6
    assert 0 < _prompted(artifact) <= 6
    assert at.ledger.view(JOB).spent.refused


def test_a_call_of_unknown_outcome_lets_nobody_wait_for_what_it_held(tmp_path: Path) -> None:
    budget = int(1.5 * _worst_call(tmp_path / "one"))
    with llm_server(Reply(pause_s=2), GOOD) as endpoint:
        at = Paying(tmp_path, endpoint.base_url, budget_tokens=budget, request_timeout_s=0.5)
        began = time.monotonic()
        artifact = at.generate(at.curated(_chunks(2)))
    assert time.monotonic() - began < 30, "its lease is a minute and more"
    assert artifact.manifest.tallies["chunks"].failed == {"budget_spent": 2}
    assert at.ledger.view(JOB).spent.held.tokens == 0


def test_a_budget_in_dollars_is_held_as_one_in_tokens_is(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = Paying(tmp_path, endpoint.base_url, budget_usd=0.01)
        artifact = at.generate(at.curate())
    usd_micros = PROMPT_TOKENS * 1 + COMPLETION_TOKENS * 2
    assert at.ledger.view(JOB).spent.amount.usd_micros == len(endpoint.sent) * usd_micros <= 10_000
    assert usage_of(artifact.manifest.facts).usd_micros == len(endpoint.sent) * usd_micros
    assert len(endpoint.sent) > 0


def test_the_same_work_again_costs_nothing_and_says_so(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = Paying(tmp_path, endpoint.base_url)
        curated = at.curate()
        first, second = at.generate(curated, "e1"), at.generate(curated, "e2")
    assert len(endpoint.requests) == CHUNKS
    assert usage_of(first.manifest.facts).requests == CHUNKS
    assert usage_of(second.manifest.facts) == Usage(reused=CHUNKS)
    assert first.read_file("examples.jsonl") == second.read_file("examples.jsonl")
    assert at.ledger.view(JOB).spent.amount.tokens == CHUNKS * CALL_TOKENS


def test_whoever_will_not_reuse_answers_pays_again(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = Paying(tmp_path, endpoint.base_url, reuse_answers=False)
        curated = at.curate()
        for attempt in ("e1", "e2"):
            assert usage_of(at.generate(curated, attempt).manifest.facts).reused == 0
    assert set(_asked(endpoint).values()) == {2}


def test_a_unit_stopped_in_the_middle_pays_again_only_for_what_was_under_way(tmp_path: Path) -> None:
    with llm_server(replace(GOOD, pause_s=0.02)) as endpoint:
        at = Paying(tmp_path, endpoint.base_url)
        curated = at.curate()
        at.ticks.stop, at.ticks.stop_at = JobCancelled("stopped"), CHUNKS // 3
        with pytest.raises(JobCancelled):
            at.generate(curated, "e1")
        kept = _kept(tmp_path)
        sent = len(endpoint.requests)
        at.ticks.stop = None
        artifact = at.generate(curated, "e2")
    assert CHUNKS // 3 <= kept <= sent < CHUNKS
    assert len(endpoint.requests) == sent + CHUNKS - kept
    assert usage_of(artifact.manifest.facts).reused == kept


def test_a_killed_process_pays_again_only_for_what_was_under_way(tmp_path: Path) -> None:
    with llm_server(replace(GOOD, pause_s=0.05)) as endpoint:
        at = Paying(tmp_path, endpoint.base_url, max_requests_at_once=4)
        curated = at.curate()
        process = multiprocessing.get_context("fork").Process(target=at.generate, args=(curated, "e1"))
        process.start()
        assert process.pid
        _wait_for(lambda: _kept(tmp_path) >= CHUNKS // 3)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        kept = _kept(tmp_path)
        sent = len(endpoint.requests)
        artifact = at.generate(curated, "e2")
    assert sent - kept <= 8, "what was under way, and what came while it died"
    assert len(endpoint.requests) == sent + CHUNKS - kept
    assert usage_of(artifact.manifest.facts).reused == kept


def _kept(folder: Path) -> int:
    return sum(1 for _ in (folder / "store" / "answers").glob("*/*.json"))


def _wait_for(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_an_answer_that_was_of_no_use_is_kept_too(tmp_path: Path) -> None:
    with llm_server(Reply("Certainly!")) as endpoint:
        at = Paying(tmp_path, endpoint.base_url)
        curated = at.curated(_chunks(1))
        for attempt in ("e1", "e2"):
            at.generate(curated, attempt)
    assert len(endpoint.requests) == 2, "once, and once again with what was wrong"
