"""The generate stage: chunks become grounded examples."""

from __future__ import annotations

import asyncio
from collections import Counter

from agent.errors import DocumentRejected
from agent.job.records import Chunk, Example
from agent.spec import GenerateConfig
from agent.store import ArtifactReader
from workers.generate.accept import accept
from workers.generate.asking.ask_all import Answer, ask_all
from workers.generate.backend import Assignment, Backend, Proposal
from workers.generate.extractive.completions import PLAIN_GENERATOR, whole_chunk
from workers.generate.plan.assign import assign
from workers.generate.topics import map_of, topics_of
from workers.runtime.work import Outcome, StageWork

EXAMPLES_FILE = "examples.jsonl"


def open_backend(spec: GenerateConfig) -> Backend:
    """The backend that the specification names, ready to be asked.

    Raises:
        GenerationFailed: its key is missing.
    """
    if spec.backend == "openai":
        from workers.generate.asking.backend import OpenAICompatible

        return OpenAICompatible(spec)
    from workers.generate.extractive.backend import Extractive

    return Extractive()


def generate(work: StageWork) -> Outcome:
    """Write ``examples.jsonl`` for the chunks of ``params["file"]``, in their order.

    Every chunk gives itself as one plain completion, and up to ``max_examples_per_chunk`` prompted examples.

    Raises:
        GenerationFailed: the backend cannot go on.
    """
    backend = open_backend(work.spec.generate)
    reader = ArtifactReader(work.store, work.inputs[0])
    chunks = list(reader.records(str(work.params["file"]), Chunk))
    work.output.receive("chunks", len(chunks))
    assignments = assign(chunks, work.spec, work.model, backend.kinds)
    topics = topics_of(chunks, map_of(reader))
    examples: list[Example] = []
    answers = asyncio.run(ask_all(backend, assignments, work.tick))
    for (assignment, answer), topic in zip(answers, topics, strict=True):
        found = _examples(work, assignment, answer, backend.name, topic)
        examples += found
        if found:
            work.output.keep("chunks")
        else:
            work.output.reject("chunks", assignment.chunk.id, "no_example", url=assignment.chunk.url)
    work.output.keep("examples", len(examples))
    work.output.write_records(EXAMPLES_FILE, examples)
    work.output.facts |= {
        "generator": backend.name,
        "kinds": dict(sorted(Counter(example.kind.value for example in examples).items())),
        **backend.usage,
    }
    return Outcome()


def _examples(work: StageWork, assignment: Assignment, answer: Answer, generator: str, topic: str) -> list[Example]:
    """The chunk's examples; what is refused is counted on the way."""
    plain = whole_chunk(assignment.chunk)
    found = _accepted(work, assignment, [plain] if plain else [], PLAIN_GENERATOR, topic)
    if isinstance(answer, DocumentRejected):
        chunk = assignment.chunk
        work.output.receive("examples")
        work.output.reject("examples", chunk.id, answer.reason, answer.detail, url=chunk.url, failed=True)
        return found
    return found + _accepted(work, assignment, answer, generator, topic)


def _accepted(
    work: StageWork, assignment: Assignment, proposals: list[Proposal], generator: str, topic: str
) -> list[Example]:
    found: dict[str, Example] = {}
    chunk = assignment.chunk
    work.output.receive("examples", len(proposals))
    for proposal in proposals:
        try:
            example = accept(assignment, proposal, generator, topic)
            if example.id in found:
                raise DocumentRejected("duplicate", proposal.prompt)
            found[example.id] = example
        except DocumentRejected as rejection:
            work.output.reject("examples", chunk.id, rejection.reason, rejection.detail, url=chunk.url)
    return list(found.values())
