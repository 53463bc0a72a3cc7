"""Running text to Markdown and back: what would be taken for markup is escaped, code and formulas stand as they are."""

from __future__ import annotations

import re

_SPAN = (
    r"(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`)"
    r"|\$\$(?=[^\s$])[^$\n]*[^\s$\\]\$\$|\$(?=[^\s$])[^$\n]*?(?<![\s\\$])\$(?![\d$])"
)
"""Inline code (CommonMark 6.1) and formulas in dollars, closed as Pandoc and GitHub close them: no space inside."""
_PIECES = re.compile(rf"(?P<span>{_SPAN})|(?P<mark>[\\`$*_<\[\]&~])", re.DOTALL)
_READ = re.compile(rf"\\(?P<escaped>[!-/:-@\[-`{{-~])|(?P<span>{_SPAN})", re.DOTALL)

_OPENS_BLOCK = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|\||`{3}|~{3}|={2,}\s*$|-{2,}\s*$|:{3}|\$\$|<!--)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def escape(text: str) -> str:
    """One line of text as Markdown that shows it so, with as few backslashes as that takes."""
    escaped = _PIECES.sub(lambda found: found[0] if found["span"] else _mark(found, text), text)
    if _OPENS_BLOCK.match(text) and not escaped.startswith("\\"):
        escaped = f"\\{escaped}"
    return _NUMBER.sub(r"\1\\\2", escaped, count=1) if _NUMBER.match(escaped) else escaped


def unescape(text: str) -> str:
    """The text that `escape` gave this of."""
    return _READ.sub(lambda found: found["escaped"] or found["span"], text)


def _mark(found: re.Match[str], text: str) -> str:
    """A character that may be markup, with a backslash where it would be."""
    mark, place = found["mark"], found.start()
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    match mark:
        case "\\":
            needed = bool(re.match(r"[!-/:-@\[-`{-~]", after)) or not after
        case "*":
            needed = not ((not before or before.isspace()) and (not after or after.isspace()))
        case "_":
            needed = not (before.isalnum() and after.isalnum()) and not (not before.strip() and not after.strip())
        case "<":
            needed = bool(re.match(r"[A-Za-z/!?]", after))
        case "]":
            needed = after in ("(", "[", ":")
        case "[":
            needed = before == "!" or after == "^"
        case "&":
            needed = bool(re.match(r"&(?:#?\w{1,31});", text[place : place + 34]))
        case "~":
            needed = "~" in (before, after)
        case _:  # a backquote or a dollar that closes nothing
            needed = True
    return f"\\{mark}" if needed else mark
