"""Reads from a job's artifacts what its report shows of the training examples."""

from __future__ import annotations

from collections.abc import Sequence

from agent.contract import Stage
from agent.dataset.batch import Batch, batch_of, together
from agent.dataset.select import Filter
from agent.dataset.view import Dataset
from agent.job.artifacts import Failure
from agent.ledger.contract import JobView, Outputs
from agent.report.examples import ExamplesRead
from agent.store import ArtifactReader, Store

ROWS_SHOWN = 4
_KINDS_TRIED = ("factual", "explain", "analytical", "comparative", "multi_hop", "summary_short", "extract", "")


def read_examples(view: JobView, outputs: Outputs, store: Store, failures: Sequence[Failure]) -> ExamplesRead | None:
    """The figures of all rows, one refused example of each reason, rows of different kinds with their evidence; None
    before the first example.

    Raises:
        FinetuneError: an artifact is damaged or missing.
    """
    units = outputs.get(Stage.GENERATE, ())
    if not units:
        return None
    dataset = Dataset(view, outputs, store, failures)
    drawn = [
        row.id
        for kind in _KINDS_TRIED
        for row in dataset.sample(1, Filter(split="train", kind=kind), seed=view.job.spec.seed)
    ]
    return ExamplesRead(
        summary=dataset.summary(),
        batch=together(batch for unit in units if (batch := _batch(store, unit))),
        origins=tuple(dataset.explain(row_id) for row_id in list(dict.fromkeys(drawn))[:ROWS_SHOWN]),
        refused=tuple(dataset.refused(most=1)),
    )


def _batch(store: Store, path: str) -> Batch | None:
    manifest = ArtifactReader(store, path).manifest
    return batch_of(manifest.facts, manifest.shard)
