"""Characters after cleaning: what carries meaning stays, what nobody can see goes."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.job.records import BlockKind
from workers.parse.clean.characters import characters


def prose(text: str) -> str:
    return characters(text, BlockKind.PARAGRAPH, Counter())


@pytest.mark.parametrize("text", ["x² + ℏω ≠ ½", "“Quotes” – and — dashes…", "№ ™ Ω µm Å", "10⁻³⁴ J·s"])
def test_signs_that_nfkc_would_change_stay(text: str) -> None:
    assert prose(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the ﬁeld of eﬃcient ﬂows", "the field of efficient flows"),
        ("Schr¨odinger and H¨aner", "Schrödinger and Häner"),
        ("Schro ̈dinger", "Schrödinger"),
        ("e\u0301lan", "élan"),
        ("quan\u00adtum soft\u00ad\nware", "quantum software"),
        ("zero\u200bwidth\ufeff and\u00a0spaces", "zerowidth and spaces"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("Ｑ１", "Q1"),
        ("⼀⽇", "一日"),
        ("one\u2028two", "one\ntwo"),
        ("\uf0b7 item", "• item"),
        ("\ue8b6 Search", " Search"),
        ("a\x00b\x07c", "abc"),
        ("evil \u202etxt.exe\u202c", "evil txt.exe"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("hidden\U000e0049\U000e0067 words", "hidden words"),
    ],
)
def test_what_only_looks_different_gets_one_form(text: str, expected: str) -> None:
    assert prose(text) == expected


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "สวัสดี\u200bครับ", "שלום\u200f!"])
def test_invisible_signs_stay_where_letters_depend_on_them(text: str) -> None:
    assert prose(text) == text


def test_a_joiner_between_latin_letters_goes() -> None:
    assert prose("pass\u200dword\u200c") == "password"


@pytest.mark.parametrize("kind", [BlockKind.CODE, BlockKind.FORMULA])
def test_code_and_formulas_lose_controls_only(kind: BlockKind) -> None:
    text = "ﬁ = “x”\u00a0# ¨o – `y`"
    assert characters(text + "\x00\u202e", kind, Counter()) == text


def test_what_was_found_is_counted() -> None:
    counts: Counter[str] = Counter()
    characters("ﬁ\u200b a\ue000b \ufffd", BlockKind.PARAGRAPH, counts)
    assert counts == {"ligatures": 1, "hidden": 1, "private": 1, "replacement": 1}
