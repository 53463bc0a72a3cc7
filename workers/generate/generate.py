"""The generate stage: chunks become grounded examples."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.dataset.batch import BATCH
from agent.errors import DocumentRejected
from agent.job.records import Chunk, Example, ExampleKind
from agent.spec import GenerateConfig
from agent.store import ArtifactReader
from workers.generate.asking.ask_all import work_on_all
from workers.generate.backend import Assignment, Backend, Refused
from workers.generate.check import Checked, accepted, check
from workers.generate.extractive.completions import PLAIN_GENERATOR, whole_chunk
from workers.generate.figures import UnitFigures, as_record
from workers.generate.injection import orders_in
from workers.generate.monitor.describe import describe
from workers.generate.plan.assign import assign
from workers.generate.plan.mix import target_mix
from workers.generate.quality.score import Floors
from workers.generate.topics import map_of, topics_of
from workers.llm.models import Models
from workers.runtime.work import Outcome, StageWork

if TYPE_CHECKING:
    from workers.generate.asking.judge import Judge

EXAMPLES_FILE = "examples.jsonl"
NO_EXAMPLE = "no_example"
"""Why a chunk is set aside of which examples were ordered and none came."""
BUDGET_SPENT = "budget_spent"
"""Why a chunk failed of which nothing could be asked any more."""


def open_backend(spec: GenerateConfig, models: Models) -> Backend:
    """The backend that the specification names, ready to be asked.

    Raises:
        GenerationFailed: its key is missing.
    """
    if spec.backend == "openai":
        from workers.generate.asking.backend import OpenAICompatible

        return OpenAICompatible(spec, models.chat(spec.model))
    from workers.generate.extractive.backend import Extractive

    return Extractive()


def open_judge(spec: GenerateConfig, models: Models) -> Judge | None:
    """The judge where the specification wants one.

    Raises:
        GenerationFailed: its key is missing.
    """
    if spec.judge == "off":
        return None
    from workers.generate.asking.judge import Judge

    return Judge(models.chat(spec.judge_model or spec.model), spec.min_quality)


def generate(work: StageWork) -> Outcome:
    """Write ``examples.jsonl`` for the chunks of ``params["file"]``, in their order.

    Every chunk that carries anything gives itself as one plain completion, unless the mix has none, and the examples
    that its assignment orders.

    Raises:
        GenerationFailed: the backend cannot go on.
    """
    reader = ArtifactReader(work.store, work.inputs[0])
    chunks = list(reader.records(str(work.params["file"]), Chunk))
    work.output.receive("chunks", len(chunks))
    models = Models(work)
    backend, judge = open_backend(work.spec.generate, models), open_judge(work.spec.generate, models)
    assignments = assign(chunks, work.spec, work.model, backend.kinds)
    topics = topics_of(chunks, map_of(reader))
    checked = asyncio.run(_checked(work, models, backend, judge, list(zip(assignments, topics, strict=True))))
    mix = target_mix(work.spec, work.model, backend.kinds | {ExampleKind.PLAIN})
    figures = UnitFigures()
    examples: list[Example] = []
    for each, topic in zip(checked, topics, strict=True):
        if ExampleKind.PLAIN in mix and not each.assignment.reason:
            each = _with_plain(each, topic)
        figures.add(each)
        examples += each.examples
        _count(work, each)
    work.output.write_records(EXAMPLES_FILE, examples)
    work.output.facts |= {"generator": backend.name, **figures.facts(), **models.facts()}
    if judge:
        work.output.facts["judge"] = dict(sorted(judge.given.items()))
    work.output.facts[BATCH] = describe(
        examples, chunks, work.output.tallies, _aimed_at(work.spec.generate, mix)
    ).model_dump(mode="json")
    return Outcome()


def _aimed_at(spec: GenerateConfig, mix: dict[ExampleKind, float]) -> dict[ExampleKind, float]:
    """The mix that the kinds are held against: none for the rules, which make what they find, unless one was set."""
    return mix if spec.backend == "openai" or spec.mix else {}


async def _checked(
    work: StageWork,
    models: Models,
    backend: Backend,
    judge: Judge | None,
    assignments: Sequence[tuple[Assignment, str]],
) -> list[Checked]:
    """What became of each assignment (given with its topic), in order; many are under way at once."""
    most_tokens = work.spec.train.sequence_length
    floors = Floors(work.spec.generate.min_quality, work.spec.generate.min_checked_quality)

    async def make(item: tuple[Assignment, str]) -> Checked:
        assignment, topic = item
        if not assignment.orders:
            return Checked(assignment)
        try:
            answers = await backend.propose(assignment)
        except DocumentRejected as fault:
            return Checked(assignment, refused=(Refused(fault.reason, fault.detail, failed=True),))
        checked = check(assignment, answers, backend.name, topic, most_tokens, floors)
        return await judge.judge(checked) if judge else checked

    try:
        return await work_on_all(assignments, make, work.tick, lambda: models.usage.figures())
    finally:
        await backend.close()
        await models.close()


def _with_plain(checked: Checked, topic: str) -> Checked:
    """The same with the chunk's own text before all else, unless it holds orders that a model should not learn."""
    chunk = checked.assignment.chunk
    plain = whole_chunk(chunk)
    if plain is None:
        return checked
    try:
        if orders_in(chunk):
            raise DocumentRejected("orders_models_about", orders_in(chunk)[0])
        example = accepted(checked.assignment, plain, PLAIN_GENERATOR, topic)
    except DocumentRejected as fault:
        return Checked(
            checked.assignment,
            checked.examples,
            (Refused.of(plain, fault.reason, fault.detail), *checked.refused),
        )
    return Checked(checked.assignment, (example, *checked.examples), checked.refused)


def _count(work: StageWork, checked: Checked) -> None:
    """Count a chunk and all that was made of it."""
    assignment, chunk = checked.assignment, checked.assignment.chunk
    if _unasked(checked):
        work.output.reject("chunks", chunk.id, BUDGET_SPENT, url=chunk.url, failed=True)
    elif checked.examples:
        work.output.keep("chunks")
    else:
        work.output.reject("chunks", chunk.id, assignment.reason or NO_EXAMPLE, url=chunk.url)
    work.output.receive("examples", len(checked.examples) + len(checked.refused))
    work.output.keep("examples", len(checked.examples))
    for each in checked.refused:
        work.output.reject(
            "examples", chunk.id, each.reason, each.detail, url=chunk.url, record=as_record(each), failed=each.failed
        )


def _unasked(checked: Checked) -> bool:
    """Whether the budget kept all that was ordered of a chunk from being asked; its own text may still be kept."""
    made = any(example.kind is not ExampleKind.PLAIN for example in checked.examples)
    return not made and any(refused.reason == BUDGET_SPENT for refused in checked.refused)
