"""The target mix: what each target and model asks for, and what the user's own shares make of it."""

from __future__ import annotations

from typing import Any

import pytest

from agent.job.records import ExampleFamily, ExampleKind
from agent.spec import JobSpec
from tests.workers.generate.desk import model
from workers.generate.plan.mix import target_mix

EVERY = frozenset(ExampleKind)
TARGETS = ("mixed", "question_answering", "instruction_following", "completion")


def mix(kinds: frozenset[ExampleKind] = EVERY, *, chat: bool = True, **spec: Any) -> dict[ExampleKind, float]:
    return target_mix(JobSpec(model="tiny", subject="bread", **spec), model(chat=chat), kinds)


def share(shares: dict[ExampleKind, float], family: ExampleFamily) -> float:
    return sum(part for kind, part in shares.items() if kind.family is family)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("chat", [True, False])
def test_the_shares_make_one_whatever_can_be_had(target: str, chat: bool) -> None:
    for kinds in (EVERY, frozenset({ExampleKind.FACTUAL, ExampleKind.CONTINUE}), frozenset({ExampleKind.EXTRACT})):
        shares = mix(kinds, chat=chat, target=target)
        assert set(shares) <= kinds
        assert sum(shares.values()) == pytest.approx(1)


def test_the_target_decides_which_family_leads() -> None:
    assert share(mix(target="question_answering"), ExampleFamily.QUESTION) > 0.7
    assert share(mix(target="instruction_following"), ExampleFamily.INSTRUCTION) > 0.6
    assert share(mix(target="completion"), ExampleFamily.COMPLETION) > 0.7
    assert min(share(mix(), family) for family in list(ExampleFamily)[:3]) > 0


@pytest.mark.parametrize("target", TARGETS)
def test_a_base_model_gets_more_running_text_than_a_tuned_one(target: str) -> None:
    base, tuned = mix(chat=False, target=target), mix(chat=True, target=target)
    assert share(base, ExampleFamily.COMPLETION) > share(tuned, ExampleFamily.COMPLETION)


def test_multiple_choice_is_never_trained_on_and_conversations_are_asked_for_by_name() -> None:
    assert not {ExampleKind.CHOICE, ExampleKind.CONVERSATION} & set(mix())
    assert mix(generate={"conversation_turns": 3})[ExampleKind.CONVERSATION] == pytest.approx(0.1)


def test_shares_named_by_the_user_stand_and_the_others_divide_the_rest() -> None:
    usual, own = mix(), mix(generate={"mix": {"comparative": 0.4, "continue": 0}})
    assert own[ExampleKind.COMPARATIVE] == pytest.approx(0.4)
    assert ExampleKind.CONTINUE not in own
    ratio = usual[ExampleKind.FACTUAL] / usual[ExampleKind.EXPLAIN]
    assert sum(own.values()) == pytest.approx(1)
    assert own[ExampleKind.FACTUAL] / own[ExampleKind.EXPLAIN] == pytest.approx(ratio, rel=0.2)


def test_a_named_share_that_nothing_can_fill_goes_to_the_others() -> None:
    kinds = frozenset({ExampleKind.FACTUAL, ExampleKind.CONTINUE})
    shares = mix(kinds, generate={"mix": {"multi_hop": 0.9, "factual": 0.05}})
    assert shares == {ExampleKind.FACTUAL: pytest.approx(0.05), ExampleKind.CONTINUE: pytest.approx(0.95)}


def test_what_is_left_when_all_others_are_left_out_is_asked_for_alone() -> None:
    nothing = {kind.value: 0 for kind in ExampleKind}
    assert mix(generate={"mix": nothing | {"factual": 0.2}}) == {ExampleKind.FACTUAL: 1}
    assert mix(frozenset({ExampleKind.EXPLAIN}), generate={"mix": {"explain": 0}}) == {}
