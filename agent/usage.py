"""Reads from a job's artifacts what its language models have taken, and will."""

from __future__ import annotations

from contextlib import suppress

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.cost_forecast import CostForecast, forecast_cost
from agent.job.job import JobRecord
from agent.job.usage import Usage, usage_of
from agent.ledger.contract import Outputs
from agent.prices import models_asked
from agent.store import ArtifactReader, Store

ASKING_STAGES = (Stage.DISCOVER, Stage.GENERATE)


def read_usage(outputs: Outputs, store: Store) -> dict[Stage, Usage]:
    """What finished units say, by stage; stages that asked nothing are left out, as are damaged artifacts."""
    found = {stage: _usage(outputs.get(stage, ()), store) for stage in ASKING_STAGES}
    return {stage: usage for stage, usage in found.items() if usage != Usage()}


def read_cost_forecast(job: JobRecord, outputs: Outputs, store: Store) -> CostForecast | None:
    """The forecast, as soon as the chunks are known; None before, and for jobs that ask no language model."""
    asked = models_asked(job.spec.generate)
    for path in outputs.get(Stage.CURATE, ()) if asked else ():
        with suppress(FinetuneError, LookupError, TypeError, AttributeError):
            facts = ArtifactReader(store, path).manifest.facts
            chunks, tokens = sum(facts["chunks_per_split"].values()), sum(facts["tokens_per_split"].values())
            return forecast_cost(job.spec.generate, chunks, tokens, job.prices.get(asked[0]))
    return None


def _usage(paths: tuple[str, ...], store: Store) -> Usage:
    total = Usage()
    for path in paths:
        with suppress(FinetuneError):
            total += usage_of(ArtifactReader(store, path).manifest.facts)
    return total
