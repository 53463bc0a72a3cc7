"""The client library against a real server, without workers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from transformers import LlamaConfig, LlamaForCausalLM

from agent import Client, JobSpec
from agent.contract import Stage
from agent.errors import (
    BrokerUnavailable,
    IllegalTransition,
    InvalidSpec,
    JobFailed,
    StoreUnavailable,
    UnknownJob,
    UnknownModel,
)
from agent.job.artifacts import UnitPlan
from agent.job.states import JobState
from agent.job.usage import Amount
from agent.ledger.contract import Claim, Progress, UnitId
from agent.settings import Settings
from agent.store import ArtifactWriter
from tests.servers import valkey_server
from workers.llm.contract import StoredAnswer
from workers.llm.kept_answers import KeptAnswers


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder that looks like a model to the pre-flight check."""
    folder = tmp_path_factory.mktemp("model")
    shape = LlamaConfig(vocab_size=32, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    LlamaForCausalLM(shape).save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    return str(folder)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "qubit.md").write_text("# Qubit\n\nA qubit is a two-level system.\n")
    return folder


@pytest.fixture
def client(redis_url: str, tmp_path: Path) -> Iterator[Client]:
    with Client(settings=Settings(broker_url=redis_url, store_url=str(tmp_path / "store"))) as client:
        yield client


def spec(model: str, documents: Path, **fields: object) -> JobSpec:
    source = f"dir:{documents}"
    declared = {"declared": {source: "own"}}
    return JobSpec(model=model, subject="quantum computing", sources=[source], permission=declared, **fields)


def test_a_submitted_job_is_queued_and_listed_for_its_user(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents, user="ada"))
    client.submit(spec(model, documents, user="bob"))
    assert job.id.startswith("quantum-computing-")
    assert [record.id for record in client.jobs(user="ada")] == [job.id]
    assert job.record.state is JobState.QUEUED
    assert len(client.jobs()) == 2


def test_submitting_the_same_job_id_again_gives_the_same_job(client: Client, model: str, documents: Path) -> None:
    first = client.submit(spec(model, documents, job_id="mine"))
    again = client.submit(spec(model, documents, job_id="mine"))
    assert first.id == again.id == "mine"
    assert len(client.jobs()) == 1


def test_a_job_id_with_another_specification_is_refused(client: Client, model: str, documents: Path) -> None:
    client.submit(spec(model, documents, job_id="mine"))
    with pytest.raises(InvalidSpec, match=r"'mine' belongs to a job with another specification"):
        client.submit(spec(model, documents, job_id="mine", seed=18))


def test_a_folder_given_by_a_relative_path_reaches_workers_as_an_absolute_one(
    client: Client, model: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents.parent)
    job = client.submit(JobSpec(model=model, subject="quantum computing", sources=["dir:documents"]))
    assert job.record.spec.sources == (f"dir:{documents}",)


def test_the_priority_and_the_model_travel_with_the_record(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents, priority=9))
    assert job.record.spec.priority == 9
    assert job.record.model.parameters > 0
    assert job.record.submitted_at_ms > 0


def test_a_cancelled_job_ends_its_event_stream_and_can_be_resumed(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents))
    assert job.cancel().state is JobState.CANCELLED
    assert [type(event).__name__ for event in job.events()][-1] == "StateChanged"
    with pytest.raises(JobFailed, match="cancelled by request"):
        job.wait(timeout_s=1)
    assert job.resume().state is JobState.QUEUED
    assert job.resume().state is JobState.QUEUED


def test_cancelling_an_ended_job_says_so(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents))
    job.cancel()
    with pytest.raises(IllegalTransition, match="is cancelled already"):
        job.cancel()


def test_waiting_gives_up_after_its_time_and_the_job_goes_on(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents))
    with pytest.raises(TimeoutError, match="still queued"):
        job.wait(timeout_s=0.1)


def test_an_unknown_job_is_named(client: Client) -> None:
    with pytest.raises(UnknownJob, match="'nobody'"):
        client.job("nobody")


def test_an_unknown_model_fails_before_any_job_exists(client: Client, documents: Path) -> None:
    with pytest.raises(UnknownModel, match="no-such-folder"):
        client.submit(spec("./no-such-folder", documents))
    assert client.jobs() == []
    assert client.store.list("jobs") == []


def forget_everything(redis_url: str) -> None:
    """What happens to a server whose disk is lost."""
    with redis.Redis.from_url(redis_url) as server:
        server.flushall()


def do_one_unit(client: Client, job_id: str) -> None:
    """What a crawl worker does first, with an artifact that holds one document."""
    unit = UnitId(job_id, "discover", "0")
    claim = client.ledger.claim(unit, f"worker/{uuid.uuid4().hex}", 60)
    assert isinstance(claim, Claim)
    sha256 = client.ledger.job(job_id).spec.sha256
    output = ArtifactWriter(client.store, job_id, "discover", "0", claim.attempt, config_sha256=sha256)
    following = [UnitPlan(stage="retrieve", shard="0000", inputs=(output.path,), items=1)]
    output.commit(following, items=1)
    assert client.ledger.commit(claim, output.path, output.tallies, following, items_done=1)


def test_a_job_that_the_server_lost_is_known_to_the_store_and_comes_back(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    job = client.submit(spec(model, documents, user="ada"))
    before = job.record
    do_one_unit(client, job.id)
    shown = job.outputs()
    forget_everything(redis_url)
    with pytest.raises(UnknownJob, match=f"finetune resume {job.id} --from-store"):
        client.job(job.id)
    restored = client.restore(job.id)
    assert (restored.stages[Stage.DISCOVER].done, restored.stages[Stage.RETRIEVE].pending) == (1, 1)
    assert restored.record.state is JobState.RETRIEVING
    after = client.job(job.id)
    assert (after.record.spec, after.record.model, after.record.user) == (before.spec, before.model, "ada")
    assert abs(after.record.submitted_at_ms - before.submitted_at_ms) < 60_000
    assert after.outputs() == shown


def test_a_job_that_was_lost_before_its_first_unit_was_done_starts_again(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    job = client.submit(spec(model, documents))
    forget_everything(redis_url)
    assert client.restore(job.id).record.state is JobState.QUEUED
    assert client.jobs() == [client.job(job.id).record]


def test_a_claim_from_before_the_loss_does_not_count_any_more(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    job = client.submit(spec(model, documents))
    claim = client.ledger.claim(UnitId(job.id, "discover", "0"), "worker/old", 60)
    assert isinstance(claim, Claim)
    forget_everything(redis_url)
    assert client.ledger.beat(claim, 60, Progress()) == "superseded"
    client.restore(job.id)
    assert client.ledger.beat(claim, 60, Progress()) == "superseded"
    assert not client.ledger.commit(claim, "jobs/x", {})
    do_one_unit(client, job.id)


@pytest.mark.parametrize("again", ["restored", "submitted"])
def test_what_a_lost_job_spent_on_language_models_stays_spent(
    client: Client, redis_url: str, model: str, documents: Path, again: str
) -> None:
    asks = {"backend": "openai", "model": "m", "budget_tokens": 1000, "base_url": "http://127.0.0.1:1/v1"}
    wanted = spec(model, documents, job_id="mine", generate=asks)
    client.submit(wanted)
    answer = StoredAnswer(content="{}", finish="stop", prompt_tokens=600, completion_tokens=50)
    asyncio.run(KeptAnswers(client.store, "jobs/mine/generate/0000-e1", "m").put("a" * 64, answer))
    forget_everything(redis_url)
    if again == "restored":
        client.restore("mine")
    else:
        client.submit(wanted)
    assert client.ledger.view("mine").spent.amount.tokens == 650
    assert client.ledger.reserve("mine", "t", Amount(400, 0), Amount(1000, 0), 60) == "spent"


def test_a_budget_in_dollars_for_a_model_without_a_price_is_refused(
    client: Client, model: str, documents: Path
) -> None:
    asks = {"backend": "openai", "model": "our-own", "budget_usd": 5, "base_url": "http://127.0.0.1:1/v1"}
    with pytest.raises(InvalidSpec, match=r"'our-own' at http://127\.0\.0\.1:1/v1 is not known.*price_prompt_usd"):
        client.submit(spec(model, documents, generate=asks))
    assert client.jobs() == []
    priced = client.submit(spec(model, documents, generate={**asks, "price_prompt_usd": 1, "price_answer_usd": 2}))
    assert priced.record.prices["our-own"].answer_usd == 2


def test_a_job_that_the_server_knows_wholly_is_not_restored(client: Client, model: str, documents: Path) -> None:
    job = client.submit(spec(model, documents))
    do_one_unit(client, job.id)
    with pytest.raises(IllegalTransition, match=rf"has all that the store has\. `finetune resume {job.id}`"):
        client.restore(job.id)


def test_a_server_that_lost_its_tail_takes_in_what_the_store_has_beyond_it(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    job = client.submit(spec(model, documents))
    do_one_unit(client, job.id)
    shown = job.outputs()
    forget_everything(redis_url)
    client.submit(spec(model, documents, job_id=job.id))
    job.cancel()
    restored = client.restore(job.id)
    assert restored.record.state is JobState.RETRIEVING
    assert job.outputs() == shown


def test_a_job_that_is_being_worked_on_is_not_restored(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    job = client.submit(spec(model, documents))
    assert isinstance(client.ledger.claim(UnitId(job.id, "discover", "0"), "worker/now", 60), Claim)
    with pytest.raises(IllegalTransition, match="is being worked on"):
        client.restore(job.id)


def test_a_job_that_neither_server_nor_store_knows_is_named(client: Client) -> None:
    with pytest.raises(UnknownJob, match=r"does not know job 'nobody'.*finetune jobs --from-store"):
        client.restore("nobody")


def test_a_client_that_dies_between_store_and_server_can_submit_again(
    client: Client, model: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = spec(model, documents, job_id="mine")
    monkeypatch.setenv("FINETUNE_FAULTS", "submit/mine/after_store=raise:power cut")
    with pytest.raises(RuntimeError, match="power cut"):
        client.submit(wanted)
    monkeypatch.delenv("FINETUNE_FAULTS")
    assert client.jobs() == []
    with pytest.raises(UnknownJob, match="--from-store"):
        client.job("mine")
    assert client.submit(wanted).record.state is JobState.QUEUED


def test_an_id_that_only_the_store_knows_is_not_given_to_another_job(
    client: Client, redis_url: str, model: str, documents: Path
) -> None:
    client.submit(spec(model, documents, job_id="mine"))
    forget_everything(redis_url)
    with pytest.raises(InvalidSpec, match="another specification"):
        client.submit(spec(model, documents, job_id="mine", seed=18))
    assert client.jobs() == []


def test_a_store_that_cannot_be_written_fails_before_any_job_exists(
    redis_url: str, tmp_path: Path, model: str, documents: Path
) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    with Client(settings=Settings(broker_url=redis_url, store_url=str(tmp_path / "store"))) as client:
        with pytest.raises(StoreUnavailable, match="FINETUNE_STORE_URL"):
            client.submit(spec(model, documents))
        assert client.jobs() == []


@pytest.mark.parametrize(
    ("source", "said"),
    [("dir:/no/such", "does not exist"), ("site:example.org", "no web address"), ("dir:{empty}", "is empty")],
)
def test_a_source_that_cannot_be_is_refused_at_submission(
    client: Client, model: str, tmp_path: Path, source: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidSpec, match=said):
        client.submit(JobSpec(model=model, subject="quantum", sources=[source.format(empty=tmp_path / "empty")]))


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(BrokerUnavailable) as caught:
        Client("redis://:secret@127.0.0.1:1/0")
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_wrong_password_is_named_as_such(tmp_path: Path) -> None:
    with (
        valkey_server(tmp_path, password="right") as server,
        pytest.raises(BrokerUnavailable, match="refuses the password"),
    ):
        Client(server.url.replace("right", "wrong"))


def test_without_a_server_the_three_ways_to_name_one_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FINETUNE_BROKER_URL", raising=False)
    with pytest.raises(InvalidSpec, match="FINETUNE_BROKER_URL"):
        Client()


def test_importing_the_library_loads_neither_torch_nor_celery() -> None:
    script = (
        "import time; t=time.perf_counter(); import agent; s=time.perf_counter()-t;"
        "from agent import Client, JobSpec; import sys;"
        "print(s*1000, [m for m in ('torch', 'celery', 'kombu', 'numpy', 'transformers') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert answer.strip().endswith("[]")
