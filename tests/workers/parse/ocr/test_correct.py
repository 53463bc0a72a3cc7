"""Misread words: mended where one word alone can be meant, and left alone otherwise."""

from __future__ import annotations

import pytest

from workers.parse.ocr.correct import Correction, corrected
from workers.parse.ocr.recognise import Row, Word


def reading(weak: str, sure: str = "", languages: tuple[str, ...] = ("en",)) -> str:
    """The first line as corrected, each word read with half confidence, beside a line that was read surely."""
    rows, _ = corrected([row(weak, 0.5), row(sure, 0.96)], languages)
    return " ".join(word.text for word in rows[0].words)


def row(text: str, confidence: float) -> Row:
    return Row(tuple(Word(word, confidence) for word in text.split()), 0, 0, 100, 20, 16.0, 18.0)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("in tbe laboratory,", "in the laboratory,"),
        ("cach system is govemed", "each system is governed"),
        ("a classiflcation of rnany", "a classification of many"),
        ("the scientic method", "the scientific method"),
        ("at the end ofthe day", "at the end of the day"),
        ("it ended. Inthe morning", "it ended. In the morning"),
        ("the sma|l vvindow", "the small window"),
    ],
)
def test_a_misread_word_is_mended_where_only_one_word_can_be_meant(read: str, printed: str) -> None:
    assert reading(read) == printed


def test_a_word_of_the_page_is_known_though_no_dictionary_has_it() -> None:
    assert reading("one quhit alone") == "one quhit alone"
    assert reading("one quhit alone", sure="each qubit decays") == "one qubit alone"


@pytest.mark.parametrize(
    "text",
    [
        "import init as dict",  # too short to be told from names
        "at runtime in the backend",  # compounds
        "p1 = tbe - e0",  # a formula
        "the firm Tbe from Ulm",  # a name
        "TBE and RNA",
        "15 krn or 5O mA",
        "see tbe.com or tbe_id",
        "upon arid land",  # a word, though another than was printed
    ],
)
def test_names_code_formulas_units_and_words_are_left_alone(text: str) -> None:
    assert reading(text) == text


def test_surely_read_words_are_left_alone_and_what_was_changed_is_told() -> None:
    rows, made = corrected([row("tbe one,", 0.95), row("tbe other", 0.4)], ["en"])
    assert made == [] and rows[1].words[0].text == "tbe"  # a word of this document, it seems
    assert corrected([row("(tbe end)", 0.4)], ["en"])[1] == [Correction("(tbe", "(the")]


def test_without_a_dictionary_of_the_language_nothing_is_changed() -> None:
    assert reading("in tbe laboratory", languages=("hu",)) == "in tbe laboratory"
    assert reading("in tbe laboratory", languages=("en", "")) == "in tbe laboratory"
