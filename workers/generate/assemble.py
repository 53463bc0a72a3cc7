"""The assemble stage: examples become the dataset, with its held-out text and its sources."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from agent.contract import Stage
from agent.dataset.forecast import FORECAST
from agent.errors import NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.records import Chunk, Document, Example, SourceEntry, Split
from agent.store import ArtifactReader
from workers.generate.dataset.balance import shuffled, within_limit
from workers.generate.dataset.figures import dataset_figures
from workers.generate.dataset.formats import lay_out, layout_for
from workers.generate.dataset.overlap import verdicts
from workers.generate.forecast.foretell import foretell
from workers.generate.generate import EXAMPLES_FILE
from workers.runtime.work import Outcome, StageWork

HELD_OUT_FILE = "heldout.jsonl"
SOURCES_FILE = "sources.jsonl"
SHOWN_REASONS = 3
"""How many reject reasons an error names; more is a table, not a line."""


def assemble(work: StageWork) -> Outcome:
    """Write train, validation and test rows, ``heldout.jsonl`` and ``sources.jsonl``; clearing their rights follows.

    Raises:
        InvalidSpec: the layout does not fit the model.
        NotEnoughData: fewer training rows than ``assemble.min_examples``.
    """
    config = work.spec.assemble
    layout = layout_for(config, work.model)
    received = list(_examples(work))
    reasons: Counter[str] = Counter()
    kept = _kept(work, received, reasons)
    by_split = {split: shuffled((e for e in kept if e.split is split), work.spec.seed) for split in Split}
    _demand_enough(len(by_split[Split.TRAIN]), config.min_examples, reasons + _lost_before(work))
    for split, examples in by_split.items():
        rows = (lay_out(example, layout, config.system_prompt) for example in examples)
        work.output.write_records(f"{split}.jsonl", rows)
    work.output.write_records(HELD_OUT_FILE, _held_out(work))
    work.output.write_records(SOURCES_FILE, _sources(work, kept))
    work.output.facts |= dataset_figures(by_split, layout, reasons)
    trained = [lay_out(example, layout, config.system_prompt) for example in by_split[Split.TRAIN]]
    work.output.facts[FORECAST] = foretell(work, trained).model_dump(mode="json")
    work.tick(len(received), len(received))
    return Outcome(successors=(UnitPlan(stage=Stage.CLEAR, shard="0", inputs=(work.output.path,)),))


def _examples(work: StageWork) -> Iterator[Example]:
    for number, reader in enumerate(work.inputs_from("generate")):
        work.tick(number)
        yield from reader.records(EXAMPLES_FILE, Example)


def _kept(work: StageWork, received: Sequence[Example], reasons: Counter[str]) -> list[Example]:
    """The examples that become rows; the others are counted and set aside."""
    work.output.receive("examples", len(received))

    def set_aside(example: Example, reason: str) -> None:
        reasons[reason] += 1
        work.output.reject("examples", example.id, reason, example.prompt, url=example.url)

    unique = []
    for number, (example, reason) in enumerate(verdicts(received)):
        if reason:
            set_aside(example, reason)
        else:
            unique.append(example)
        if number % 1000 == 0:
            work.tick(number, len(received))
    kept, dropped = within_limit(unique, work.spec.assemble.max_rows_per_document)
    for example in dropped:
        set_aside(example, "over_document_limit")
    work.output.keep("examples", len(kept))
    return kept


def _demand_enough(have: int, need: int, reasons: Counter[str]) -> None:
    if have >= need:
        return
    lost = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common(SHOWN_REASONS))
    raise NotEnoughData(
        f"{have} training rows are left and assemble.min_examples asks for {need}"
        + (f" (set aside: {lost})." if lost else "."),
        next_step="Add sources or raise discover.max_documents, loosen the filters that the funnel names, "
        "or lower assemble.min_examples.",
    )


def _lost_before(work: StageWork) -> Counter[str]:
    """What the generate units set aside, by reason."""
    lost: Counter[str] = Counter()
    for reader in work.inputs_from("generate"):
        for tally in reader.manifest.tallies.values():
            lost.update(tally.rejected)
            lost.update(tally.failed)
    return lost


def _curated(work: StageWork) -> ArtifactReader:
    return work.inputs_from("curate")[0]


def _held_out(work: StageWork) -> Iterator[Chunk]:
    curated = _curated(work)
    for name in sorted(curated.manifest.files):
        if name.startswith("chunks-"):
            yield from (chunk for chunk in curated.records(name, Chunk) if chunk.split is Split.TEST)


def _sources(work: StageWork, kept: Sequence[Example]) -> Iterator[SourceEntry]:
    curated = _curated(work)
    splits: dict[str, str] = json.loads(curated.read_file("splits.json"))
    rows = Counter(example.document_id for example in kept)
    for document in curated.records("documents.jsonl", Document):
        yield SourceEntry(
            document_id=document.id,
            url=document.url,
            source=document.source,
            title=document.title,
            licence=document.licence,
            split=Split(splits[document.id]),
            blob=document.blob,
            media_type=document.media_type,
            score=document.score,
            fetched_at=document.fetched_at,
            fetched_from=document.fetched_from,
            evidence=document.evidence,
            rows=rows[document.id],
        )
