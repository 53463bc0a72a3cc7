"""The estimate grows with what costs memory, and classes are the smallest that hold it."""

from __future__ import annotations

import pytest

from agent.canvas.memory import estimate_memory

GB = 1_000_000_000


def test_full_tuning_of_a_7b_model_keeps_sixteen_bytes_a_weight() -> None:
    need = estimate_memory(7 * GB, method="full", sequence_length=256, micro_batch=1)
    assert need.weights + need.gradients + need.optimizer == 16 * 7 * GB


def test_lora_of_a_7b_model_fits_a_24_gb_card() -> None:
    need = estimate_memory(7 * GB, method="lora", sequence_length=512, micro_batch=1)
    assert 16 * GB < need.total < 24 * GB


def test_the_embedded_model_fits_the_smallest_class_and_its_estimate_lies_above_what_was_measured() -> None:
    # 2.96 GB resident was the peak of smollm2-135m with these settings on two CPU cores.
    need = estimate_memory(134_515_008, method="lora", sequence_length=256, micro_batch=4)
    assert 2.96 * GB < need.total < 4 * GB


@pytest.mark.parametrize("change", [{"sequence_length": 512}, {"micro_batch": 8}])
def test_activations_double_with_the_tokens_of_a_pass(change: dict[str, int]) -> None:
    usual = {"sequence_length": 256, "micro_batch": 4}
    before = estimate_memory(GB, method="lora", **usual)
    after = estimate_memory(GB, method="lora", **{**usual, **change})
    assert after.activations == 2 * before.activations
    assert after.weights == before.weights
