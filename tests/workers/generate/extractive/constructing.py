"""What the rules make of a chunk, in their own words."""

from __future__ import annotations

from agent.job.records import Block, Chunk, ExampleKind
from tests.workers.generate.assignments import assignment
from tests.workers.generate.chunks import chunk
from workers.generate.backend import Proposal
from workers.generate.extractive.backend import chosen, constructed

MANY = 20


def made_of(text: Chunk, *kinds: ExampleKind) -> list[Proposal]:
    """All proposals of the kinds, or of all kinds but conversations."""
    wanted = kinds or tuple(kind for kind in ExampleKind if kind is not ExampleKind.CONVERSATION)
    work = assignment(text, MANY)
    return [each for each in chosen(constructed(work), work) if each.kind in wanted]


def proposals(*blocks: Block | str, title: str = "", headings: tuple[str, ...] = ()) -> list[Proposal]:
    return made_of(chunk(*blocks, title=title, headings=headings))


def prompts(*blocks: Block | str, title: str = "", headings: tuple[str, ...] = ()) -> list[str]:
    return [proposal.prompt for proposal in proposals(*blocks, title=title, headings=headings)]
