"""Title, author and date of web pages, ours beside trafilatura's: right, wrong and none, as pages' keepers wrote them.

A title is right from a word F1 of 0.8, authors where their words are the same, a date where the day is. Where the
keepers wrote none, what is found is counted apart: some of it is true.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from agent.errors import DocumentRejected
from workers.parse.html.metadata import stated
from workers.parse.html.page import load

_WORD = re.compile(r"\w+")
_MIN_TITLE_F1 = 0.8


class Said(NamedTuple):
    """What one reader finds of a page."""

    title: str
    author: str
    date: str


def ours(content: str) -> Said:
    """Of the metadata and of what is shown."""
    try:
        found = stated(load(content))
    except DocumentRejected:
        return Said("", "", "")
    return Said(found.title, " ".join(found.authors), found.date)


def trafilaturas(content: str) -> Said:
    """Its ``extract_metadata``, which looks for dates with htmldate."""
    import trafilatura

    found = trafilatura.extract_metadata(content)
    return Said(found.title or "", found.author or "", found.date or "") if found else Said("", "", "")


def print_metadata(golds: Sequence[Mapping[str, Any]], contents: Sequence[bytes]) -> None:
    """A row for each field and reader."""
    wanted = [Said(gold["title"] or "", gold["author"] or "", (gold["publish_date"] or "")[:10]) for gold in golds]
    texts = [content.decode("utf-8", "replace") for content in contents]
    readers: dict[str, Callable[[str], Said]] = {"ours": ours, "trafilatura": trafilaturas}
    print(f"\n{'':22} field   stated  right  wrong  none  found where none is stated")
    for name, reader in readers.items():
        found = [reader(text) for text in texts]
        for place, field in enumerate(Said._fields):
            pairs = [(said[place], gold[place]) for said, gold in zip(found, wanted, strict=True)]
            stated_ones = [(said, gold) for said, gold in pairs if gold]
            right = sum(_same(field, said, gold) for said, gold in stated_ones)
            none = sum(not said for said, _ in stated_ones)
            besides = sum(bool(said) for said, gold in pairs if not gold)
            wrong = len(stated_ones) - right - none
            print(f"{name:22} {field:7} {len(stated_ones):6} {right:6} {wrong:6} {none:5}  {besides:6}")


def _same(field: str, said: str, gold: str) -> bool:
    if field == "date":
        return said == gold
    one, other = (Counter(_WORD.findall(text.lower())) for text in (said, gold))
    if field == "author":
        return one == other
    return 2 * (one & other).total() >= _MIN_TITLE_F1 * (one.total() + other.total())
