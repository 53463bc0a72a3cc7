"""The distance of two samples, against cases that can be worked out by hand."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from agent.dataset.drift import distance, divergence


def test_samples_that_share_nothing_are_one_bit_apart() -> None:
    assert divergence({"a": 10_000}, {"b": 10_000}) == pytest.approx(1, abs=0.001)


def test_equal_samples_and_empty_ones_are_not_apart() -> None:
    assert divergence({"a": 30, "b": 10}, {"a": 300, "b": 100}) == 0
    assert divergence({}, {"a": 5}) == 0


def test_it_is_the_same_in_both_directions() -> None:
    one, other = {"a": 50, "b": 20, "c": 1}, {"b": 40, "c": 9}
    assert divergence(one, other) == pytest.approx(divergence(other, one))


def test_chance_alone_gives_hardly_anything_even_in_small_samples_of_many_classes() -> None:
    rng = random.Random(1)
    classes = [f"topic {number}" for number in range(20)]
    pairs = [(Counter(rng.choices(classes, k=60)), Counter(rng.choices(classes, k=600))) for _ in range(200)]
    found = [divergence(one, other) for one, other in pairs]
    assert sum(found) / len(found) < 0.02 and max(found) < 0.1


def test_total_variation_is_the_share_that_would_have_to_change() -> None:
    assert distance({"a": 0.7, "b": 0.3}, {"a": 0.4, "c": 0.6}) == pytest.approx(0.6)
