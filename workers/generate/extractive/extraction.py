"""Passages to structure: a list of terms with their meanings, or a table, as JSON that is exact by construction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.wording import one_of
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import is_balanced, word_count
from workers.generate.reading.words import points_elsewhere

MIN_ROWS = 2
MAX_ROWS = 10
MAX_WORDS = 160
MAX_NAME_WORDS = 5
MIN_MEANING_WORDS = 3
SCORE = 0.75

_ENTRY = re.compile(r"- (?P<term>[A-Za-z`][\w`'\-+#.() /]{1,40}?): (?P<meaning>\S.+)")
_CODE_MARKS = re.compile(r"[|{}\\$<>]")
_TERM_PROMPTS = (
    "Extract the terms and their descriptions as a JSON object, one key for each term.",
    "Turn the list into a JSON object that maps each term to its description.",
    "Give the entries as JSON: the name of each entry as the key, what is said of it as the value.",
)
_TABLE_PROMPTS = (
    "Convert the table to JSON: an array with one object for each row.",
    "Give the rows of the table as a JSON array of objects with the column names as keys.",
    "Extract the table's contents as a JSON array, one object a row.",
)


def extractions(chunk: Chunk) -> Iterator[Proposal]:
    """For each list of named entries and each small table of the chunk: the block given, its content as JSON asked."""
    for placed in place_blocks(chunk):
        text = placed.block.text
        if word_count(text) > MAX_WORDS or points_elsewhere(text) or not is_exposition(text):
            continue
        value: object = None
        if placed.block.kind is BlockKind.LIST:
            value, prompts = entries(text), _TERM_PROMPTS
        elif placed.block.kind is BlockKind.TABLE:
            value, prompts = table_rows(text), _TABLE_PROMPTS
        if value:
            response = json.dumps(value, ensure_ascii=False, indent=2)
            yield Proposal(ExampleKind.EXTRACT, one_of(prompts, text), response, (Quote(text),), SCORE, context=text)


def entries(text: str) -> dict[str, str]:
    """Term to meaning of a list whose every item has the form "term: meaning"; empty for other lists."""
    found: dict[str, str] = {}
    lines = text.splitlines()
    for line in lines:
        entry = _ENTRY.fullmatch(line)
        if (
            entry is None
            or word_count(entry["meaning"]) < MIN_MEANING_WORDS
            or not (is_balanced(entry["term"]) and is_balanced(line))
        ):
            return {}
        found[entry["term"].strip()] = entry["meaning"]
    return found if len(found) == len(lines) and MIN_ROWS <= len(found) <= MAX_ROWS else {}


def table_rows(text: str) -> list[dict[str, str]]:
    """Rows of a table in pipes, each with the column names as keys; empty where a name or a cell is missing, or where
    the cells hold marks that JSON would write otherwise.
    """
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()]
    if len(lines) < 2 + MIN_ROWS or not all(re.fullmatch(r":?-+:?", cell) for cell in lines[1]):
        return []
    names, rows = lines[0], lines[2:]
    is_whole = (
        all(len(row) == len(names) and all(map(_says_something, row)) for row in rows)
        and all(map(_says_something, names))
        and len(set(names)) == len(names)
    )
    is_plain = not any(_CODE_MARKS.search(cell) for row in (names, *rows) for cell in row)
    if max(map(word_count, names)) > MAX_NAME_WORDS or _is_a_pair(names):  # no names, but a first row
        return []
    if not is_whole or not is_plain or len(names) < 2 or len(rows) > MAX_ROWS:
        return []
    return [dict(zip(names, row, strict=True)) for row in rows]


def _is_a_pair(names: list[str]) -> bool:
    """Whether a value stands where the name of the second of two columns should: "Weight | 2.5 kg"."""
    return len(names) == 2 and bool(re.search(r"\d", names[1]))


def _says_something(cell: str) -> bool:
    return any(map(str.isalnum, cell)) and not cell.endswith(":")
