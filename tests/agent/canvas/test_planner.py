"""The graph of a job."""

from __future__ import annotations

import pytest

from agent.canvas.plan import Plan
from agent.canvas.planner import LEASE_S, TRAIN_LEASE_S, lease_of, make_plan
from agent.contract import Stage
from agent.errors import InvalidSpec
from agent.job.model import ModelFacts
from agent.spec import FailurePolicy, JobSpec
from workers.runtime.heartbeat import BEATS_PER_LEASE

SPEC = JobSpec(
    model="tiny",
    subject="knots",
    sources=("dir:notes",),
    failure=FailurePolicy(max_failed_share=0.1, work_attempts=2, machine_attempts=5),
)


def facts(parameters: float = 135e6) -> ModelFacts:
    return ModelFacts(
        name="tiny", origin="folder", location="/tiny", parameters=int(parameters), has_chat_template=False
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(SPEC, facts())


def test_every_stage_is_planned_once_in_the_order_data_flows(plan: Plan) -> None:
    assert [stage.stage for stage in plan.stages] == list(Stage)


def test_every_stage_but_the_first_is_brought_about_by_one_edge_from_an_earlier_one(plan: Plan) -> None:
    order = list(Stage)
    onward = [edge for edge in plan.edges if edge.source is not edge.target]
    assert sorted(edge.target for edge in onward) == sorted(order[1:])
    assert all(order.index(edge.source) < order.index(edge.target) for edge in onward)


def test_parsing_alone_makes_more_units_of_itself(plan: Plan) -> None:
    assert [edge.source for edge in plan.edges if edge.source is edge.target] == [Stage.PARSE]


def test_each_stage_goes_to_the_queue_of_its_pool_and_training_to_a_class_of_accelerators(plan: Plan) -> None:
    assert {stage.stage: stage.queue for stage in plan.stages} == {
        Stage.DISCOVER: "crawl",
        Stage.RETRIEVE: "crawl",
        Stage.PARSE: "parse",
        Stage.CURATE: "parse",
        Stage.GENERATE: "generate",
        Stage.ASSEMBLE: "generate",
        Stage.CLEAR: "crawl",
        Stage.TRAIN: "train.any.8g",
        Stage.EVALUATE: "train.any.8g",
        Stage.PUBLISH: "train.any.8g",
    }


def test_only_stages_of_many_units_may_lose_one(plan: Plan) -> None:
    many = {stage.stage for stage in plan.stages if not stage.required}
    assert many == {Stage.RETRIEVE, Stage.PARSE, Stage.GENERATE}


def test_joins_wait_for_everything_upstream_and_read_what_they_need(plan: Plan) -> None:
    curate, assemble = plan.joins
    assert curate.stage is Stage.CURATE
    assert curate.waits_for == (Stage.DISCOVER, Stage.RETRIEVE, Stage.PARSE)
    assert curate.collects == (Stage.DISCOVER, Stage.PARSE)
    assert assemble.stage is Stage.ASSEMBLE
    assert assemble.waits_for == (*curate.waits_for, Stage.CURATE, Stage.GENERATE)
    assert assemble.collects == (Stage.CURATE, Stage.GENERATE)


def test_training_stages_hold_longer_leases_and_every_lease_spans_several_beats(plan: Plan) -> None:
    assert lease_of(Stage.TRAIN) == TRAIN_LEASE_S == 30
    assert lease_of(Stage.PARSE) == LEASE_S == 15
    assert TRAIN_LEASE_S / BEATS_PER_LEASE == 10
    assert LEASE_S / BEATS_PER_LEASE == 5


def test_the_limits_of_the_specification_travel_in_the_plan(plan: Plan) -> None:
    assert (plan.max_failed_share, plan.work_attempts, plan.machine_attempts) == (0.1, 2, 5)


def test_a_plan_survives_json(plan: Plan) -> None:
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_model_that_fits_nowhere_is_refused_before_any_cost() -> None:
    with pytest.raises(InvalidSpec, match="needs about"):
        make_plan(SPEC, facts(500e9))


def test_a_job_that_ends_with_discovery_has_that_one_stage() -> None:
    plan = make_plan(SPEC.model_copy(update={"until": "discover"}), facts())
    assert [stage.stage for stage in plan.stages] == [Stage.DISCOVER]
    assert (plan.edges, plan.joins) == ((), ())
