"""Bytes to Unicode: byte-order mark, UTF-8, the declared charset, then detection; mojibake repaired, NFC."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from agent.job.records import Decision

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHARSET = re.compile(rb"(?:charset|<\?xml[^>]{0,80}\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_REACH_BYTES = 4096
"""Where a page's own charset declaration is looked for; HTML asks for the first 1024 bytes, pages are sloppier."""

_WEB_LATIN = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"), "windows-1252")
"""The web reads these labels as Windows-1252 (WHATWG Encoding Standard); plain Latin-1 has only controls there."""
_NO_CHARSETS = frozenset(("utf-7", "unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined", "mbcs"))
"""Codecs of Python that no document is in, or that make characters out of plain ASCII."""

_SAMPLE_BYTES = 1 << 16
"""So much from beginning, middle and end is shown to the detector, whose time grows with what it sees."""
_MAX_CONTROL_SHARE = 0.02
"""Text has tabs and line ends; more other control bytes than this mean binary data (form feeds stay far below)."""
_STRAY_SHARE = 0.001
_MAX_FOREIGN_LETTERS = 0.5
"""Of the letters of a text in a Latin charset, so many at most are outside ASCII (Vietnamese has a third, French a
twentieth); Cyrillic bytes read as Latin have nearly all."""


@dataclass(frozen=True)
class Decoded:
    """A document's text, and how it was got."""

    text: str
    """NFC, line ends as ``\\n``; no NUL, no lone surrogate."""
    decision: Decision


def decode(content: bytes, declared: str = "") -> Decoded:
    """The text of the bytes, repaired by ftfy, in time linear in their number.

    ``declared`` is a Content-Type header or media type that may carry a charset. UTF-8 that decodes wins over a
    declared charset, since servers are misconfigured more often than other encodings happen to be valid UTF-8.
    """
    text, charset, reason = _decoded(content, declared)
    text = text.removeprefix("\ufeff").replace("\0", "")
    replaced = text.count("\ufffd")
    text, repaired = _repaired(text)
    measured = {"repaired_characters": float(repaired), "undecodable_characters": float(replaced)}
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return Decoded(text, Decision(step="encoding", choice=charset, reason=reason, measured=measured))


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a document are text in some encoding."""
    if head.startswith(tuple(mark for mark, _ in _MARKS)) or _wide(head):
        return True
    if b"\0" in head:
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= len(head) * _MAX_CONTROL_SHARE


_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")


def peek(head: bytes) -> str:
    """The first characters, as far as they can be read without looking for the charset."""
    codec = next((codec for mark, codec in _MARKS if head.startswith(mark)), "") or _wide(head) or "utf-8"
    return head[: len(head) // 4 * 4 if codec.startswith(("utf-16", "utf-32")) else None].decode(codec, errors="ignore")


def encodable(text: str) -> str:
    """The text with lone surrogates, which JSON and entities can bring, as U+FFFD, and without NULs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _decoded(content: bytes, declared: str) -> tuple[str, str, str]:
    """Text, charset and reason."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content.decode(codec, errors="replace"), codec.removesuffix("-sig"), "byte-order mark"
    if wide := _wide(content[:_SAMPLE_BYTES]):
        return content.decode(wide, errors="replace"), wide, "every other byte is zero"
    try:
        return content.decode("utf-8"), "utf-8", "valid UTF-8"
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4 or _is_stray(content):
            return content.decode("utf-8", errors="replace"), "utf-8", "UTF-8 but for a few bytes"
    refused = ""
    for charset in _declared_charsets(content, declared):
        try:
            text = content.decode(charset)
        except (UnicodeDecodeError, LookupError):
            refused = f", although declared as {charset}, which it is not"
            continue
        if not _is_implausible(text, charset):
            return text, charset, "declared"
        refused = f", although declared as {charset}, in which it is no text"
    charset = _detected(content)
    return content.decode(charset, errors="replace"), charset, f"detected{refused}"


def _wide(head: bytes) -> str:
    """The UTF-16 or UTF-32 codec of text without a mark, by where its zero bytes lie; '' for other bytes."""
    if head.count(0) * 4 < len(head) or len(head) < 8:
        return ""
    zeros = [head[place::4].count(0) / len(head[place::4]) for place in range(4)]
    most, few = 0.7, 0.05
    if min(zeros[1:]) > most and zeros[0] < few:
        return "utf-32-le"
    if min(zeros[:3]) > most and zeros[3] < few:
        return "utf-32-be"
    if min(zeros[1], zeros[3]) > most and max(zeros[0], zeros[2]) < few:
        return "utf-16-le"
    if min(zeros[0], zeros[2]) > most and max(zeros[1], zeros[3]) < few:
        return "utf-16-be"
    return ""


def _is_stray(content: bytes) -> bool:
    """Whether a few bad bytes lie in text that is otherwise UTF-8 with non-ASCII letters."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for letter in text if letter > "\x7f") - bad
    return good > bad and bad <= max(1, len(text) * _STRAY_SHARE)


def _is_implausible(text: str, charset: str) -> bool:
    if charset not in ("windows-1252", "cp1252", "iso-8859-15", "latin-9"):
        return False
    letters = [letter for letter in text[:_SAMPLE_BYTES] if letter.isalpha()]
    return sum(1 for letter in letters if letter > "\x7f") > _MAX_FOREIGN_LETTERS * len(letters)


def _declared_charsets(content: bytes, declared: str) -> list[str]:
    found = (_CHARSET.search(declared.encode()), _CHARSET.search(content[:_META_REACH_BYTES]))
    names = [match[1].decode("ascii", "ignore").lower() for match in found if match]
    return [_WEB_LATIN.get(name, name) for name in names if _is_charset(name)]


def _is_charset(name: str) -> bool:
    try:
        known = codecs.lookup(name)
    except LookupError:
        return False
    return known.name.replace("_", "-") not in _NO_CHARSETS and bool(getattr(known, "_is_text_encoding", True))


def _detected(content: bytes) -> str:
    import charset_normalizer

    middle = len(content) // 2
    sample = content
    if len(content) > 3 * _SAMPLE_BYTES:
        sample = b"\n".join(
            (content[:_SAMPLE_BYTES], content[middle : middle + _SAMPLE_BYTES], content[-_SAMPLE_BYTES:])
        )
    matches = [match for match in charset_normalizer.from_bytes(sample) if _is_charset(match.encoding)]
    if not matches:
        return "windows-1252"
    best = matches[0]
    # The detector lists equals by the alphabet, cp1250 first, which reads "très" as "trčs".
    equals = [match.encoding for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    same = sample.decode("windows-1252", "ignore") == sample.decode(best.encoding, "replace")
    return "windows-1252" if same or "cp1252" in equals or best.encoding == "ascii" else str(best.encoding)


_SEGMENT_CHARACTERS = 3000
"""Long lines, whole pages often, are judged in pieces: most hold nothing to repair. Halves decoding's time on web pages
beside pieces of 100,000, with the same text."""

_REPAIRED_ALONE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\u2028\u2029\u206a-\u206f"
    "\ud800-\udfff\ufb00-\ufb06\ufeff\ufff9-\ufffd"
)
"""Every character that ftfy changes wherever it stands: controls, ligatures, surrogates."""


@cache
def _may_be_damaged() -> re.Pattern[str]:
    """Finds what ftfy might repair in a line; where it finds nothing, ftfy would change nothing.

    Mojibake is UTF-8 read in one of ftfy's single-byte encodings, so it shows a lead byte before a continuation byte.
    """
    from ftfy import chardata

    leads, continuations = (
        re.escape("".join(sorted({letter for codec in chardata.CHARMAP_ENCODINGS for letter in _letters(codec, span)})))
        for span in (range(0xC2, 0xF5), range(0x80, 0xC0))
    )
    return re.compile(f"[{_REPAIRED_ALONE}]|[{leads}][{continuations}]|\u00c3 ")


def _letters(codec: str, span: range) -> str:
    """What single bytes mean in an encoding, without ASCII."""
    return "".join(letter for letter in bytes(span).decode(codec, errors="ignore") if letter > "\x7f")


def _repaired(text: str) -> tuple[str, int]:
    """The text mended by ftfy line by line, and how many characters were changed.

    What only styles a text stays: curly quotes, full-width forms of East Asian text, entities (the HTML and
    Markdown readers unescape these where their format says so). Code and formulas pass unchanged with that.
    """
    import ftfy

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and not _TERMINAL.search(text):
        return text, 0
    config = ftfy.TextFixerConfig(
        unescape_html=False,
        uncurl_quotes=False,
        fix_character_width=False,
        normalization=None,
        explain=False,
    )
    damaged = _may_be_damaged()
    has_controls = bool(_CONTROL.search(text))
    lines: list[str] = []
    changed = 0
    for line in text.split("\n"):
        if (line.isascii() and not has_controls) or not damaged.search(line):
            lines.append(line)
            continue
        pieces = (line[start : start + _SEGMENT_CHARACTERS] for start in range(0, len(line), _SEGMENT_CHARACTERS))
        fixed = "".join(ftfy.fix_text(piece, config) if damaged.search(piece) else piece for piece in pieces)
        changed += _difference(line, fixed)
        lines.append(fixed)
    return encodable("\n".join(lines)), changed


_TERMINAL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""Control characters and the escape that opens a terminal's colours."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""All of ASCII that ftfy changes."""


def _difference(before: str, after: str) -> int:
    """Characters of ``before`` between what both begin and end with."""
    if before == after:
        return 0
    same = next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    left, right = before[same:][::-1], after[same:][::-1]
    tail = next(
        (place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return max(1, len(left) - tail)
