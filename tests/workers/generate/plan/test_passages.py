"""Passages beside their answers in a training sequence."""

from __future__ import annotations

import pytest

from agent.job.records import ExampleKind
from workers.generate.plan.passages import fits_training


@pytest.mark.parametrize(
    ("kind", "chunk_tokens", "fits"),
    [
        (ExampleKind.SUMMARY_SHORT, 150, True),
        (ExampleKind.SUMMARY_SHORT, 160, False),
        (ExampleKind.REWRITE, 100, True),
        (ExampleKind.REWRITE, 110, False),
        (ExampleKind.FACTUAL, 256, True),
    ],
)
def test_the_longer_the_answer_the_shorter_its_passage(kind: ExampleKind, chunk_tokens: int, fits: bool) -> None:
    assert fits_training(kind, chunk_tokens, 256) is fits
