"""A proposal becomes an example when its form is good, its answer stands in the chunk, and its quality suffices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from agent.errors import DocumentRejected
from agent.job.records import Chunk, Example
from workers.generate.backend import Assignment, Proposal
from workers.generate.grounding.check import grounded
from workers.generate.quality.form import fault_of, is_other_language
from workers.generate.quality.score import DEFAULT_FLOORS, Floors, difficulty, is_good_enough, quality_parts, weighted


def example_id(chunk_id: str, proposal: Proposal) -> str:
    """First 16 hex digits of the sha256 of chunk id, kind, context, prompt and response, divided by NUL."""
    content = "\0".join((chunk_id, proposal.kind, proposal.context, proposal.prompt, proposal.response))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def accept(
    assignment: Assignment, proposal: Proposal, generator: str, topic: str = "", floors: Floors = DEFAULT_FLOORS
) -> Example:
    """The example, carrying the evidence as the chunk spells it.

    Raises:
        DocumentRejected: the fault of its form, its grounding or its quality; this proposal goes, the others stay.
    """
    chunk = assignment.chunk
    if proposal.prompt and (fault := fault_of(proposal)):
        raise DocumentRejected(fault, proposal.prompt)
    if proposal.prompt and is_other_language(proposal.response, chunk.language):
        raise DocumentRejected("other_language", proposal.response)
    evidence, coverage = grounded(assignment, proposal)
    parts = quality_parts(proposal, evidence, coverage, _source(assignment))
    score = weighted(parts)
    if proposal.prompt and not is_good_enough(parts, evidence, coverage, floors):
        raise DocumentRejected("low_quality", f"{score:g}: {proposal.prompt}")
    behind = _chunks_behind(assignment, proposal, {span.chunk_id for span in evidence})
    return Example(
        id=example_id(chunk.id, proposal),
        kind=proposal.kind,
        split=chunk.split,
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        other_documents=tuple(
            dict.fromkeys(each.document_id for each in behind if each.document_id != chunk.document_id)
        ),
        context=proposal.context,
        history=proposal.history,
        prompt=proposal.prompt,
        response=proposal.response,
        wrong_answers=proposal.wrong_answers,
        evidence=evidence,
        generator=generator,
        score=score,
        quality_parts=parts,
        difficulty=difficulty(proposal, evidence),
        topic=topic,
        licence=_joined(dict.fromkeys((chunk.licence, *(each.licence for each in behind)))),
        url=chunk.url,
    )


def _source(assignment: Assignment) -> str:
    """All that a question may be about."""
    chunks = [chunk for chunk in (assignment.chunk, assignment.partner) if chunk is not None]
    return "\n".join(part for chunk in chunks for part in (chunk.title, *chunk.headings, chunk.text))


def _chunks_behind(assignment: Assignment, proposal: Proposal, quoted: set[str]) -> list[Chunk]:
    """The chunks beside its own that anything of it was taken from: without their permission it must go as well."""
    partner = assignment.partner
    return [partner] if partner is not None and (proposal.draws_on_partner or partner.id in quoted) else []


def _joined(licences: Iterable[str]) -> str:
    """One SPDX expression that demands them all; a chunk without one leaves it empty, since nothing is known then."""
    found = list(licences)
    if len(found) == 1 or not all(found):
        return found[0] if len(found) == 1 else ""
    return " AND ".join(f"({each})" if " OR " in each else each for each in found)
