"""The generate stage with a model that answers well: examples of every kind, and what the job is told of them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from agent.job.records import Chunk, Example, ExampleKind, Split
from agent.store import ArtifactReader
from tests.workers.generate.asking.every_kind import everything, rich_chunk
from tests.workers.generate.asking.good_model import good_model
from tests.workers.generate.desk import Desk
from tests.workers.llm.server import Endpoint, Reply, llm_server
from workers.generate.backend import Assignment, Order


@pytest.fixture(autouse=True)
def orders_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """One example of each kind of every chunk, whatever the mix would make of them."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def assign(chunks: list[Chunk], *_: object) -> list[Assignment]:
        found = [everything(each) for each in chunks]
        choice = Order(ExampleKind.CHOICE, 1)
        return [replace(each, orders=(*each.orders, choice)) for each in found]

    monkeypatch.setattr("workers.generate.generate.assign", assign)


def run(folder: Path, seed: int = 0, **generate: object) -> tuple[ArtifactReader, Endpoint]:
    """A unit of three chunks; answers arrive in an order that ``seed`` decides."""
    chance = random.Random(seed)
    chunks = [rich_chunk(split, f"d{at}") for at, split in enumerate(Split)]

    def script(body: dict[str, object]) -> Reply:
        return replace(good_model(body), pause_s=chance.random() / 20)

    with llm_server(script=script) as endpoint:
        config = {"backend": "openai", "model": "m", "base_url": endpoint.base_url, "conversation_turns": 3}
        at = Desk(folder, generate=config | generate, train={"sequence_length": 1024})
        return at.generate(at.curated(chunks)), endpoint


def test_a_good_model_gives_an_example_of_every_kind(tmp_path: Path) -> None:
    artifact, _ = run(tmp_path, judge="llm")
    examples = list(artifact.records("examples.jsonl", Example))
    assert {example.kind for example in examples if example.split is Split.TEST} == set(ExampleKind)
    assert {example.kind for example in examples if example.split is Split.TRAIN} == set(ExampleKind) - {
        ExampleKind.CHOICE
    }
    assert artifact.manifest.tallies["chunks"].kept == 3
    assert artifact.manifest.tallies["examples"].reconciles


def test_the_facts_tell_what_was_ordered_written_kept_and_refused_by_kind(tmp_path: Path) -> None:
    artifact, endpoint = run(tmp_path, judge="llm")
    facts = artifact.manifest.facts
    assert facts["ordered"]["analytical"] == facts["kinds"]["analytical"] == 3
    assert facts["kinds"]["factual"] == 6, "each unanswerable question brought its answerable twin"
    assert sum(facts["kinds"].values()) == artifact.manifest.tallies["examples"].kept
    refused = {reason: n for of in facts["refused"].values() for reason, n in of.items()}
    assert sum(refused.values()) == sum(artifact.manifest.tallies["examples"].rejected.values())
    assert facts["judge"] == {"good": artifact.manifest.tallies["examples"].kept - 3}
    assert facts["language_model"]["requests"] == len(endpoint.requests)


def test_the_order_in_which_answers_come_changes_nothing(tmp_path: Path) -> None:
    contents = {
        run(tmp_path / str(seed), seed, judge="llm", reuse_answers=False)[0].read_file("examples.jsonl")
        for seed in range(3)
    }
    assert len(contents) == 1


def test_what_is_refused_can_be_read_again(tmp_path: Path) -> None:
    def script(body: dict[str, object]) -> Reply:
        good = good_model(body)
        return replace(good, content=good.content.replace("two-level system", "seven-level system"))

    with llm_server(script=script) as endpoint:
        config = {"backend": "openai", "model": "m", "base_url": endpoint.base_url, "conversation_turns": 3}
        at = Desk(tmp_path, generate=config, train={"sequence_length": 1024})
        artifact = at.generate(at.curated([rich_chunk()]))
    rejected = list(artifact.rejected())
    assert rejected
    assert all(each.record["prompt"] and "seven-level" in str(each.record) for each in rejected)
    assert {"ungrounded", "cell_not_in_passage"} <= {each.reason for each in rejected}
    assert {each.record["kind"] for each in rejected} > {"factual", "explain"}
