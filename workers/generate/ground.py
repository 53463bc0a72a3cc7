"""A proposal becomes an example when its form is good and its evidence stands in the chunk."""

from __future__ import annotations

import hashlib

from agent.errors import DocumentRejected
from agent.job.records import Chunk, Example
from workers.generate.backend import Proposal
from workers.generate.evidence import find_span
from workers.generate.quality import fault_of


def example_id(chunk_id: str, proposal: Proposal) -> str:
    """First 16 hex digits of the sha256 of chunk id, kind, prompt and response, divided by NUL."""
    content = "\0".join((chunk_id, proposal.kind, proposal.prompt, proposal.response))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def grounded(chunk: Chunk, proposal: Proposal, generator: str) -> Example:
    """The example, carrying the evidence as the chunk spells it.

    Raises:
        DocumentRejected: ``ungrounded``, or the fault of form; this proposal goes, the others stay.
    """
    if proposal.prompt and (fault := fault_of(proposal)):
        raise DocumentRejected(fault, proposal.prompt)
    span = find_span(chunk.text, proposal.evidence)
    if span is None:
        raise DocumentRejected("ungrounded", proposal.evidence)
    start, end = span
    return Example(
        id=example_id(chunk.id, proposal),
        kind=proposal.kind,
        split=chunk.split,
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        prompt=proposal.prompt,
        response=proposal.response,
        evidence=chunk.text[start:end],
        evidence_start=start,
        generator=generator,
        score=proposal.score,
        licence=chunk.licence,
        url=chunk.url,
    )
