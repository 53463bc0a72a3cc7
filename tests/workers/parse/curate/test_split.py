"""Splits by document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.job.records import Split
from workers.parse.curate.split import split_documents

SHARES = {"validation_share": 0.1, "test_share": 0.15}


@given(
    sizes=st.lists(st.integers(1, 50_000), min_size=3, max_size=60),
    seed=st.integers(0, 1000),
    validation=st.floats(0, 0.3),
    test=st.floats(0, 0.3),
)
def test_every_part_has_a_document_whatever_the_sizes_and_shares(
    sizes: list[int], seed: int, validation: float, test: float
) -> None:
    tokens = {f"d{number}": size for number, size in enumerate(sizes)}
    parts = split_documents(tokens, validation_share=validation, test_share=test, seed=seed)
    assert parts.keys() == tokens.keys()
    assert set(parts.values()) == set(Split)


def test_the_shares_are_met_in_tokens_and_not_only_in_documents() -> None:
    tokens = {f"d{number}": 100 if number % 10 else 3000 for number in range(300)}
    parts = split_documents(tokens, **SHARES, seed=5)
    shares = {part: sum(tokens[id] for id in parts if parts[id] is part) / sum(tokens.values()) for part in Split}
    assert shares[Split.TEST] == pytest.approx(0.15, abs=0.02)
    assert shares[Split.VALIDATION] == pytest.approx(0.10, abs=0.02)


def test_the_same_seed_splits_the_same_whatever_the_order_and_another_seed_otherwise() -> None:
    tokens = {f"d{number}": 100 for number in range(50)}
    backwards = dict(reversed(tokens.items()))
    assert split_documents(tokens, **SHARES, seed=5) == split_documents(backwards, **SHARES, seed=5)
    assert split_documents(tokens, **SHARES, seed=5) != split_documents(tokens, **SHARES, seed=6)


def test_two_documents_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="2 documents"):
        split_documents({"a": 1, "b": 1}, **SHARES, seed=1)
