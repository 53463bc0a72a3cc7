"""Which requests one chunk is asked with: everything of one shape at once, so that the document is sent once for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from agent.job.records import ExampleKind, Split
from workers.generate.asking import forms
from workers.generate.asking.notes import notes
from workers.generate.asking.wording import Wording, wording
from workers.generate.backend import Assignment
from workers.llm.prompt_file import Message

TAGS: tuple[str, ...] = get_args(forms.Tag)
FORMS: dict[str, type[forms.Form]] = {
    "examples": forms.WrittenExamples,
    "extract": forms.WrittenTables,
    "multi_hop": forms.WrittenHops,
    "conversation": forms.WrittenConversation,
    "choice": forms.WrittenChoices,
}
"""The shape of the answer to each family's request."""

CHECKED_IN_ENGLISH = frozenset({ExampleKind.FALSE_PREMISE, ExampleKind.UNANSWERABLE})
"""Kinds whose answers are told by their words ("does not say", "they are not"): the rules that check them read English,
and would refuse in other languages what was paid for."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model."""

    family: str
    """Name of its wording, and of the shape of its answer."""
    counts: Mapping[str, int]
    """What it orders -> how many."""

    @property
    def kind(self) -> ExampleKind | None:
        """The kind of example that the answer holds, None where it may hold several."""
        return ExampleKind(self.family) if self.family != "examples" else None

    @property
    def wording(self) -> Wording:
        """What it is asked with."""
        return wording(self.family)

    @property
    def form(self) -> type[forms.Form]:
        """The shape of its answer."""
        return FORMS[self.family]


def wanted(assignment: Assignment) -> dict[ExampleKind, int]:
    """Kind -> how many, none of them 0: the orders in their order until the limit is reached.

    Multiple choice is made beside the others and does not count against the limit, of held-out chunks only; questions
    that need a partner are not wanted without one, nor what can be checked in English only of other languages.
    """
    left = assignment.limit
    counts: dict[ExampleKind, int] = {}
    for order in assignment.orders:
        if not _can_be_asked(order.kind, assignment):
            continue
        count = order.count if order.kind is ExampleKind.CHOICE else min(order.count, left)
        left -= 0 if order.kind is ExampleKind.CHOICE else count
        if count:
            counts[order.kind] = counts.get(order.kind, 0) + count
    return counts


def _can_be_asked(kind: ExampleKind, assignment: Assignment) -> bool:
    chunk = assignment.chunk
    if kind is ExampleKind.CHOICE:
        return chunk.split is not Split.TRAIN
    if kind is ExampleKind.MULTI_HOP:
        return assignment.partner is not None
    return kind not in CHECKED_IN_ENGLISH or chunk.language in ("en", "")


def requests(assignment: Assignment) -> list[Request]:
    """One request for each shape of answer that the orders need; none where nothing is wanted."""
    counts = wanted(assignment)
    shared = {tag: counts[ExampleKind(tag)] for tag in TAGS if tag != "answerable" and counts.get(ExampleKind(tag))}
    if refusals := shared.get("unanswerable"):
        # Else a passage beside the question would come to mean that the answer is not there.
        shared["answerable"] = refusals
    asked = [Request("examples", shared)] if shared else []
    for kind in (ExampleKind.MULTI_HOP, ExampleKind.CONVERSATION, ExampleKind.CHOICE):
        if kind in counts:
            asked.append(Request(kind.value, {kind.value: counts[kind]}))
    if ExampleKind.EXTRACT in counts:
        asked.append(Request("extract", {_table_form(assignment): counts[ExampleKind.EXTRACT]}))
    return asked


def messages(request: Request, assignment: Assignment, turns: int) -> list[Message]:
    """The conversation that asks, all text of documents fenced; ``turns`` is the length of a conversation."""
    chunk, partner = assignment.chunk, assignment.partner
    fenced = {"document": _document(chunk.title, chunk.headings, chunk.text), "notes": notes(assignment.context)}
    if request.family == "multi_hop" and partner:
        fenced |= {
            "document": f"First document\n{fenced['document']}",
            "partner": f"Second document\n{_document(partner.title, partner.headings, partner.text)}",
        }
    return request.wording.messages(
        fenced,
        kinds=[tag for tag in request.counts if tag in request.wording.kinds],
        order=_order(request, turns),
        language=chunk.language or "the one it is written in",
    )


def _document(title: str, headings: tuple[str, ...], text: str) -> str:
    """Title and headings are the document's words too, and stand inside the fence."""
    lines = (f"Title: {title}" if title else "", f"Headings: {' > '.join(headings)}" if headings else "")
    head = "\n".join(filter(None, lines))
    return f"{head}\n\n{text}" if head else text


def _order(request: Request, turns: int) -> str:
    if request.family == "conversation":
        return f"one conversation of {turns} turns"
    return ", ".join(f"{count} {tag}" for tag, count in request.counts.items())


def _table_form(assignment: Assignment) -> str:
    """JSON for half of the chunks and Markdown for the others, by a hash of their ids."""
    is_json = hashlib.sha256(assignment.chunk.id.encode()).digest()[0] % 2
    return "extract_json" if is_json else "extract_table"
