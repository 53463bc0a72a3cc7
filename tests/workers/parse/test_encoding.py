"""Bytes in the encodings of the world, honest or not."""

from __future__ import annotations

import time

import pytest

from workers.parse.encoding import decode as decode_whole


def decode(content: bytes, declared: str = "") -> str:
    return decode_whole(content, declared).text


GERMAN = "Der Zustand heißt „verschränkt“ – Schrödinger nannte ihn so, und die Größe war natürlich überraschend."


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_told_by_its_mark_or_by_being_valid(codec: str) -> None:
    assert decode(GERMAN.encode(codec)) == GERMAN


def test_a_declared_charset_is_believed_when_the_bytes_are_no_utf8() -> None:
    assert decode(GERMAN.encode("cp1252"), "text/html; charset=windows-1252") == GERMAN


def test_latin_1_on_the_web_means_windows_1252() -> None:
    page = b'<meta charset="iso-8859-1"><p>' + GERMAN.encode("cp1252")
    assert decode(page).endswith(GERMAN)


def test_utf8_wins_over_a_wrong_declaration() -> None:
    assert decode(GERMAN.encode(), "text/plain; charset=iso-8859-1") == GERMAN


def test_an_undeclared_encoding_is_detected() -> None:
    russian = "Квантовый компьютер использует явления квантовой механики для передачи и обработки данных. " * 3
    assert decode(russian.encode("cp1251")) == russian


def test_mojibake_is_repaired() -> None:
    broken = "Schrödinger’s naïve café".encode().decode("cp1252", errors="replace")
    assert decode(broken.encode()) == "Schrödinger’s naïve café"


def test_a_stray_byte_does_not_turn_utf8_into_another_encoding() -> None:
    content = GERMAN.encode() * 20 + b"\xff" + GERMAN.encode()
    assert "Schrödinger" in decode(content) and "Ã" not in decode(content)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_unicode_without_a_mark_is_told_by_its_zero_bytes(codec: str) -> None:
    assert decode(GERMAN.encode(codec)) == GERMAN


def test_a_declared_charset_in_which_the_bytes_are_no_text_is_not_believed() -> None:
    russian = "Квантовый компьютер использует явления квантовой механики для передачи и обработки данных. " * 3
    found = decode_whole(russian.encode("cp1251"), "text/html; charset=iso-8859-1")
    assert found.text == russian
    assert found.decision.choice == "cp1251" and "although declared as windows-1252" in found.decision.reason


def test_western_letters_are_not_taken_for_their_eastern_neighbours() -> None:
    french = "Le café, où l’été dernier a été très agréable. " * 4
    polish = "Zażółć gęślą jaźń, a potem źdźbło trawy i łąka były piękne. " * 4
    assert decode(french.encode("cp1252")) == french and decode(polish.encode("cp1250")) == polish


def test_the_decision_says_what_was_repaired() -> None:
    decision = decode_whole("Schrödinger’s naïve café".encode().decode("cp1252").encode()).decision
    assert (decision.step, decision.choice) == ("encoding", "utf-8")
    assert decision.measured == {"repaired_characters": 25.0, "undecodable_characters": 0.0}


@pytest.mark.parametrize("text", ["x = “a” && y ≤ z", r"$\alpha_1 \le \mathbb{N}$", "s = '&amp;'", "全角：ＡＢ，注"])
def test_code_formulas_and_east_asian_forms_are_not_improved(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "rot13", "no-such-charset"])
def test_codecs_that_are_no_charset_are_not_taken_at_their_word(charset: str) -> None:
    french = "Le café, où l’été dernier a été très agréable. " * 4
    found = decode(french.encode("cp1252") + rb"\ud800 +ADw-", f"text/plain; charset={charset}")
    assert found == french + r"\ud800 +ADw-"


def test_nuls_and_surrogates_do_not_come_through() -> None:
    text = decode(b"a\0b " + "\ud800".encode("utf-8", "surrogatepass") + "Größe und Maß".encode() * 200)
    assert "\0" not in text and text.encode()


def test_a_long_line_is_read_in_linear_time() -> None:
    def seconds(copies: int) -> float:
        content = (GERMAN + " ").encode("cp1252") * copies
        start = time.process_time()
        decode(content)
        return time.process_time() - start

    seconds(1)
    assert seconds(8_000) < 4 * 3 * max(seconds(2_000), 0.05)
