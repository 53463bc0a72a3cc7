"""What a job's examples give cause to tell while it runs: alerts as they arise, and the forecast before training."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from pydantic import ValidationError

from agent.contract import Stage
from agent.dataset.alerts import Alert, Monitor
from agent.dataset.batch import batch_of
from agent.dataset.forecast import Forecast, forecast_of
from agent.errors import FinetuneError
from agent.job.events import DataAlert, DataForecast
from agent.ledger.contract import JobView, Outputs
from agent.store import ArtifactReader, Store

LOOK_S = 10.0
"""Seconds between two looks at the finished units: naming them costs the server a line for each."""
MOST_READ = 200
"""Units read for one look at a job: of more the latest, so that a status takes a second, not a minute."""


class News:
    """Follows one job. Every finished unit is read once; what cannot be read says nothing."""

    def __init__(
        self, outputs: Callable[[], Outputs], store: Store, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._outputs = outputs
        self._store = store
        self._clock = clock
        self._monitor = Monitor()
        self._seen: set[str] = set()
        self._done = 0
        self._looked_at = float("-inf")
        self._ended = False
        self._foretold = False

    def look(self, view: JobView) -> Iterator[DataAlert | DataForecast]:
        """What is new since the last look."""
        done = view.stages[Stage.GENERATE].done
        last = _is_generated(view)
        due = done > self._done and self._clock() - self._looked_at >= LOOK_S
        ready = bool(view.stages[Stage.ASSEMBLE].done) and not self._foretold
        if not (due or (last and not self._ended) or ready):
            return
        outputs = self._outputs()
        self._done, self._looked_at = done, self._clock()
        for alert in self._alerts(outputs, last):
            yield DataAlert(alert.name, alert.text, alert.advice_for(view.job.id))
        if ready:
            self._foretold = True
            if found := read_forecast(outputs, self._store):
                yield DataForecast(found.outlook, found.sentences)

    def _alerts(self, outputs: Outputs, last: bool) -> Iterator[Alert]:
        for path in outputs.get(Stage.GENERATE, ()):
            if path not in self._seen:
                self._seen.add(path)
                yield from _taken(self._monitor, self._store, path)
        if last and not self._ended:
            self._ended = True
            yield from self._monitor.end()


def read_alerts(view: JobView, outputs: Outputs, store: Store, most: int = MOST_READ) -> tuple[Alert, ...]:
    """The alerts of a job as it stands, from the last ``most`` units of generation."""
    monitor = Monitor()
    for path in outputs.get(Stage.GENERATE, ())[-most:]:
        _taken(monitor, store, path)
    if _is_generated(view):
        monitor.end()
    return monitor.alerts


def read_forecast(outputs: Outputs, store: Store) -> Forecast | None:
    """The forecast of a job's training; None before the dataset is built, or where it cannot be read."""
    for path in outputs.get(Stage.ASSEMBLE, ()):
        with suppress(FinetuneError, ValidationError):
            return forecast_of(ArtifactReader(store, path).manifest.facts)
    return None


def _is_generated(view: JobView) -> bool:
    """Whether the last unit of generation is done: then assembling begins, and may still fail."""
    return bool(view.stages[Stage.ASSEMBLE].units)


def _taken(monitor: Monitor, store: Store, path: str) -> list[Alert]:
    """The alerts that this unit raises; none where it cannot be read: who reads the dataset is told so."""
    with suppress(FinetuneError, ValidationError):
        manifest = ArtifactReader(store, path).manifest
        if batch := batch_of(manifest.facts, manifest.shard):
            return monitor.take(batch)
    return []
