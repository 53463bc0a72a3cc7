"""What can be seen of each run of a page: the extractors' votes on it and around it, its form, and its place."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate

from workers.parse.html.segments import Box, Role, Run, Segments
from workers.parse.html.votes import Votes

_ENDS = tuple(".!?:;。！？”\"'")
_SHORT_WORDS = 4
_LONG_WORDS = 40
_FAR = 50
"""Runs; beyond that distance nothing is near."""

_KIND = {
    "h1": "is_title", "h2": "is_heading", "h3": "is_heading", "h4": "is_minor_heading", "h5": "is_minor_heading",
    "h6": "is_minor_heading", "p": "is_paragraph", "li": "is_item", "td": "is_cell", "th": "is_cell",
    "dt": "is_definition", "dd": "is_definition", "pre": "is_code", 
}  # fmt: skip
Features = dict[str, float]


def features(page: Segments, votes: Votes) -> list[Features]:
    """One mapping of name to value a run, in order; shares and flags are 0 to 1, a name that is missing is 0.

    The names are those of `weights.WEIGHTS`, but for the roles, which are read off the runs themselves.
    """
    return _Page(page, votes).all()


class _Page:
    def __init__(self, page: Segments, votes: Votes) -> None:
        self._boxes, self._runs, self._votes = page.boxes, page.runs, votes
        words = [run.words for run in page.runs]
        self._words = _sums(words)
        self._others = _sums([count * (at in votes.resiliparse) for at, count in enumerate(words)])
        self._linked = _sums([run.words * min(1.0, run.linked / len(run.text)) for run in page.runs])
        self._kept = sorted(votes.trafilatura)
        self._said = Counter(run.text.casefold() for run in page.runs)
        self._form = [self._form_of(run) for run in page.runs]
        self._alike: dict[tuple[str | None, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        for at, form in enumerate(self._form):
            alike = self._alike[form]
            alike[0] += 1
            alike[1] += words[at]
            alike[2] += words[at] * (at in votes.trafilatura)
            alike[3] += words[at] * (at in votes.resiliparse)

    def all(self) -> list[Features]:
        total = max(1.0, self._words[-1])
        of_page = {"page_resiliparse": self._others[-1] / total, "page_log_words": math.log1p(total)}
        missed = 1 - sum(self._runs[at].words for at in self._kept) / total
        found = []
        for at, run in enumerate(self._runs):
            kept = at in self._votes.trafilatura
            row = self._of_run(at, run, kept)
            row |= self._around(at, run, kept)
            row |= of_page
            if not kept:
                row["missed"] = missed
            found.append(row)
        return found

    def _of_run(self, at: int, run: Run, kept: bool) -> Features:
        other = at in self._votes.resiliparse
        row: Features = {
            "both": kept and other,
            "log_words": math.log1p(run.words),
            "long": min(1.0, run.words / _LONG_WORDS),
            "place": (self._words[at] + run.words) / max(1.0, self._words[-1]),
            "short": run.words < _SHORT_WORDS,
            "linked": min(1.0, run.linked / len(run.text)),
            "ends_sentence": run.text.endswith(_ENDS),
            "repeated": self._said[run.text.casefold()] > 1,
        }
        kind = _KIND.get(self._boxes[run.box].tag)
        if kind:
            row[kind] = 1.0
        return row

    def _around(self, at: int, run: Run, kept: bool) -> Features:
        first, last = (self._kept[0], self._kept[-1]) if self._kept else (len(self._runs), -1)
        place = bisect_left(self._kept, at)
        after = place + 1 if kept else place
        back = at - self._kept[place - 1] if place > 0 else _FAR
        on = self._kept[after] - at if after < len(self._kept) else _FAR
        alike = self._alike[self._form[at]]
        row: Features = {
            "before_all_kept": at < first,
            "after_all_kept": at > last,
            "near_kept_before": 1 / back,
            "near_kept_after": 1 / on,
            "alike_log_count": math.log1p(alike[0]),
            "alike_trafilatura": alike[2] / max(1.0, alike[1]),
            "alike_resiliparse": alike[3] / max(1.0, alike[1]),
        }
        holder = max(0, self._boxes[run.box].parent)
        farther = max(0, self._boxes[max(0, self._boxes[holder].parent)].parent)
        for ring, box in (("near", holder), ("far", farther)):
            row[f"{ring}_resiliparse"], row[f"{ring}_linked"] = self._shares(box)
        return row

    def _shares(self, box: int) -> tuple[float, float]:
        """Of the words in a box: those resiliparse kept, those that are links."""
        held = self._boxes[box]
        start, end = held.first_run, held.end_run
        words = max(1.0, self._words[end] - self._words[start])
        return (self._others[end] - self._others[start]) / words, (self._linked[end] - self._linked[start]) / words

    def _form_of(self, run: Run) -> tuple[str | None, ...]:
        """Runs of one form are siblings in spirit: the same elements of the same classes hold them."""
        box = self._boxes[run.box]
        holder: Box = self._boxes[max(0, box.parent)]
        return (box.tag, box.element.get("class"), holder.tag, holder.element.get("class"))


def _sums(values: list[float] | list[int]) -> list[float]:
    return list(accumulate(values, initial=0.0))


_TOLD = ~Role.LINK
"""Links are counted by the letters; the other roles each have a weight."""


def role_names(roles: int) -> list[str]:
    """Names in `weights.WEIGHTS` of the roles that tell content from furniture."""
    return [f"in_{role.name.lower()}" for role in _TOLD if role & roles and role.name]
