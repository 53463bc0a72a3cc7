"""How much of each topic a text holds."""

from __future__ import annotations

from agent.job.records import Topic, TopicMap
from workers.topics.coverage import coverage

CODES = ("surface code", "stabilizer codes", "logical qubit")
MAP = TopicMap(
    subject="quantum computing",
    topics=(
        Topic(name="quantum error correction", weight=0.4, phrases=CODES),
        Topic(name="quantum annealing", weight=0.4, phrases=("Ising model", "QUBO")),
        Topic(name="sourdough bread", weight=0.2, phrases=("baking",)),
    ),
)
CORRECTION = (
    "A surface code spreads one logical qubit over a grid of physical ones. Stabilizer measurements tell where an "
    "error struck without reading the stored state, and a decoder picks the correction. Larger distances lower the "
    "logical error rate as long as the physical error rate stays under the threshold of the code."
)
ANNEALING = (
    "The annealer starts in the ground state of a transverse field and slowly turns on the couplings of the problem, "
    "so that it ends in a state of low energy. Problems are written as QUBO matrices with one bias for each variable."
)
MEANT = (
    "Redundant encodings guard the stored state: faults are found by parity checks and undone before they pile up, "
    "which asks for many noisy physical carriers for each protected one and a fast decoder of the error syndromes."
)


def test_each_text_has_most_of_its_own_topic() -> None:
    correction, annealing = coverage([CORRECTION, ANNEALING], MAP)
    assert max(correction, key=lambda name: correction[name]) == "quantum error correction"
    assert max(annealing, key=lambda name: annealing[name]) == "quantum annealing"
    assert correction["quantum error correction"] > 0.7
    assert correction.get("quantum annealing", 0) < 0.3


def test_a_stranger_to_the_subject_is_not_found_in_its_texts() -> None:
    for row in coverage([CORRECTION, ANNEALING], MAP):
        assert row.get("sourdough bread", 0) == 0


def test_a_text_that_means_a_topic_without_naming_it_has_some_of_it() -> None:
    (row,) = coverage([MEANT], MAP)
    assert row["quantum error correction"] > row.get("quantum annealing", 0)


def test_more_mentions_are_more_of_the_topic_and_never_more_than_all() -> None:
    knead = "Knead the dough, let it rest and bake it at 230 degrees until the crust is brown. "
    once, often = coverage([f"{knead} The Ising model.", f"{knead} The Ising model." * 40], MAP)
    assert once["quantum annealing"] < often["quantum annealing"] <= 1


def test_a_map_of_the_subject_alone_measures_the_subject() -> None:
    alone = TopicMap(subject="quantum computing", topics=(Topic(name="Quantum computing", weight=1),))
    about, beside = coverage(
        ["Quantum hardware computes with qubits and gates.", "Knead the dough and bake it."], alone
    )
    assert about["Quantum computing"] > 0
    assert beside == {}


def test_a_text_without_words_has_nothing() -> None:
    assert coverage(["", "12 34 //"], MAP) == [{}, {}]
    assert coverage(["anything"], TopicMap(subject="x", topics=())) == [{}]
