"""Finding a quote in its text."""

from __future__ import annotations

import pytest

from workers.generate.grounding.find import find_span

TEXT = "A qubit has\ntwo  levels. A qubit (one) costs $5."


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("A qubit", (0, 7)),
        ("two levels.", (12, 24)),
        ("qubit has two", (2, 15)),
        ("(one) costs $5.", (33, 48)),
    ],
)
def test_a_quote_is_found_exactly_or_with_other_white_space(quote: str, span: tuple[int, int]) -> None:
    assert find_span(TEXT, quote) == span
    assert TEXT[slice(*span)].split() == quote.split()


@pytest.mark.parametrize("quote", ["", "  ", "a qubit", "two level systems", "A qubit has three"])
def test_a_quote_in_other_words_is_not_found(quote: str) -> None:
    assert find_span(TEXT, quote) is None
