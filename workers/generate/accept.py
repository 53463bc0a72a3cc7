"""A proposal becomes an example when its form is good and its evidence stands in the chunk."""

from __future__ import annotations

import hashlib

from agent.errors import DocumentRejected
from agent.job.records import Example, Span
from workers.generate.backend import Assignment, Proposal, Quote
from workers.generate.grounding.find import find_span
from workers.generate.quality.form import fault_of


def example_id(chunk_id: str, proposal: Proposal) -> str:
    """First 16 hex digits of the sha256 of chunk id, kind, context, prompt and response, divided by NUL."""
    content = "\0".join((chunk_id, proposal.kind, proposal.context, proposal.prompt, proposal.response))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def accept(assignment: Assignment, proposal: Proposal, generator: str, topic: str = "") -> Example:
    """The example, carrying the evidence as the chunk spells it.

    Raises:
        DocumentRejected: the fault of its form, its grounding or its quality; this proposal goes, the others stay.
    """
    chunk = assignment.chunk
    if proposal.prompt and (fault := fault_of(proposal)):
        raise DocumentRejected(fault, proposal.prompt)
    return Example(
        id=example_id(chunk.id, proposal),
        kind=proposal.kind,
        split=chunk.split,
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        context=proposal.context,
        history=proposal.history,
        prompt=proposal.prompt,
        response=proposal.response,
        wrong_answers=proposal.wrong_answers,
        evidence=tuple(_span(assignment, quote) for quote in proposal.quotes),
        generator=generator,
        score=proposal.confidence,
        topic=topic,
        licence=chunk.licence,
        url=chunk.url,
    )


def _span(assignment: Assignment, quote: Quote) -> Span:
    chunk = assignment.partner if quote.of_partner and assignment.partner else assignment.chunk
    found = find_span(chunk.text, quote.text)
    if found is None:
        raise DocumentRejected("ungrounded", quote.text)
    start, end = found
    return Span(text=chunk.text[start:end], start=start, chunk_id=chunk.id)
