"""Personal data on lines written by hand, half of them traps: what is masked, as what, and nothing beside it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from workers.parse.clean.personal.mask import masked, without_emails

LINES = Path(__file__).parent / "lines.tsv"
_MARKED = re.compile(r"\[\[(email|phone|ip|key|iban|card|ssn)\|(.*?)\]\](?!\])")


def labelled() -> list[tuple[str, str, Counter[str]]]:
    """Text, text as it must be after masking, and the masks by kind, for each line."""
    rows = [
        line.replace("·", "") for line in LINES.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")
    ]
    return [
        (
            _MARKED.sub(r"\2", row),
            _MARKED.sub(lambda match: f"<{match[1].upper()}>", row),
            Counter(match[1] for match in _MARKED.finditer(row)),
        )
        for row in rows
    ]


def test_lines_written_by_hand_lose_what_is_personal_and_keep_what_only_looks_so() -> None:
    wrong = [(text, masked(text, Counter()), wanted) for text, wanted, _ in labelled()]
    assert [(got, wanted) for _, got, wanted in wrong if got != wanted] == []


def test_half_of_the_lines_are_traps() -> None:
    rows = labelled()
    assert len(rows) >= 200 and sum(1 for *_, kinds in rows if not kinds) >= len(rows) / 2


def test_a_mask_is_no_personal_data() -> None:
    counts: Counter[str] = Counter()
    for _, wanted, _ in labelled():
        assert masked(wanted, counts) == wanted
    assert not counts


def test_an_author_who_is_an_address_is_masked() -> None:
    assert without_emails(("Ada Lovelace", "ada@analytical.org")) == ("Ada Lovelace", "<EMAIL>")
