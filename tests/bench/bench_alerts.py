"""Alerts on batches of examples: how often one is false on real documents, and how surely a planted fault is found.

Each job is one order of the same units; a fault begins in the middle of it and stays. Beside our limits stands the same
watch by two standard deviations on each figure, as a control chart has it.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from agent.dataset.alerts import WINDOW_PROPOSALS, Monitor
from agent.dataset.batch import Batch, together
from agent.job.artifacts import Tally
from agent.job.records import Chunk, Document, Example, ExampleKind, Split
from agent.store import ArtifactReader, ArtifactWriter
from tests.bench.dedup_corpus import DATA
from tests.bench.relevance_corpus import TOPICS
from tests.workers.generate.desk import JOB, Desk
from workers.generate.generate import generate
from workers.generate.monitor.describe import describe
from workers.parse.curate.chunk import Cutter
from workers.parse.read import ReadRequest, read
from workers.tokens.counter import TokenCounter
from workers.tokens.estimate import estimate_tokens

CHUNKS_PER_UNIT = 50
ORDERS = 100
TOKENS = TokenCounter(lambda texts: [estimate_tokens(text) for text in texts], "estimate", 2)


class Unit(NamedTuple):
    """What one unit of generation made of its chunks."""

    chunks: tuple[Chunk, ...]
    examples: tuple[Example, ...]
    tallies: Mapping[str, Tally]

    def batch(self) -> Batch:
        """As the unit describes it."""
        return describe(self.examples, self.chunks, self.tallies, {})


Fault = Callable[[Unit, random.Random], Unit]


def main() -> None:
    """Print both tables."""
    if not DATA.is_dir():
        print("the recorded material is not beside this checkout")
        return
    units = made_units()
    asking = sum(bool(example.prompt) for unit in units for example in unit.examples)
    began = time.process_time()
    batches = [unit.batch() for unit in units]
    spent_ms = (time.process_time() - began) * 1000
    print(f"{len(units)} units, {asking} examples; describing costs {spent_ms / asking:.2f} CPU ms an example")
    ours, plain = false_alarms(batches, ORDERS, limits), false_alarms(batches, ORDERS, control_chart)
    print(f"jobs without a fault that raise an alert: limits {ours:.1%}, control chart {plain:.1%}")
    print(f"{'planted fault':<28}{'found':>7}{'chart':>7}  by")
    for name, fault in FAULTS.items():
        found = [_with_fault(units, fault, seed) for seed in range(12)]
        raised = Counter(alert for job in found for alert in limits(job))
        share, beside = (statistics.mean(bool(method(job)) for job in found) for method in (limits, control_chart))
        print(f"{name:<28}{share:>7.0%}{beside:>7.0%}  {', '.join(raised)}")


def made_units(most_documents: int = 400) -> list[Unit]:
    """Examples by rules of the real Markdown documents, with the topics of the hand-made map."""
    cutter = Cutter(TOKENS, 220, 24, 0)
    chunks: list[Chunk] = []
    for path in sorted((DATA / "corpus-quantum").rglob("*.md"))[:most_documents]:
        request = ReadRequest(url=path.as_uri(), media_type="text/markdown")
        blocks = read(path.read_bytes(), request, lambda done, total: None).parsed.blocks
        document = Document(
            id=f"{len(chunks):016x}", url=path.as_uri(), source="dir:x", blob="", text_sha256="", language="en",
            media_type="text/markdown", parser="markdown", quality=1.0, blocks=blocks,
        )  # fmt: skip
        chunks += cutter.chunks(document, Split.TRAIN)
    with tempfile.TemporaryDirectory() as folder:
        return _generated(Desk(Path(folder)), chunks)


def _generated(desk: Desk, chunks: Sequence[Chunk]) -> list[Unit]:
    curated = ArtifactWriter(desk.store, JOB, "curate", "0", "e1")
    curated.write_records("topics.jsonl", [TOPICS])
    parts = [chunks[at : at + CHUNKS_PER_UNIT] for at in range(0, len(chunks), CHUNKS_PER_UNIT)]
    for number, part in enumerate(parts):
        curated.write_records(f"chunks-{number:04d}.jsonl", part)
    curated.commit()
    units = []
    for number, part in enumerate(parts):
        work = desk.work("generate", (curated.path,), {"file": f"chunks-{number:04d}.jsonl"}, f"e{number}")
        generate(work)
        work.output.commit()
        made = ArtifactReader(desk.store, work.output.path)
        units.append(Unit(tuple(part), tuple(made.records("examples.jsonl", Example)), made.manifest.tallies))
    return units


def limits(batches: Sequence[Batch]) -> list[str]:
    """Names of the alerts that we raise."""
    monitor = Monitor()
    for batch in batches:
        monitor.take(batch)
    return [alert.name for alert in monitor.alerts]


_CHARTED = ("diversity", "repeated_questions", "repeated_answers", "same_opening", "from_source", "quality")


def control_chart(batches: Sequence[Batch]) -> list[str]:
    """Figures that leave the mean of the windows before them, five or more, by over two standard deviations."""
    windows: list[Batch] = []
    pending: list[Batch] = []
    found: dict[str, None] = {}
    for batch in batches:
        pending.append(batch)
        window = together(pending)
        if window.proposed < WINDOW_PROPOSALS:
            continue
        pending = []
        for name in _CHARTED if len(windows) >= 5 else ():
            before = [getattr(each, name) for each in windows]
            if abs(getattr(window, name) - statistics.mean(before)) > 2 * statistics.stdev(before):
                found[name] = None
        windows.append(window)
    return list(found)


def false_alarms(batches: Sequence[Batch], orders: int, method: Callable[[Sequence[Batch]], list[str]]) -> float:
    """Share of the jobs, each another order of the units, with an alert."""
    rng = random.Random(3)
    return statistics.mean(bool(method(rng.sample(batches, len(batches)))) for _ in range(orders))


def _with_fault(units: Sequence[Unit], fault: Fault, seed: int) -> list[Batch]:
    rng = random.Random(seed)
    order = rng.sample(units, len(units))
    begin = len(order) // 2
    return [(fault(unit, rng) if place >= begin else unit).batch() for place, unit in enumerate(order)]


def found_share(units: Sequence[Unit], fault: Fault, jobs: int) -> float:
    """Share of the jobs with the fault that raise an alert."""
    return statistics.mean(bool(limits(_with_fault(units, fault, seed))) for seed in range(jobs))


_ELSEWHERE = [
    "der",
    "Zustand",
    "lässt",
    "sich",
    "nicht",
    "kopieren",
    "ohne",
    "ihn",
    "zu",
    "verändern",
    "weshalb",
    "Messungen",
    "geplant",
    "werden",
]
_REFUSAL = "I'm sorry, but I cannot answer this question from the text."


def _changed(unit: Unit, change: Callable[[Example], Mapping[str, object]]) -> Unit:
    examples = (each.model_copy(update=change(each)) if each.prompt else each for each in unit.examples)
    return unit._replace(examples=tuple(examples))


def _foreign(unit: Unit, rng: random.Random) -> Unit:
    return _changed(unit, lambda each: {"response": " ".join(rng.choices(_ELSEWHERE, k=len(each.response.split())))})


def _refusing(unit: Unit, rng: random.Random) -> Unit:
    return _changed(unit, lambda each: {"response": _REFUSAL} if rng.random() < 0.5 else {})


def _refused(unit: Unit, rng: random.Random) -> Unit:
    kept = tuple(each for each in unit.examples if not each.prompt or rng.random() < 0.4)
    gone = len(unit.examples) - len(kept)
    tally = Tally(received=len(unit.examples), kept=len(kept), rejected={"refusal": gone})
    return Unit(unit.chunks, kept, {"examples": tally})


FAULTS: dict[str, Fault] = {
    "one question": lambda unit, rng: _changed(unit, lambda each: {"prompt": "What is it?", "context": ""}),
    "one answer": lambda unit, rng: _changed(unit, lambda each: {"response": "It is a quantum computer."}),
    "another language": _foreign,
    "half are refusals": _refusing,
    "most are refused by checks": _refused,
    "one topic": lambda unit, rng: _changed(unit, lambda each: {"topic": "quantum annealing"}),
    "one kind": lambda unit, rng: _changed(unit, lambda each: {"kind": ExampleKind.ANALYSE}),
    "answers cut short": lambda unit, rng: _changed(
        unit, lambda each: {"response": " ".join(each.response.split()[:4])}
    ),
}
