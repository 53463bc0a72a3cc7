"""Personal data on lines written by hand, half of them traps: what is masked, as what, and nothing beside it."""

from __future__ import annotations

from collections import Counter

from tests.bench.personal_lines import labelled
from workers.personal.mask import masked, without_emails


def test_lines_lose_what_is_personal_and_keep_what_only_looks_so() -> None:
    results = [(masked(line.text, Counter()), line.masked) for line in labelled()]
    assert [(got, wanted) for got, wanted in results if got != wanted] == []


def test_half_of_the_lines_are_traps() -> None:
    lines = labelled()
    assert len(lines) >= 300 and sum(1 for line in lines if not line.kinds) >= len(lines) / 2


def test_a_mask_is_no_personal_data() -> None:
    counts: Counter[str] = Counter()
    for line in labelled():
        assert masked(line.masked, counts) == line.masked
    assert not counts


def test_an_author_who_is_an_address_is_masked() -> None:
    assert without_emails(("Ada Lovelace", "ada@analytical.org")) == ("Ada Lovelace", "<EMAIL>")
