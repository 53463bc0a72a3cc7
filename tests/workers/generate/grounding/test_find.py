"""Finding a quote in its text."""

from __future__ import annotations

import pytest

from workers.generate.grounding.find import find_span

GATE = "The **ﬁnal** `H` gate – “last” of 10² – needs $5$ ns, not 15 ms."
TEXT = f"A qubit has\ntwo  levels. {GATE} It is reversible in Oslo."


@pytest.mark.parametrize(
    ("quote", "span", "match"),
    [
        ("A qubit", "A qubit", "exact"),
        (" two  levels.\n", "two  levels.", "exact"),
        ("qubit has two levels", "qubit has\ntwo  levels", "normalised"),
        ("a QUBIT has", "A qubit has", "normalised"),
        ("The final H gate", "The **ﬁnal** `H` gate", "normalised"),
        ('gate - "last" of 10^2 -', "gate – “last” of 10² –", "normalised"),
        ("needs 5 ns,", "needs $5$ ns,", "normalised"),
        ("two levels;", "two  levels", "normalised"),
        ("The finall H gate needs 5 ns, not 15 ms", None, ""),
        ("The finl H gate – last of 10² – need 5 ns, not 15 ms.", GATE, "fuzzy"),
    ],
)  # fmt: skip
def test_a_quote_is_found_exactly_then_normalised_then_nearly(quote: str, span: str | None, match: str) -> None:
    found = find_span(TEXT, quote)
    if span is None:
        assert found is None
    else:
        assert found is not None
        assert (TEXT[found.start : found.end], found.match) == (span, match)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "  ",
        "two level systems",
        "5 ms",
        "of 102",
        "The final H gate - last of 10^2 - needs 6 ns, not 15 ms",
        "The final H gate - last of 10^2 - needs 5 ns and 15 ms",
        "not 15 ms. It is irreversible in Oslo.",
        "not 15 ms. It is reversible in Osla.",
        "The final X gate - last of 10^2 - needs 5 ns",
    ],
)
def test_a_quote_with_another_number_name_or_negation_is_not_found(quote: str) -> None:
    assert find_span(TEXT, quote) is None
