"""Bytes in the encodings of the world, honest or not."""

from __future__ import annotations

import pytest

from workers.parse.encoding import decode

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
