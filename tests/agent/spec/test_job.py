"""What a user may ask for, and the one line that says why not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from agent.errors import InvalidSpec
from agent.job.records import ExampleKind
from agent.spec import (
    AssembleConfig,
    CurateConfig,
    DiscoverConfig,
    EvaluateConfig,
    FailurePolicy,
    GenerateConfig,
    JobSpec,
    ParseConfig,
    PublishConfig,
    RetrieveConfig,
    TrainConfig,
)

STAGES = [
    DiscoverConfig,
    RetrieveConfig,
    ParseConfig,
    CurateConfig,
    GenerateConfig,
    AssembleConfig,
    TrainConfig,
    EvaluateConfig,
    PublishConfig,
    FailurePolicy,
]


def asked(**wishes: Any) -> JobSpec:
    return JobSpec(**{"model": "smollm2-135m", "subject": "quantum computing", "sources": ["dir:notes"]} | wishes)


def refusal(**wishes: Any) -> str:
    with pytest.raises(InvalidSpec) as error:
        asked(**wishes)
    return str(error.value)


# -- JSON both ways ------------------------------------------------------------------------------------------------


def test_a_specification_survives_json_with_every_choice() -> None:
    spec = asked(
        job_id="my-job.1",
        user="ada",
        priority=9,
        sources=["dir:notes", "site:http://127.0.0.1:8800/", "urls:a,b"],
        parse=ParseConfig(languages=("de", "fr"), ocr=False),
        train=TrainConfig(method="full", learning_rate=3e-5),
        generate=GenerateConfig(backend="openai", model="llama"),
    )
    assert JobSpec.from_json(spec.model_dump_json()) == spec
    assert JobSpec.from_json(spec.model_dump_json().encode()) == spec


def test_stage_choices_may_come_as_plain_mappings() -> None:
    assert asked(train={"epochs": 1}).train == TrainConfig(epochs=1)


def test_a_specification_cannot_be_changed() -> None:
    spec = asked()
    with pytest.raises(ValidationError, match="frozen"):
        spec.subject = "knots"  # type: ignore[misc]


def test_equal_content_has_equal_hashes_whatever_the_job_is_called() -> None:
    assert asked(job_id="one").sha256 == asked(job_id="two").sha256 == asked().sha256
    assert asked(seed=1).sha256 != asked().sha256
    assert asked(train=TrainConfig(epochs=1)).sha256 != asked().sha256


@pytest.mark.parametrize("config", [JobSpec, *STAGES], ids=lambda config: config.__name__)
def test_every_choice_says_what_it_decides(config: type[BaseModel]) -> None:
    undescribed = [
        name
        for name, field in config.model_fields.items()
        if not (field.description or (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)))
    ]
    assert undescribed == []


# -- one line that names the field, the value and what it takes ----------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "parts"),
    [
        ({"subject": ""}, ["subject = ''", "at least 2 characters"]),
        ({"sources": []}, ["sources", "at least 1 item"]),
        ({"sources": ["ftp://x"]}, ["source 'ftp://x' is not known", "dir:PATH", "site:URL"]),
        ({"sources": ["dir:"]}, ["source 'dir:' needs more: dir:PATH"]),
        ({"priority": 10}, ["priority = 10", "less than or equal to 9"]),
        ({"job_id": "My Job"}, ["job_id = 'My Job'", "lower-case letters"]),
        ({"job_id": "a:b"}, ["job_id = 'a:b'"]),
        ({"job_id": "../up"}, ["job_id = '../up'"]),
        ({"colour": "red"}, ["colour = 'red'", "Extra inputs are not permitted"]),
        ({"train": {"epochs": 0}}, ["train.epochs = 0", "greater than 0"]),
        ({"train": {"epoch": 1}}, ["train.epoch = 1", "Extra inputs are not permitted"]),
        ({"train": {"method": "magic"}}, ["train.method = 'magic'", "'lora' or 'full'"]),
        ({"train": {"batch_sequences": 5}}, ["train", "batch_sequences must be a multiple of micro_batch_sequences"]),
        ({"curate": {"chunk_tokens": 600}}, ["curate.chunk_tokens (600)", "train.sequence_length (512)"]),
        ({"curate": {"test_share": 0.6}}, ["curate", "must leave at least 0.4"]),
        ({"curate": {"min_chunk_tokens": 220}}, ["min_chunk_tokens must be smaller than chunk_tokens"]),
        ({"generate": {"backend": "openai"}}, ["generate", "needs generate.model"]),
        ({"failure": {"max_failed_share": 1.5}}, ["failure.max_failed_share = 1.5"]),
        ({"subject": "?!?"}, ["subject = '?!?'", "has no word"]),
        ({"subject": "\x00 qubits"}, ["subject", "control"]),
        ({"endpoints": {"arxiv.api": ""}}, ["arxiv.api = ''", "is no web address"]),
        ({"endpoints": {"arxiv.api": "https://"}}, ["arxiv.api", "is no web address"]),
        ({"sources": ["site:https://me:secret@example.org/"]}, ["name and password"]),
        ({"sources": ["Wikpedia"]}, ["did you mean 'wikipedia'?"]),
    ],
)
def test_a_wrong_choice_is_named_in_one_line(wishes: dict[str, Any], parts: list[str]) -> None:
    line = refusal(**wishes)
    assert "\n" not in line
    for part in parts:
        assert part in line


def test_every_wrong_choice_is_named_at_once() -> None:
    line = refusal(priority=-1, subject="q")
    assert "priority = -1" in line
    assert "subject = 'q'" in line


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InvalidSpec, match="model: Field required"):
        JobSpec(subject="knots", sources=["dir:papers"])


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", '{"model": "x"}', '{"model": 1, "subject": [], "sources": 2}']
)
def test_json_that_is_no_specification_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidSpec) as error:
        JobSpec.from_json(text)
    assert str(error.value).startswith("Job specification: ")
    assert "\n" not in str(error.value)


# -- defaults ------------------------------------------------------------------------------------------------------


def test_the_learning_rate_follows_the_method_unless_given() -> None:
    assert TrainConfig().peak_learning_rate == 5e-4
    assert TrainConfig(method="full").peak_learning_rate == 2e-5
    assert TrainConfig(method="full", learning_rate=1e-3).peak_learning_rate == 1e-3


# -- generation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"base_url": "localhost:8000/v1"}, "base_url = 'localhost:8000/v1' must begin with http:// or https://"),
        ({"mix": {"factual": 0.7, "explain": 0.7}}, "add up to 1.4"),
        ({"mix": {"choice": 0.2}}, "choices_per_chunk"),
        ({"mix": {"conversation": 0.2}}, "conversation_turns"),
        ({"mix": {kind.value: 0.0 for kind in ExampleKind}}, "leaves out every kind"),
        ({"conversation_turns": 1}, "2 or more"),
        ({"min_quality": 0.5}, "min_checked_quality = 0.6 must not exceed min_quality = 0.5"),
    ],
)
def test_wishes_for_examples_that_cannot_be_are_named_with_their_value(wishes: dict[str, Any], said: str) -> None:
    assert said in refusal(generate=wishes)


def test_shares_that_add_up_to_one_are_no_more_than_one() -> None:
    shares = dict.fromkeys(list(ExampleKind)[:10], 0.1)
    assert asked(generate={"mix": shares}).generate.mix == shares
