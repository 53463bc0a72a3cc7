"""The openai backend against a real HTTP server with scripted answers."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from agent.errors import GenerationFailed, JobCancelled
from agent.job.records import Chunk, Example, ExampleKind
from agent.store import ArtifactReader
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import Desk
from tests.workers.llm.server import (
    COMPLETION_TOKENS,
    PROMPT_TOKENS,
    Reply,
    examples,
    llm_server,
)
from workers.llm.in_memory import SpendingInMemory

TEXT = (
    "Decoherence limits how long a quantum computer can work, since stray fields shift the phase of every qubit. "
    "Better shielding and colder wiring push the effect back."
)
GOOD = examples(("factual", "What limits quantum computers?", "Decoherence does.", "Decoherence limits how  long"))
KEY_VARIABLE = "TEST_LLM_KEY"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def desk(folder: Path, base_url: str, **generate: Any) -> Desk:
    return Desk(
        folder,
        generate={
            "backend": "openai", "model": "small-model", "base_url": base_url, "api_key_env": KEY_VARIABLE,
            "mix": {"factual": 0.98, "plain": 0.02}, **generate,
        },
    )  # fmt: skip


def several(count: int) -> list[Chunk]:
    return [
        chunk(TEXT, document=f"d{number}", title=f"Noise {number}", headings=("Errors",)) for number in range(count)
    ]


def run(folder: Path, base_url: str, count: int = 1, **generate: Any) -> ArtifactReader:
    at = desk(folder, base_url, **generate)
    return at.generate(at.curated(several(count)))


def prompted(artifact: ArtifactReader) -> list[Example]:
    return [example for example in artifact.records("examples.jsonl", Example) if example.prompt]


def test_a_good_answer_becomes_an_example_with_its_span(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        artifact = run(tmp_path, endpoint.base_url)
    (example,) = prompted(artifact)
    assert (example.kind, example.prompt) == (ExampleKind.FACTUAL, "What limits quantum computers?")
    assert (example.evidence[0].text, example.evidence[0].start) == ("Decoherence limits how long", 0)
    assert example.generator == "openai:small-model/examples-3.2"


def test_the_request_asks_for_a_schema_and_fences_the_document_as_data(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        run(tmp_path, endpoint.base_url, temperature=0.7)
    (request,) = endpoint.requests
    form = request["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["additionalProperties"] is False
    system, user = (message["content"] for message in request["messages"])
    fence = user.split(" document begins")[0].split()[-1]
    assert f"{fence} document begins\nTitle: Noise 0\nHeadings: Errors\n\n{TEXT}\n{fence} document ends" in user
    assert "are never obeyed" in system
    assert (request["model"], request["temperature"]) == ("small-model", 0.7)
    assert endpoint.keys == ["Bearer sk-secret"]


def test_what_the_calls_cost_stands_in_the_facts_and_in_the_progress(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = desk(tmp_path, endpoint.base_url)
        facts = at.generate(at.curated(several(5))).manifest.facts
    cost = {"requests": 5, "prompt_tokens": 5 * PROMPT_TOKENS, "completion_tokens": 5 * COMPLETION_TOKENS}
    assert facts["language_model"] == {**cost, "retries": 0, "reused": 0, "usd_micros": 0}
    assert facts["asking"] == {"read_as_is": 5, "rung_schema": 5}
    assert at.ticks.seen[-1] == (5, 5, {"requests": 5, "tokens": 5 * (PROMPT_TOKENS + COMPLETION_TOKENS)})


def test_a_malformed_answer_is_asked_for_once_more_with_its_fault(tmp_path: Path) -> None:
    with llm_server(Reply('{"examples": [{"kind": "riddle"}]}'), GOOD) as endpoint:
        artifact = run(tmp_path, endpoint.base_url)
    assert len(prompted(artifact)) == 1
    assert artifact.manifest.facts["language_model"]["requests"] == 2
    assert artifact.manifest.facts["asking"]["asked_again"] == 1
    *_, answer, correction = endpoint.requests[1]["messages"]
    assert answer == {"role": "assistant", "content": '{"examples": [{"kind": "riddle"}]}'}
    assert "examples.0.kind" in correction["content"]


def test_an_answer_malformed_twice_is_rejected_and_the_chunk_keeps_its_text(tmp_path: Path) -> None:
    with llm_server(Reply("Certainly! Here you are.")) as endpoint:
        artifact = run(tmp_path, endpoint.base_url)
    assert prompted(artifact) == []
    assert artifact.manifest.tallies["examples"].failed == {"malformed_answer": 1}
    assert artifact.manifest.tallies["chunks"].kept == 1
    assert len(endpoint.requests) == 2


def test_a_code_fence_around_the_object_is_ignored(tmp_path: Path) -> None:
    with llm_server(Reply(f"```json\n{GOOD.content}\n```")) as endpoint:
        assert len(prompted(run(tmp_path, endpoint.base_url))) == 1


def test_a_server_without_schemas_is_asked_for_plain_json_from_then_on(tmp_path: Path) -> None:
    refusal = Reply(status=400, error="response_format json_schema is not supported")
    with llm_server(refusal, GOOD) as endpoint:
        at = desk(tmp_path, endpoint.base_url)
        assert len(prompted(at.generate(at.curated(several(1))))) == 1
    assert [request["response_format"]["type"] for request in endpoint.requests] == ["json_schema", "json_object"]


def test_an_ungrounded_answer_is_rejected_with_its_quote(tmp_path: Path) -> None:
    made_up = ("factual", "What is a qubit made of?", "Cheese.", "qubits are made of cheese")
    grounded = (
        "factual",
        "What shifts the phase of qubits?",
        "Stray fields shift the phase of every qubit.",
        "stray fields shift the phase",
    )
    with llm_server(examples(made_up, grounded)) as endpoint:
        artifact = run(tmp_path, endpoint.base_url)
    assert [example.prompt for example in prompted(artifact)] == ["What shifts the phase of qubits?"]
    assert artifact.manifest.tallies["examples"].rejected == {"ungrounded": 1}
    (rejected,) = artifact.rejected()
    assert rejected.detail == "qubits are made of cheese"


def test_a_badly_formed_example_and_a_repeated_one_are_rejected_apart(tmp_path: Path) -> None:
    good = ("factual", "What limits quantum computers?", "Decoherence does.", "Decoherence limits how long")
    leaky = ("factual", "What does the text say about wiring?", "Colder helps.", "colder wiring push")
    with llm_server(examples(good, leaky, good)) as endpoint:
        tally = run(tmp_path, endpoint.base_url).manifest.tallies["examples"]
    assert tally.rejected == {"mentions_the_text": 1, "duplicate": 1}
    assert tally.reconciles


def test_no_more_examples_are_taken_than_wanted(tmp_path: Path) -> None:
    many = [
        ("factual", f"What limits computer {n}?", "Decoherence does.", "Decoherence limits how long") for n in "abc"
    ]
    with llm_server(examples(*many)) as endpoint:
        assert len(prompted(run(tmp_path, endpoint.base_url, max_examples_per_chunk=1))) == 1


def test_a_missing_key_names_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(GenerationFailed, match=f"variable {KEY_VARIABLE} is not set"):
        run(tmp_path, "")


def test_a_local_server_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    with llm_server(GOOD) as endpoint:
        assert len(prompted(run(tmp_path, endpoint.base_url))) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_ends_the_unit_without_showing_the_key(tmp_path: Path, status: int) -> None:
    with llm_server(Reply(status=status, error="Incorrect API key: sk-secret")) as endpoint:
        with pytest.raises(GenerationFailed, match=f"refused the key in {KEY_VARIABLE}.*{status}") as caught:
            run(tmp_path, endpoint.base_url)
        assert endpoint.base_url in str(caught.value)
    assert "sk-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreachable_endpoint_ends_the_unit_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.llm.chat.RETRIES", 0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(GenerationFailed, match=f"127.0.0.1:{port}/v1/ cannot be reached"):
            run(tmp_path, f"http://127.0.0.1:{port}/v1")


def test_an_unknown_model_ends_the_unit(tmp_path: Path) -> None:
    with (
        llm_server(Reply(status=404, error="no such model")) as endpoint,
        pytest.raises(GenerationFailed, match=r"'small-model'.*no such model"),
    ):
        run(tmp_path, endpoint.base_url)


def test_a_busy_server_is_asked_again_when_it_says(tmp_path: Path) -> None:
    busy = Reply(status=429, headers={"retry-after-ms": "20"})
    with llm_server(busy, busy, GOOD) as endpoint:
        assert len(prompted(run(tmp_path, endpoint.base_url))) == 1
    assert len(endpoint.requests) == 3


def test_a_hanging_request_costs_its_chunk_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.llm.chat.RETRIES", 0)
    with llm_server(Reply(pause_s=1.0), GOOD) as endpoint:
        artifact = run(tmp_path, endpoint.base_url, count=2, request_timeout_s=0.3)
    assert artifact.manifest.tallies["examples"].failed == {"request_timed_out": 1}
    assert len(prompted(artifact)) == 1


def test_an_endpoint_that_never_answers_ends_the_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.llm.chat.RETRIES", 0)
    with (
        llm_server(Reply(pause_s=1.0)) as endpoint,
        pytest.raises(GenerationFailed, match=r"[34] requests in a row .* no answer within 0.2 s"),
    ):
        run(tmp_path, endpoint.base_url, count=4, request_timeout_s=0.2)


def test_cancelling_does_not_wait_for_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.generate.asking.ask_all.WAKE_S", 0.05)
    with llm_server(Reply(pause_s=3.0)) as endpoint:
        at = desk(tmp_path, endpoint.base_url)
        at.ticks.stop = JobCancelled("stop")
        curated = at.curated(several(8))
        started = time.monotonic()
        with pytest.raises(JobCancelled):
            at.generate(curated)
        assert time.monotonic() - started < 2
        assert len(endpoint.requests) <= 8


def test_answers_keep_the_order_of_their_chunks(tmp_path: Path) -> None:
    slow = Reply(GOOD.content, pause_s=0.4)
    with llm_server(slow, GOOD) as endpoint:
        found = [example.chunk_id for example in prompted(run(tmp_path, endpoint.base_url, count=6))]
    assert found == [f"d{number}-0" for number in range(6)]


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = desk(tmp_path, endpoint.base_url)
        curated = at.curated(several(3))
        first, second = at.generate(curated, "e1"), at.generate(curated, "e2")
    assert len(endpoint.requests) == 3
    assert first.read_file("examples.jsonl") == second.read_file("examples.jsonl")
    told = second.manifest.facts["language_model"]
    assert (told["requests"], told["reused"], told["prompt_tokens"]) == (0, 3, 0)


def test_a_spent_budget_costs_the_chunks_that_are_left_and_no_more_money(tmp_path: Path) -> None:
    with llm_server(GOOD) as endpoint:
        at = desk(tmp_path, endpoint.base_url, max_requests_at_once=1)
        at.spending = SpendingInMemory(limit_tokens=PROMPT_TOKENS + COMPLETION_TOKENS + 1000)
        artifact = at.generate(at.curated(several(3)))
    assert len(endpoint.requests) == 0
    assert artifact.manifest.tallies["examples"].failed == {"budget_spent": 3}
    assert artifact.manifest.tallies["chunks"].failed == {"budget_spent": 3}
    assert artifact.manifest.tallies["examples"].kept == 3, "their text is left to train on"
