"""One JSON object a line, for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self, TextIO

from agent.cli.displays.notice import says_the_same
from agent.job.events import DataAlert, DataForecast, JobEvent, ProgressChanged, StateChanged


class JsonDisplay:
    """Writes each event as a line, with its kind under ``event``."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._hinted = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def show(self, event: JobEvent) -> None:
        """Write the event."""
        self._write(event_payload(event))

    def hint(self, sentence: str) -> None:
        """Write the sentence as an event of kind ``waiting``, unless only its figures are new."""
        if sentence and not says_the_same(sentence, self._hinted):
            self._write({"event": "waiting", "text": sentence})
        self._hinted = sentence

    def _write(self, payload: dict[str, Any]) -> None:
        self._out.write(json.dumps(payload) + "\n")
        self._out.flush()


def event_payload(event: JobEvent) -> dict[str, Any]:
    """The event as JSON can hold it."""
    match event:
        case ProgressChanged(progress, eta_s):
            return {"event": "progress", **asdict(progress), "job_eta_s": eta_s}
        case StateChanged(state, reason):
            return {"event": "state", "state": state, "reason": reason}
        case DataAlert():
            return {"event": "alert", **asdict(event)}
        case DataForecast():
            return {"event": "forecast", **asdict(event)}
        case _:
            return {"event": "notice", **asdict(event)}
