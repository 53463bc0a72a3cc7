"""How varied texts are."""

from __future__ import annotations

import random

import pytest

from workers.generate.monitor.diversity import mtld, repeated, same_opening


def test_one_word_again_and_again_makes_the_shortest_runs() -> None:
    assert mtld(["qubit"] * 50) == pytest.approx(2.0)


def test_words_that_never_come_again_make_one_run() -> None:
    assert mtld([str(number) for number in range(40)]) == 40
    assert mtld([]) == 0


def test_the_measure_does_not_depend_on_the_length_of_the_text() -> None:
    rng = random.Random(2)
    weights = [1 / rank for rank in range(1, 2000)]
    short, long = (rng.choices([str(rank) for rank in range(1, 2000)], weights, k=size) for size in (2000, 20_000))
    assert mtld(short) == pytest.approx(mtld(long), rel=0.15)


def test_a_question_in_other_signs_or_order_is_the_same_and_another_is_not() -> None:
    same = ["What is a qubit made of?", "what is a qubit made of", "A qubit is made of what?"]
    assert repeated(same) == pytest.approx(2 / 3)
    assert repeated(["What is a qubit?", "What is a Bell pair?", "Why are devices cooled?"]) == 0


def test_of_many_texts_a_sample_is_compared() -> None:
    assert repeated([f"Why is number {number} cooled to {number * 7} kelvin?" for number in range(3)] * 4000) > 0.9


def test_the_most_frequent_opening_counts() -> None:
    assert same_opening(["I am sorry, no.", "I am sorry!", "A qubit is small."]) == pytest.approx(1 / 2)
    assert same_opening(["I am sorry, no."] * 4) == 1
    assert same_opening([]) == same_opening(["One alone is like no other."]) == 0
