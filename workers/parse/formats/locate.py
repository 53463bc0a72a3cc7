"""Finds where blocks stood in their source, for parsers that do not say: by their first and last words, in order."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from agent.job.records import Block

_WORD = re.compile(r"[^\W_]+")
_ANCHOR_WORDS = 3
"""So many words in a row at either end of a block name its place; shorter blocks take what they have."""
_WINDOW_WORDS = 600
"""A block is looked for so far ahead, and further by the length of each block before it that was not found: the same
three words elsewhere are then hardly taken for it."""
_MARKUP_RATIO = 3
"""The source of a block has at most about so many times its words (commands, arguments, options), and a few more."""


_SHORTER_REACH = 3
"""With each word less to go by, the search goes this much less far."""


class _Index:
    """Where each run of one, two and three words begins, in order."""

    def __init__(self, words: Sequence[str]) -> None:
        self._places: list[dict[tuple[str, ...], list[int]]] = []
        for length in range(1, _ANCHOR_WORDS + 1):
            runs: dict[tuple[str, ...], list[int]] = {}
            for place in range(len(words) - length + 1):
                runs.setdefault(tuple(words[place : place + length]), []).append(place)
            self._places.append(runs)

    def find(self, run: Sequence[str], start: int, end: int) -> int:
        """The first place of a run from ``start`` up to ``end``, -1 where there is none."""
        places = self._places[len(run) - 1].get(tuple(run), [])
        at = bisect_left(places, start)
        return places[at] if at < len(places) and places[at] < end else -1

    def find_last(self, run: Sequence[str], start: int, end: int) -> int:
        """The last place of a run from ``start`` up to ``end``, -1 where there is none."""
        places = self._places[len(run) - 1].get(tuple(run), [])
        at = bisect_left(places, end) - 1
        return places[at] if at >= 0 and places[at] >= start else -1


def located(blocks: Iterable[Block], source: str, start: int = 0) -> tuple[Block, ...]:
    """The blocks with ``start`` and ``end`` in ``source`` where their words were found after those of the block before.

    The search begins at offset ``start`` and only moves forward, in an index of the source's words: time grows with
    the length of both. A block that is not found (its words come from a macro) is left without offsets.
    """
    matches = list(_WORD.finditer(source))
    index = _Index([match[0].casefold() for match in matches])
    position = bisect_left(matches, start, key=lambda match: match.start())
    window = _WINDOW_WORDS
    found: list[Block] = []
    for block in blocks:
        wanted = [match[0].casefold() for match in _WORD.finditer(block.text)]
        place = _span(wanted, index, position, position + window) if wanted else None
        if place is None:
            window += _MARKUP_RATIO * len(wanted)
            found.append(block)
            continue
        first, last = place
        found.append(block.model_copy(update={"start": matches[first].start(), "end": matches[last].end()}))
        position, window = last + 1, _WINDOW_WORDS
    return tuple(found)


def _span(wanted: Sequence[str], index: _Index, start: int, end: int) -> tuple[int, int] | None:
    """First and last word of a block in the source, None where either is not there."""
    first = -1
    for length in range(min(_ANCHOR_WORDS, len(wanted)), 0, -1):  # markup may stand between the words of a list
        reach = start + (end - start) // _SHORTER_REACH ** (_ANCHOR_WORDS - length)
        if (first := index.find(wanted[:length], start, reach)) >= 0:
            break
    else:
        return None
    for length in range(min(_ANCHOR_WORDS, len(wanted)), 0, -1):
        closing = wanted[-length:]
        shortest = first + len(wanted) - length
        last = index.find(closing, shortest, first + _MARKUP_RATIO * len(wanted) + _WINDOW_WORDS // 6)
        if last < 0:  # a macro that is longer than what it stands for
            last = index.find_last(closing, first, shortest)
        if last >= 0:
            return first, last + length - 1
    return None
