"""Conversations: several questions of one chunk in the order of the text, the last one to be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.job.records import ExampleKind, Exchange
from workers.generate.backend import Proposal, Quote

MIN_TURNS = 2
MAX_TURNS = 4
SCORE = 0.7


def conversations(own: Sequence[Proposal]) -> Iterator[Proposal]:
    """At most one conversation, of those of a chunk's ``own`` questions that stand alone."""
    turns = list({each.response: each for each in own if not each.context}.values())[:MAX_TURNS]
    if len({each.prompt for each in turns}) < max(MIN_TURNS, len(turns)):
        return
    *earlier, last = turns
    yield Proposal(
        ExampleKind.CONVERSATION,
        last.prompt,
        last.response,
        tuple(Quote(each.response) for each in (last, *earlier)),
        SCORE,
        history=tuple(Exchange(prompt=each.prompt, response=each.response) for each in earlier),
    )
