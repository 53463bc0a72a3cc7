"""Bytes to Unicode: byte-order mark, UTF-8, the declared charset, then detection; mojibake repaired, NFC."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_REACH_BYTES = 4096
"""Where a page's own charset declaration is looked for; HTML asks for the first 1024 bytes, pages are sloppier."""


def has_unicode_mark(content: bytes) -> bool:
    """Whether the bytes open with a Unicode byte-order mark."""
    return content.startswith(tuple(mark for mark, _ in _MARKS))


def decode(content: bytes, declared: str = "") -> str:
    """The text of the bytes: repaired (ftfy), NFC, line ends as ``\\n``.

    ``declared`` is a Content-Type header or media type that may carry a charset. UTF-8 that decodes wins over a
    declared charset, since servers are misconfigured more often than other encodings happen to be valid UTF-8.
    """
    import ftfy

    text = _decoded(content, declared)
    # Entities stay: the HTML and Markdown readers unescape them where their format says so. Curly quotes stay too.
    return ftfy.fix_text(text, unescape_html=False, uncurl_quotes=False, normalization="NFC")


def _decoded(content: bytes, declared: str) -> str:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content.decode(codec, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4 or _is_stray(content):
            return content.decode("utf-8", errors="replace")
    for charset in _declared_charsets(content, declared):
        try:
            return content.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return _detected(content)


_STRAY_SHARE = 0.001


def _is_stray(content: bytes) -> bool:
    """Whether a few bad bytes lie in text that is otherwise UTF-8 with non-ASCII letters."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for letter in text if letter > "\x7f") - bad
    return good > bad and bad <= max(1, len(text) * _STRAY_SHARE)


def _declared_charsets(content: bytes, declared: str) -> list[str]:
    found = [
        match[1]
        for match in (_CHARSET.search(declared.encode()), _CHARSET.search(content[:_META_REACH_BYTES]))
        if match
    ]
    # The web reads these labels as Windows-1252 (WHATWG Encoding Standard); plain Latin-1 has only controls there.
    web = {
        "iso-8859-1": "cp1252",
        "latin1": "cp1252",
        "latin-1": "cp1252",
        "us-ascii": "cp1252",
        "ascii": "cp1252",
    }
    names = [name.decode("ascii", "ignore").lower() for name in found]
    return [web.get(name, name) for name in names]


def _detected(content: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(content).best()
    if best is not None:
        return str(best)
    return content.decode("cp1252", errors="replace")
