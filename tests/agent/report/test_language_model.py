"""What is said of the language models of a job: figures that add up, the budget, and loudly that it is spent."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from agent.cli.ending import print_end
from agent.cli.payload import result_payload, status_payload
from agent.cli.standing import print_standing
from agent.contract import Stage
from agent.job.cost_forecast import forecast_cost
from agent.job.prices import ModelPrice
from agent.job.usage import Amount
from agent.ledger.contract import Spent
from agent.report import write_report
from agent.results import read_result
from agent.spec import GenerateConfig
from agent.store import ArtifactWriter, Store
from tests.agent.report.sample import JOB_ID, FinishedJob, finished_job
from tests.agent.report.test_report import _Page

CONFIG = GenerateConfig(backend="openai", model="gpt-4o-mini", budget_tokens=500_000, budget_usd=2)


@pytest.fixture
def job(tmp_path: Path) -> FinishedJob:
    """A job with two generate units and a discovery that asked, and a unit that died after 4,000 tokens."""
    store = Store(str(tmp_path))
    done = finished_job(store)
    discovered = ArtifactWriter(store, JOB_ID, "discover", "0", "e2")
    discovered.facts["language_model"] = {"requests": 1, "prompt_tokens": 900, "completion_tokens": 100}
    curated = ArtifactWriter(store, JOB_ID, "curate", "0", "e1")
    curated.facts |= {"chunks_per_split": {"train": 90, "test": 10}, "tokens_per_split": {"train": 18000, "test": 2000}}
    outputs = {**done.outputs, Stage.DISCOVER: (*done.outputs[Stage.DISCOVER], discovered.path)}
    outputs[Stage.CURATE] = (curated.path,)
    outputs[Stage.GENERATE] = tuple(_unit(store, f"{number:04d}") for number in range(2))
    for output in (discovered, curated):
        output.commit()
    spec = done.view.job.spec.model_copy(update={"generate": CONFIG})
    prices = {"gpt-4o-mini": ModelPrice(prompt_usd=0.15, answer_usd=0.6)}
    record = done.view.job.model_copy(update={"spec": spec, "prices": prices})
    view = replace(done.view, job=record, spent=Spent(Amount(125_000, 500_000)))
    read = read_result(view, outputs, store)
    return replace(
        done, view=view, outputs=outputs, result=replace(done.result, usage=read.usage, foreseen=read.foreseen)
    )


def _unit(store: Store, shard: str) -> str:
    output = ArtifactWriter(store, JOB_ID, "generate", shard, "e1")
    output.facts["language_model"] = {
        "requests": 30, "retries": 2, "reused": 5, "prompt_tokens": 50_000, "completion_tokens": 10_000,
        "usd_micros": 13_500,
    }  # fmt: skip
    output.commit()
    return output.path


def _spent(job: FinishedJob) -> FinishedJob:
    return replace(job, view=replace(job.view, spent=Spent(Amount(499_000, 1_999_000), refused=True)))


def _report(job: FinishedJob) -> str:
    html = Path(write_report(job.view, job.outputs, job.store, job.result)).read_text()
    return re.sub(r"\s+", " ", _Page(html).text)


def _printed(job: FinishedJob, *, ended: bool) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None, highlight=False)
    if ended:
        print_end(console, job.view, job.result)
    else:
        print_standing(console, job.view, "", foreseen=job.result.foreseen)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().replace("\N{NO-BREAK SPACE}", " ")


def test_the_report_adds_the_units_of_a_stage_and_the_stages(job: FinishedJob) -> None:
    text = _report(job)
    assert "What the language model cost" in text
    assert "Find documents 1 0 0 900 100 $0.00" in text
    assert "Write examples 60 4 10 100 000 20 000 $0.0270" in text
    assert "All together 61 4 10 100 900 20 100 $0.0270" in text
    assert "Of the budget: 125 000 of 500 000 tokens, $0.5000 of $2.00 (25.0 %)." in text
    assert "4 000 further tokens are held for calls that may have been billed though no answer came" in text


def test_the_end_of_a_job_prints_the_same(job: FinishedJob) -> None:
    printed = _printed(job, ended=True)
    assert re.search(r"Write examples +60 +4 +10 +100 000 +20 000 +\$0\.0270", printed)
    assert result_payload(job.result)["usage"]["generate"]["reused"] == 10


def test_a_spent_budget_is_said_loudly_everywhere_with_what_to_do(job: FinishedJob) -> None:
    spent = _spent(job)
    told = "Raise generate.budget_tokens or generate.budget_usd and run the job again under another id"
    for text in (_report(spent), _printed(spent, ended=True), _printed(spent, ended=False)):
        assert told in text
        assert "499 000 of 500 000 tokens" in text
    assert told not in _report(job)


def test_status_tells_the_forecast_before_anything_is_spent(job: FinishedJob) -> None:
    before = replace(job, view=replace(job.view, spent=Spent()))
    printed = _printed(before, ended=False)
    assert "language model: about 110 requests, 139 000 tokens, $0.0290 expected; at the very most" in printed
    assert "so far" not in printed
    assert status_payload(before.view, "", foreseen=job.result.foreseen)["foreseen"]["requests"] == 110
    assert "so far: 125 000 of 500 000 tokens" in _printed(job, ended=False)


def test_a_job_that_asked_no_model_says_nothing_of_models(tmp_path: Path) -> None:
    plain = finished_job(Store(str(tmp_path)))
    assert "language model cost" not in _report(plain)
    assert "Language model" not in _printed(plain, ended=True)


def test_without_a_price_no_money_is_counted_and_that_is_said(job: FinishedJob) -> None:
    unpriced = replace(job, view=replace(job.view, job=job.view.job.model_copy(update={"prices": {}})))
    text = _report(unpriced)
    assert "100 000 20 000 not known" in text
    assert "The price of the model is not known" in text


def test_the_forecast_grows_with_chunks_and_counts_the_judge() -> None:
    few, many = (forecast_cost(CONFIG, chunks, chunks * 200, None) for chunks in (10, 1000))
    assert many.expected.tokens == 100 * few.expected.tokens
    assert few.expected.tokens < few.most.tokens
    judged = forecast_cost(CONFIG.model_copy(update={"judge": "llm"}), 10, 2000, None)
    assert judged.requests == few.requests + 10
    assert judged.expected.tokens > few.expected.tokens
    assert forecast_cost(CONFIG, 0, 0, None).expected == Amount()
