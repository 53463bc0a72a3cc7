"""What a job has spent when the server that counted it is gone: told by its finished units, and by the answers that
others paid for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.job.job import JobRecord
from agent.job.prices import ModelPrice
from agent.job.usage import Amount, Usage, usage_of
from agent.restore import read_shelf, spent_before
from agent.spec import JobSpec
from agent.store import ArtifactWriter, Store
from tests.agent.restore.fake_job import MODEL
from workers.llm.contract import StoredAnswer
from workers.llm.kept_answers import KeptAnswers

SPEC = JobSpec(
    model="tiny", subject="quantum computing", sources=("dir:notes",), generate={"backend": "openai", "model": "m"}
)
JOB = JobRecord(id="job", spec=SPEC, model=MODEL, user="ada", prices={"m": ModelPrice(prompt_usd=1.0, answer_usd=2.0)})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A finished unit that paid for two answers, and one that died after its first."""
    store = Store(str(tmp_path))
    output = ArtifactWriter(store, "job", "generate", "0000", "e1", config_sha256=SPEC.sha256)
    output.facts["language_model"] = {"requests": 2, "prompt_tokens": 200, "completion_tokens": 40, "usd_micros": 280}
    output.commit()
    pay(store, "jobs/job/generate/0000-e1", "a1", "b2")
    pay(store, "jobs/job/generate/0001-e1", "c3")
    return store


def pay(store: Store, by: str, *keys: str) -> None:
    answer = StoredAnswer(content="{}", finish="stop", prompt_tokens=100, completion_tokens=20)
    for key in keys:
        asyncio.run(KeptAnswers(store, by, "m").put(key, answer))


def test_finished_units_and_the_answers_of_unfinished_ones_are_counted_once_each(store: Store) -> None:
    artifacts = read_shelf(store, JOB).artifacts
    assert len(artifacts) == 1
    assert spent_before(store, JOB, artifacts) == Amount(240 + 120, 280 + 140)


def test_what_other_jobs_paid_for_is_not_counted(store: Store) -> None:
    pay(store, "jobs/job-2/generate/0000-e1", "d4", "e5")
    assert spent_before(store, JOB, read_shelf(store, JOB).artifacts).tokens == 360


def test_facts_of_another_shape_are_no_usage() -> None:
    for told in ({}, {"language_model": 3}, {"language_model": {"requests": "many"}}):
        assert usage_of(told) == Usage()
    assert usage_of({"language_model": {"requests": 2, "of_tomorrow": 1}}) + Usage(1, 1) == Usage(3, 1)
