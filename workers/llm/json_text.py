"""JSON out of what a language model wrote: without thoughts, fences and chatter, mended, or cut to what is complete."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

REPLACEMENT = "\ufffd"
"""Unicode's sign for a character that could not be read."""

_THOUGHT_ENDS = re.compile(r".*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_THOUGHT_BEGINS = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_FENCED = re.compile(r"```(?:json|JSON)?[^\S\n]*\n(.*?)(?:\n[^\S\n]*```|\Z)", re.DOTALL)
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_CLOSES = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the first JSON value of a text ends."""

    text: str
    """From the first bracket on; of a value that ends, to its last bracket."""
    is_whole: bool
    ends_in_string: bool
    complete_items: str
    """The same, closed after the last complete item of its outermost list; '' where there is none."""


def without_thought(content: str) -> str:
    """What follows the model's thoughts; '' where it never came to an end with thinking."""
    if _THOUGHT_BEGINS.match(content) and not _THOUGHT_ENDS.match(content):
        return ""
    return _THOUGHT_ENDS.sub("", content, count=1)


def without_fence(content: str) -> str:
    """What stands in the first code fence that holds a bracket, or the text as it is."""
    return next((inner for inner in _FENCED.findall(content) if "{" in inner or "[" in inner), content)


def scan(content: str) -> Scan | None:
    """The first bracket's value; None where there is no bracket. Strings are followed, so that theirs do not count."""
    start = min((at for at in (content.find("{"), content.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    text, open_brackets, in_string, skip = content[start:], "", False, False
    complete = (0, "")
    for at, sign in enumerate(text):
        if skip:
            skip = False
        elif in_string:
            skip = sign == "\\"
            in_string = sign != '"'
        elif sign == '"':
            in_string = True
        elif sign in _CLOSES:
            open_brackets += sign
        elif sign in "}]" and open_brackets:
            open_brackets = open_brackets[:-1]
            if not open_brackets:
                return Scan(text[: at + 1], True, False, text[: at + 1])
            if _in_outermost_list(open_brackets):
                complete = at + 1, open_brackets
        elif sign == "," and _in_outermost_list(open_brackets):
            complete = at, open_brackets
    end, still_open = complete
    return Scan(text, False, in_string, text[:end] + "".join(_CLOSES[bracket] for bracket in reversed(still_open)))


def mended(text: str) -> Any:
    """The value of nearly JSON, None where nothing can be made of it."""
    from json_repair import loads

    try:
        value = loads(text)
        is_some = isinstance(value, dict | list) and value
        return json.loads(whole(json.dumps(value, ensure_ascii=False))) if is_some else None
    except RecursionError:  # A small model that fell into a loop of brackets.
        return None


def whole(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can spell and no encoding can write."""
    return _HALF_A_CHARACTER.sub(REPLACEMENT, text)


def _in_outermost_list(open_brackets: str) -> bool:
    return open_brackets.endswith("[") and open_brackets.count("[") == 1
