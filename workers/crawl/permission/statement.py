"""What one signal says about training on a document, with the raw line that says it."""

from __future__ import annotations

from typing import NamedTuple

from agent.job.records import Evidence


class Said(NamedTuple):
    """One statement about training, made anywhere."""

    kind: str
    """Which signal, as `Evidence.kind` has it."""
    forbids: bool
    """False for a statement that training is welcome: it lifts no other's refusal."""
    reason: str
    """The funnel's word when it forbids, else ''."""
    line: str
    url: str
    """Where the line stands."""
    time: str
    """When it was read, ISO 8601 UTC."""

    @property
    def evidence(self) -> Evidence:
        """The record of it."""
        return Evidence(kind=self.kind, url=self.url, line=self.line, time=self.time)


class Text(NamedTuple):
    """A file that speaks for a site, as it was read."""

    url: str
    body: str
    time: str
