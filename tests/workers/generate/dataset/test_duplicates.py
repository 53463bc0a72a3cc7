"""Questions that ask the same again."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from workers.generate.dataset.duplicates import Asked, near_duplicates, near_matches
from workers.generate.dataset.neighbours import near_pairs
from workers.generate.dataset.paraphrase import is_paraphrase
from workers.generate.dataset.question import take_apart

TOPICS = (
    "a qubit",
    "an ion trap",
    "phase kickback",
    "the T1 time",
    "the T2 time",
    "a CNOT gate",
    "5 qubits",
    "6 qubits",
)
FORMS = ("What is {}?", "Define {}.", "Explain what {} is.", "Why is {} used?", "For what reason is {} used?",
         "Is {} not needed?", "Is {} needed?")  # fmt: skip


def test_the_better_question_stays_and_is_named() -> None:
    (gone,) = near_duplicates(["a", "b"], ["What is a qubit?", "How is a qubit defined?"], [0.5, 0.9])
    assert (gone.id, gone.of) == ("a", "b")
    assert 0.85 <= gone.similarity <= 1


def test_of_equally_good_ones_the_lower_id_stays_whatever_the_order() -> None:
    asked = {f"{n:02}": form.format(topic) for n, (topic, form) in enumerate(product(TOPICS, FORMS))}
    expected = near_duplicates(list(asked), list(asked.values()), [1.0] * len(asked))
    assert {(gone.of, gone.id) for gone in expected if gone.id < "07"} == {("00", "01"), ("00", "02"), ("03", "04")}
    shuffled = list(asked.items())
    for seed in range(3):
        random.Random(seed).shuffle(shuffled)
        again = near_duplicates([id for id, _ in shuffled], [text for _, text in shuffled], [1.0] * len(asked))
        assert sorted(again, key=repr) == sorted(expected, key=repr)


def test_what_stays_is_no_paraphrase_of_anything_that_stays() -> None:
    asked = {f"{n:02}": form.format(topic) for n, (topic, form) in enumerate(product(TOPICS, FORMS))}
    gone = {each.id for each in near_duplicates(list(asked), list(asked.values()), [1.0] * len(asked))}
    left = {id: text for id, text in asked.items() if id not in gone}
    assert near_duplicates(list(left), list(left.values()), [1.0] * len(left)) == []
    assert {asked[id] for id in left} >= {"What is the T1 time?", "What is the T2 time?", "What is 6 qubits?"}


def test_a_question_is_matched_with_the_nearest_of_others() -> None:
    others = [
        Asked("x", "What is an ion?"),
        Asked("y", "How is an ion trap defined?"),
        Asked("z", "What are ion traps?"),
    ]
    given = [Asked("a", "What is an ion trap?"), Asked("b", "What is a photon?")]
    assert [(found.id, found.of) for found in near_matches(given, others)] == [("a", "y")]


def test_nothing_and_one_question_have_no_duplicates() -> None:
    assert near_duplicates([], [], []) == near_duplicates(["a"], ["What is a qubit?"], [1.0]) == []
    assert near_duplicates(["a", "b"], ["What is it?", "What are they?"], [1.0, 1.0]) == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("What is |0>?", "What is |1>?", False),
        ("What is |+>?", "What is |0>?", False),
        ("What is vitamin A?", "What is vitamin B?", False),
        ("What does C++ do?", "What does C do?", False),
        ("Does smoking cause cancer?", "Does cancer cause smoking?", False),
        ("What is preprocessing?", "What is postprocessing?", False),
        ("How are two organisations merged?", "How are two organizations merged?", True),
        ("What is Schrödinger’s cat?", "Define Schrödinger's cat.", True),
        ("What is the state of a qubit?", "What is a qubit?", False),
        ("What is the purpose of a trap?", "What is a trap?", False),
        ("How were the magnets built?", "How do you build the magnets?", True),
    ],
)
def test_what_makes_another_question(first: str, second: str, same: bool) -> None:
    assert is_paraphrase(take_apart(first), take_apart(second)) is same
    assert is_paraphrase(take_apart(second), take_apart(first)) is same


def test_near_pairs_over_many_blocks_are_those_of_the_whole_table() -> None:
    vectors = np.random.default_rng(1).normal(size=(5000, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {(row, column) for row, columns in near_pairs(vectors, 0.999) for column, _ in columns}
    table = np.tril(vectors @ vectors.T, -1)
    assert found == {(int(row), int(column)) for row, column in np.argwhere(table >= 0.999)}
