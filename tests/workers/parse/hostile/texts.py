"""Hostile text: no markup, only characters, most of them against regular expressions of the cleaning."""

from __future__ import annotations

import os

from tests.workers.parse.hostile.hostile import Hostile, ends
from tests.workers.parse.hostile.markup import MB, WORDS

_PROSE = WORDS * 5 + b"\n\n"
_ANY = ends("read", "no_text", "too_complex", "too_much_text")


def bomb(unit: bytes, size: int = MB // 2, last: bytes = b"!") -> bytes:
    """Prose, then a unit repeated to so many bytes, and an end that fits no pattern."""
    return _PROSE + unit * (size // len(unit)) + last + b"\n\n" + _PROSE


BOMBS = {
    "mail": b"a.b@",
    "mail-without-at": b"a.",
    "mail-dots": b"a@b.c.",
    "phone": b"+1 (555) 555-",
    "digits": b"1",
    "digits-and-spaces": b"1 ",
    "ip": b"1.1.",
    "ipv6": b"f:",
    "hex": b"deadbeef",
    "key": b"sk-A1",
    "card": b"4111 ",
    "iban": b"DE89 3704 ",
    "address": b"http://a/",
    "schemes": b"http:",
    "dots": b".",
    "dashes": b"-",
    "underscores": b"_",
    "spaces": b" ",
    "tabs": b"\t",
    "spaces-and-letters": b"a   ",
    "line-ends": b"\n",
    "carriage-returns": b"\r",
    "hyphen-line-ends": b"a-\n",
    "brackets": b"(",
    "bracket-pairs": b"[1](",
    "quotes": b"'",
    "double-quotes": b'"',
    "pipes": b"|",
    "dollars": b"$ ",
    "backslashes": b"\\",
    "angles": b"<",
    "ampersands": b"&am",
    "entities": b"&amp;amp;",
    "hashes": b"#",
    "stars": b"* ",
    "numbered": b"1. a\n",
    "capitals": b"A",
    "commas": b"a,",
    "initials": b"A. ",
    "references": b"[1] A. B. Words, 2020.\n",
    "soft-hyphens": "a­".encode(),
    "joiners": "‍".encode(),
    "ellipses": "…".encode(),
    "mojibake": "Ã©â€™".encode(),
    "cjk-without-stops": "字".encode(),
    "thai": "ก".encode(),
}
"""What is repeated -> the unit."""
_SLOW_BOMBS = ("line-ends", "hyphen-line-ends", "numbered", "references")

TEXTS = (
    Hostile("empty", ".txt", lambda: b"", ends("no_text")),
    Hostile("one-byte", ".txt", lambda: b"a"),
    Hostile("one-null", ".txt", lambda: b"\0", ends("unsupported_format", "no_text")),
    Hostile("white-space-alone", ".txt", lambda: b" \n" * 1000, ends("no_text")),
    Hostile("byte-order-mark-alone", ".txt", lambda: b"\xff\xfe", _ANY),
    Hostile("noise", ".txt", lambda: os.urandom(MB), ends("unsupported_format")),
    Hostile("noise-called-html", ".html", lambda: os.urandom(MB), ends("unsupported_format"), media_type="text/html"),
    Hostile("nulls-after-8-KB", ".txt", lambda: WORDS * 200 + b"\0" * 1000 + WORDS, _ANY),
    Hostile(
        "utf-16-lone-surrogates", ".txt", lambda: b"\xff\xfe" + b"W\0o\0r\0d\0 \0\x00\xd8" * 200 + b"\xff\xdf", _ANY
    ),
    Hostile("utf-16-odd-length", ".txt", lambda: "Words and words ".encode("utf-16") * 100 + b"x", _ANY),
    Hostile(
        "utf-32-beyond-unicode",
        ".txt",
        lambda: b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f" * 500,
        _ANY | ends("unsupported_format"),
    ),
    Hostile("invalid-utf-8", ".txt", lambda: (WORDS + b"\xff\xed\xa0\x80\xf8\x88\x80\x80\x80 ") * 100, _ANY),
    Hostile("100000-marks-on-a-letter", ".txt", lambda: _PROSE + b"a" + "̈".encode() * 100_000 + _PROSE, _ANY),
    Hostile("right-to-left-overrides", ".txt", lambda: (WORDS + "‮⁦⁧‏ ".encode()) * 100, _ANY),
    Hostile("form-feeds", ".txt", lambda: b"\f".join([WORDS] * 10_000), _ANY, slow=True),
    Hostile("50-MB-line", ".txt", lambda: WORDS * (50 * MB // len(WORDS)), _ANY, slow=True),
    Hostile("50-MB-without-a-space", ".txt", lambda: b"x" * (50 * MB), _ANY, slow=True),
    Hostile(
        "million-paragraphs",
        ".txt",
        lambda: b"A few words.\n\n" * 1_000_000,
        _ANY | ends("too_much_memory", "parser_timeout"),
        slow=True,
    ),
    Hostile("20-MB-of-one-long-base64", ".txt", lambda: _PROSE + b"QUJD" * (5 * MB), _ANY, slow=True),
    *(
        Hostile(f"half-a-MB-of-{name}", ".txt", lambda unit=unit: bomb(unit), _ANY, slow=name in _SLOW_BOMBS)
        for name, unit in BOMBS.items()
    ),
)
