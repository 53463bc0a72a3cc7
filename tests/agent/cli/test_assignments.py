"""Reading ``--set`` and specification files."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.assignments import assign, read_assignments, read_base
from agent.errors import InvalidSpec
from agent.spec import JobSpec

BASE = {"model": "smollm2-135m", "subject": "quantum computing", "sources": ("dir:/tmp",)}


def _spec(*texts: str) -> JobSpec:
    fields = dict(BASE)
    for path, value in read_assignments(texts):
        fields = assign(fields, path, value)
    return JobSpec(**fields)


def test_values_get_the_type_of_their_field() -> None:
    spec = _spec("train.epochs=3", "train.learning_rate=5e-5", "parse.ocr=false", "generate.model=123", "seed=4")
    assert spec.train.epochs == 3.0
    assert spec.train.learning_rate == 5e-5
    assert spec.parse.ocr is False
    assert spec.generate.model == "123"
    assert spec.seed == 4


def test_json_gives_lists_and_nothing() -> None:
    spec = _spec('parse.languages=["en", "de"]', "train.learning_rate=null")
    assert spec.parse.languages == ("en", "de")
    assert spec.train.learning_rate is None


def test_a_value_may_hold_an_equals_sign() -> None:
    assert _spec("generate.base_url=http://x/?a=b").generate.base_url == "http://x/?a=b"


@pytest.mark.parametrize(
    ("text", "message", "next_step"),
    [
        ("train.epochs", "--set 'train.epochs' has no '='.", "It looks like --set train.epochs=3."),
        ("train.epoch=3", "--set train.epoch: 'train' has no field 'epoch'.", "Did you mean 'epochs'?"),
        ("trian.epochs=3", "--set trian.epochs: a job has no 'trian'.", "Did you mean 'train'?"),
        ("seed.x=3", "--set seed.x: 'seed' has no parts.", "Write --set seed=…."),
        ("parse.languages=[en", "--set parse.languages: '[en' is not JSON", ""),
    ],
)
def test_a_wrong_assignment_names_itself_and_what_was_meant(text: str, message: str, next_step: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        read_assignments([text])
    assert caught.value.message.startswith(message)
    assert caught.value.next_step == next_step


def test_a_section_without_a_field_lists_its_fields() -> None:
    with pytest.raises(InvalidSpec, match="'train' has several fields") as caught:
        read_assignments(["train=3"])
    assert "epochs" in caught.value.next_step


def test_a_base_may_be_json_or_toml(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"train": {"epochs": 3}}')
    (tmp_path / "a.toml").write_text("[train]\nepochs = 3\n")
    assert read_base(tmp_path / "a.json") == read_base(tmp_path / "a.toml") == {"train": {"epochs": 3}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "x: 1", "neither .json nor .toml"),
        ("a.json", "{", "cannot be read"),
        ("a.json", "[1]", "no table of fields"),
        ("b.toml", "", "No such file"),
    ],
)
def test_a_base_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    if text:
        (tmp_path / name).write_text(text)
    with pytest.raises(InvalidSpec, match=message) as caught:
        read_base(tmp_path / name)
    assert name in caught.value.message


def test_a_base_with_a_number_for_a_section_is_refused() -> None:
    with pytest.raises(InvalidSpec, match="'train' of the specification is no table"):
        assign({"train": 3}, "train.epochs", 1)
