"""Phrases that mean the same are equal in normal form."""

from __future__ import annotations

import pytest

from workers.topics.wording import count, form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Error-correcting codes", "error correcting code"),
        ("Quantum Computers", "quantum computing"),
        ("ﬁne structure", "Fine Structure"),
        ("qubits", "Qubit"),
    ],
)
def test_case_hyphens_ligatures_and_endings_do_not_part_phrases(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), [("Q#", "Q"), ("C++", "C"), ("error rate", "rate error"), ("шум", "шумы и")])
def test_signs_of_names_and_the_order_of_words_do(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_a_phrase_is_counted_where_its_words_follow_each_other() -> None:
    text = form("Surface codes are codes. The surface of a code is no surface-code.")
    assert count(form("surface code"), text) == 2
    assert count(form("toric code"), text) == 0
    assert count((), text) == 0
