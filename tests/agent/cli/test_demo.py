"""The demo's job."""

from __future__ import annotations

import pytest

from agent.cli.commands.demo import REQUESTS_PER_S, demo_spec
from agent.errors import InvalidSpec


def test_the_demo_asks_its_own_site_without_waiting() -> None:
    spec = demo_spec("http://127.0.0.1:8800/", "smollm2-135m", ())
    assert spec.sources == ("site:http://127.0.0.1:8800/",)
    assert spec.subject == "quantum computing"
    assert spec.retrieve.requests_per_second == REQUESTS_PER_S


def test_any_field_of_the_demo_can_be_set() -> None:
    spec = demo_spec("http://127.0.0.1:8800/", "gpt2", ("train.max_steps=3", "retrieve.requests_per_second=1"))
    assert spec.model == "gpt2"
    assert spec.train.max_steps == 3
    assert spec.retrieve.requests_per_second == 1.0


def test_a_wrong_field_of_the_demo_is_refused() -> None:
    with pytest.raises(InvalidSpec, match="no field 'max_step'"):
        demo_spec("http://127.0.0.1:8800/", "gpt2", ("train.max_step=3",))
