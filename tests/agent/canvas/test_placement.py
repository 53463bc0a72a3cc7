"""The training queue is the smallest class that holds the job."""

from __future__ import annotations

import pytest

from agent.canvas.placement import accelerator_queue, needed_bytes
from agent.contract import MEMORY_CLASSES_GB
from agent.errors import InvalidSpec
from agent.job.model import ModelFacts
from agent.spec import TrainConfig


def a_model(parameters: float) -> ModelFacts:
    return ModelFacts(
        name="org/model", origin="hub", location="org/model", parameters=int(parameters), has_chat_template=True
    )


@pytest.mark.parametrize(
    ("parameters", "method", "queue"),
    [
        (135e6, "lora", "train.any.8g"),
        (135e6, "full", "train.any.8g"),
        (1.5e9, "lora", "train.any.8g"),
        (1.5e9, "full", "train.any.48g"),
        (7e9, "lora", "train.any.24g"),
        (27e9, "lora", "train.any.80g"),
    ],
)
def test_a_job_goes_to_the_smallest_class_that_holds_it(parameters: float, method: str, queue: str) -> None:
    train = TrainConfig.model_validate({"method": method})
    assert accelerator_queue(a_model(parameters), train) == queue


def test_the_backend_the_user_asked_for_is_part_of_the_queue() -> None:
    assert accelerator_queue(a_model(135e6), TrainConfig(accelerator="rocm")) == "train.rocm.8g"


def test_more_of_anything_never_needs_less() -> None:
    base = needed_bytes(a_model(1e9), TrainConfig())
    assert needed_bytes(a_model(2e9), TrainConfig()) > base
    assert needed_bytes(a_model(1e9), TrainConfig(method="full")) > base
    assert needed_bytes(a_model(1e9), TrainConfig(sequence_length=1024)) > base
    assert needed_bytes(a_model(1e9), TrainConfig(micro_batch_sequences=4)) > base


def test_a_model_too_large_for_every_class_is_refused_with_its_name_its_need_and_a_way_out() -> None:
    with pytest.raises(InvalidSpec) as refusal:
        accelerator_queue(a_model(70e9), TrainConfig(method="full"))
    line = str(refusal.value)
    assert "\n" not in line
    assert "org/model by full" in line
    assert f"{MEMORY_CLASSES_GB[-1]} GB" in line
    assert "method lora" in refusal.value.next_step
