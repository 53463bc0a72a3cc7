"""The assemble stage: examples become the dataset, with its held-out text and its sources."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from agent.contract import Stage
from agent.dataset.benchmarks import read_benchmark
from agent.dataset.distributions import Distributions
from agent.dataset.forecast import FORECAST
from agent.errors import NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.records import Chunk, Document, Example, Record, SourceEntry, Split
from agent.store import ArtifactReader
from workers.generate.dataset.balance import shuffled
from workers.generate.dataset.figures import dataset_figures
from workers.generate.dataset.formats import lay_out, layout_for
from workers.generate.dataset.pool import Entry, Pool, choices_of, of_split
from workers.generate.dataset.select import Selection, select
from workers.generate.forecast.foretell import foretell
from workers.generate.generate import EXAMPLES_FILE
from workers.runtime.work import Outcome, StageWork

HELD_OUT_FILE = "heldout.jsonl"
SOURCES_FILE = "sources.jsonl"
CHOICES_FILE = "choices.jsonl"
SHOWN_REASONS = 3
"""How many reject reasons an error names; more is a table, not a line."""


def assemble(work: StageWork) -> Outcome:
    """Write train, validation and test rows, ``choices.jsonl`` (multiple choice of held-out documents, never trained
    on), ``examples.jsonl`` (what the rows were made of, in their order), ``heldout.jsonl`` and ``sources.jsonl``;
    clearing their rights follows.

    Texts stay on disk: the same examples give the same bytes, whatever order they come in.

    Raises:
        InvalidSpec: the layout does not fit the model, or a benchmark file cannot be read.
        NotEnoughData: fewer training rows than ``assemble.min_examples``.
    """
    config = work.spec.assemble
    layout = layout_for(config, work.model)
    benchmarks = [item for address in config.benchmarks for item in read_benchmark(address)]
    with closing(Pool(work.scratch / "pool.jsonl")) as pool:
        entries = [pool.add(example) for example in _examples(work)]
        chosen = select(pool, entries, benchmarks, work.spec, work.model, lambda: work.tick(0, len(entries)))
        reasons = _account(work, entries, chosen)
        parts = {f"{split}.jsonl": shuffled(of_split(chosen.kept, split), work.spec.seed) for split in Split}
        _demand_enough(len(parts["train.jsonl"]), config.min_examples, reasons + _lost_before(work))
        rows = [entry for part in parts.values() for entry in part]
        parts[CHOICES_FILE] = shuffled(choices_of(chosen.kept), work.spec.seed)
        found = Distributions()
        for name, part in parts.items():
            examples = _counted(pool.read(part), "choices" if name == CHOICES_FILE else "data", found)
            _write(work, name, (lay_out(example, layout, config.system_prompt) for example in examples))
        _write(work, EXAMPLES_FILE, pool.read(entry for part in parts.values() for entry in part))
        trained = [lay_out(example, layout, config.system_prompt) for example in pool.read(parts["train.jsonl"])]
    work.output.write_records(HELD_OUT_FILE, _held_out(work))
    work.output.write_records(SOURCES_FILE, _sources(work, rows))
    work.output.facts |= dataset_figures(found, layout, reasons) | chosen.figures
    work.output.facts[FORECAST] = foretell(work, trained).model_dump(mode="json")
    work.tick(len(entries), len(entries))
    return Outcome(successors=(UnitPlan(stage=Stage.CLEAR, shard="0", inputs=(work.output.path,)),))


def _examples(work: StageWork) -> Iterator[Example]:
    for number, reader in enumerate(work.inputs_from("generate")):
        work.tick(number)
        yield from reader.records(EXAMPLES_FILE, Example)


def _account(work: StageWork, entries: Sequence[Entry], chosen: Selection) -> Counter[str]:
    """Count what stays and set the rest aside; how many went for which reason."""
    work.output.receive("examples", len(entries))
    work.output.keep("examples", len(chosen.kept))
    for entry, reason, of, _ in chosen.gone:
        beside = f" (beside {of})" if of else ""
        work.output.reject("examples", entry.id, reason, f"{entry.prompt}{beside}".strip(), url=entry.url)
    return Counter(verdict.reason for verdict in chosen.gone)


def _counted(examples: Iterable[Example], config: str, found: Distributions) -> Iterator[Example]:
    for example in examples:
        found.add(example, config)
        yield example


def _write(work: StageWork, name: str, records: Iterable[Record]) -> None:
    """Write the records one by one: a large dataset is never held whole."""
    local = work.scratch / name
    count = 0
    with local.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(record.model_dump_json() + "\n")
            count += 1
    work.output.put_file(local, name, records=count)
    local.unlink()


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


def _sources(work: StageWork, kept: Sequence[Entry]) -> Iterator[SourceEntry]:
    curated = _curated(work)
    splits: dict[str, str] = json.loads(curated.read_file("splits.json"))
    rows = Counter(entry.document_id for entry in kept)
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
