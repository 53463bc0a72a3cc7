"""The forecast of a job's training, from its rows, its subject's map and its model's tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

from agent.dataset.forecast import Forecast, forecast
from agent.job.records import Row
from agent.settings import Settings
from workers.generate.forecast.measure import measured
from workers.generate.topics import map_of
from workers.runtime.work import StageWork
from workers.tokens.counter import token_counter


def foretell(work: StageWork, rows: Sequence[Row]) -> Forecast:
    """What training on these rows will likely come to; the unit reads what curating made."""
    spec, curate = work.spec, work.spec.curate
    topics = next((map_of(curated) for curated in work.inputs_from("curate")), None)
    tokens = token_counter(work.model, Settings().model_cache)
    return forecast(
        measured(rows, topics, tokens, spec.train.sequence_length),
        parameters=work.model.parameters,
        epochs=spec.train.epochs,
        max_steps=spec.train.max_steps,
        batch_sequences=spec.train.batch_sequences,
        train_share=1 - curate.validation_share - curate.test_share,
    )
