"""What is asked of each chunk: kinds that fit it, as many as it carries, and over many chunks the target mix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from agent.job.records import Block, BlockKind, Chunk, ExampleKind, Split
from agent.spec import JobSpec
from tests.workers.generate.chunks import chunk, listing
from tests.workers.generate.desk import model
from workers.generate.backend import Assignment
from workers.generate.extractive.backend import Extractive
from workers.generate.plan.assign import assign
from workers.generate.plan.mix import target_mix

EVERY = frozenset(ExampleKind)
DENSE = (
    "Ammonia is a gas that is made of nitrogen and hydrogen in the Haber process. It boils at -33 °C because its "
    "molecules form hydrogen bonds. Ammonia is lighter than air, whereas chlorine is heavier than air. A plant of 1913 "
    "made 30 tonnes a day. The gas must not reach open water, since it is toxic to fish at 0.2 mg/L. "
)
CODE = Block(kind=BlockKind.CODE, text="for each in range(10):\n    print(each)")


def spec(**generate: Any) -> JobSpec:
    chosen = {"backend": "openai", "model": "m", "base_url": "http://localhost:1"} | generate
    train = {"sequence_length": 1024}  # Room for every passage beside its answer.
    return JobSpec(model="tiny", subject="ammonia", sources=("dir:x",), generate=chosen, train=train)


def assigned(chunks: Sequence[Chunk], kinds: frozenset[ExampleKind] = EVERY, **generate: Any) -> list[Assignment]:
    return assign(chunks, spec(**generate), model(), kinds)


def ordered(assignments: Sequence[Assignment]) -> Counter[ExampleKind]:
    total: Counter[ExampleKind] = Counter()
    for each in assignments:
        total.update({order.kind: order.count for order in each.orders})
    return total


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ((CODE,), "code_only"),
        ((listing("Home", "About us", "Prices", "Contact", "Log in"),), "navigation"),
        (("Ovens.", "Updated in May"), "thin_chunk"),
        (
            ("THE GOODS ARE SOLD AS THEY ARE, WITHOUT WARRANTY OF ANY KIND, AND WITHOUT A PROMISE OF FITNESS.",),
            "thin_chunk",
        ),
        (("Why does the bread not rise? Is the yeast dead? I bake it as the recipe says.",), "questions"),
        ((Block(kind=BlockKind.FORMULA, text="$$E = mc^2$$"), "where"), "formulas_only"),
        (
            (
                "[1] M. Moss and T. Ray, On bread, J. Baking 3, pp. 4-9 (2001).",
                "[2] K. Lind, et al. Ovens and their doors. doi:10.1000/182 (1999).",
            ),
            "references",
        ),
    ],
)
def test_a_chunk_that_says_nothing_carries_nothing_and_says_why(blocks: tuple[Block | str, ...], reason: str) -> None:
    [only] = assigned([chunk(*blocks)])
    assert (only.orders, only.limit, only.reason) == ((), 0, reason)


def test_a_chunk_that_says_something_has_no_reason_against_it() -> None:
    [only] = assigned([chunk(DENSE)])
    assert only.reason == ""
    assert only.orders


def test_dense_and_long_chunks_carry_more_and_none_more_than_the_limit() -> None:
    short = chunk("Ammonia is a gas that is made of nitrogen and hydrogen, as most plants do.", document="a")
    talk = chunk("So here we are, and we will have a look at what it does. You may like it. Let us go on with it then.")
    limits = [each.limit for each in assigned([short, chunk(DENSE, document="b"), talk], max_examples_per_chunk=4)]
    assert limits[1] > limits[0] >= 1
    assert limits[1] > limits[2]
    assert [each.limit for each in assigned([chunk(DENSE * 9)], max_examples_per_chunk=3)] == [3]


def test_the_orders_add_up_to_the_limit() -> None:
    for each in assigned([chunk(DENSE, document=str(number)) for number in range(7)]):
        assert sum(order.count for order in each.orders) == each.limit


def test_kinds_are_ordered_only_of_chunks_that_hold_what_they_ask_for() -> None:
    bare = chunk("The lake is blue in the evening. Its banks are green all year. Boats lie there in the summer.")
    kinds = {kind for each in (assigned([bare], frozenset({kind})) for kind in EVERY) for kind in ordered(each)}
    assert ExampleKind.FACTUAL in kinds
    assert kinds.isdisjoint(
        {
            ExampleKind.ANALYTICAL,
            ExampleKind.COMPARATIVE,
            ExampleKind.EXTRACT,
            ExampleKind.MULTI_HOP,
            ExampleKind.ANALYSE,
        }
    )
    for kind in (ExampleKind.ANALYTICAL, ExampleKind.COMPARATIVE, ExampleKind.FALSE_PREMISE, ExampleKind.EXTRACT):
        assert ordered(assigned([chunk(DENSE)], frozenset({kind})))[kind] >= 1


def test_kinds_that_the_backend_cannot_make_are_not_ordered() -> None:
    kinds = frozenset({ExampleKind.FACTUAL, ExampleKind.EXPLAIN})
    assert set(ordered(assigned([chunk(DENSE, document=str(number)) for number in range(9)], kinds))) == kinds


def test_a_kind_left_out_of_the_mix_is_not_ordered() -> None:
    chunks = [chunk(DENSE, document=str(number)) for number in range(9)]
    assert ExampleKind.FACTUAL in ordered(assigned(chunks))
    assert ExampleKind.FACTUAL not in ordered(assigned(chunks, mix={"factual": 0}))


def test_multiple_choice_is_for_held_out_chunks_and_comes_on_top() -> None:
    splits = (Split.TRAIN, Split.VALIDATION, Split.TEST)
    units = [assigned([chunk(DENSE, split=split)], choices_per_chunk=2) for split in splits]
    assert [ordered(unit)[ExampleKind.CHOICE] for unit in units] == [0, 2, 2]
    assert {unit[0].limit for unit in units} == {units[0][0].limit}
    assert ExampleKind.CHOICE not in ordered(assigned([chunk(DENSE, split=Split.TEST)], choices_per_chunk=0))


def test_conversations_are_ordered_where_they_are_switched_on_and_there_is_enough_to_say() -> None:
    many = [chunk(DENSE * 2, document=str(number)) for number in range(10)]
    assert ExampleKind.CONVERSATION not in ordered(assigned(many))
    assert ExampleKind.CONVERSATION in ordered(assigned(many, conversation_turns=3))
    short = [chunk(DENSE[:150], document=str(number)) for number in range(10)]
    assert ExampleKind.CONVERSATION not in ordered(assigned(short, conversation_turns=3))


def test_a_unit_follows_the_mix() -> None:
    chunks = [chunk(DENSE * 2, document=f"d{number}") for number in range(60)]
    kinds = EVERY - {ExampleKind.MULTI_HOP, ExampleKind.CHOICE}
    got, mix = ordered(assigned(chunks, kinds)), target_mix(spec(), model(), kinds - {ExampleKind.PLAIN})
    for kind, share in mix.items():
        assert abs(got[kind] - share * got.total()) <= 1.01, kind


def test_many_small_units_follow_the_mix_together() -> None:
    kinds = frozenset({ExampleKind.FACTUAL, ExampleKind.EXPLAIN, ExampleKind.CONTINUE, ExampleKind.FALSE_PREMISE})
    total: Counter[ExampleKind] = Counter()
    for number in range(150):
        total += ordered(assigned([chunk(DENSE, document=f"d{number}")], kinds, max_examples_per_chunk=1))
    for kind, share in target_mix(spec(), model(), kinds).items():
        assert total[kind] / 150 == pytest.approx(share, abs=0.08), kind


def test_the_same_unit_is_assigned_the_same_way() -> None:
    chunks = [chunk(DENSE, document=str(number)) for number in range(12)]
    assert assigned(chunks) == assigned(chunks)


def test_the_extractive_backend_may_make_all_it_finds() -> None:
    chunks = [chunk(DENSE), chunk(CODE, document="d2")]
    first, second = assign(chunks, spec(backend="extractive"), model(), Extractive.kinds)
    assert {order.kind for order in first.orders} == Extractive.kinds - {ExampleKind.CONVERSATION, ExampleKind.CHOICE}
    assert first.limit == spec().generate.max_examples_per_chunk
    assert second.reason == "code_only"


def test_an_empty_unit_is_assigned_nothing() -> None:
    assert assigned([]) == []
