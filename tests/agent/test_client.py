"""The client library against a real server, without workers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from transformers import LlamaConfig, LlamaForCausalLM

from agent import Client, JobSpec
from agent.errors import BrokerUnavailable, IllegalTransition, InvalidSpec, JobFailed, UnknownJob, UnknownModel
from agent.job.states import JobState
from agent.settings import Settings
from tests.servers import valkey_server


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
    return JobSpec(model=model, subject="quantum computing", sources=[f"dir:{documents}"], **fields)


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
