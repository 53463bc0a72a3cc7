"""The figures that stages leave in their artifacts, in the shape in which the report reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.job.licences import Profile


class SourceFacts(BaseModel):
    """How one source did: a line of ``facts["sources"]``; what a source counts beyond these fields is kept as extra."""

    model_config = ConfigDict(frozen=True, extra="allow")

    source: str
    queries: int = 0
    found: int = 0
    refused: int = 0
    error: str = ""


class NotAsked(BaseModel):
    """A service that was not asked, and why."""

    model_config = ConfigDict(frozen=True)

    service: str
    reason: str


class PermissionFacts(BaseModel):
    """What permission kept out of one unit: ``facts["permission"]``."""

    model_config = ConfigDict(frozen=True)

    profile: str
    intended_use: str
    refused: int = 0
    quarantined: int = 0
    quarantined_of: dict[str, int] = {}
    """Source -> documents whose licence nobody states."""
    more_under: dict[Profile, int] = {}
    """Profile -> documents that it would let go on."""
    advice: str = ""


class ReadingFacts(BaseModel):
    """How one unit read its documents: ``facts["reading"]`` (`workers/parse/figures.py` says what each counts)."""

    model_config = ConfigDict(frozen=True)

    readers: dict[str, int] = {}
    pages: dict[str, int] = {}
    masked: dict[str, int] = {}
    removed: dict[str, int] = {}
    quality_kept: tuple[int, ...] = ()
    """Documents by score, in bins of equal width from 0 to 1."""
    quality_rejected: tuple[int, ...] = ()


def sources_asked(facts: Mapping[str, Any]) -> Iterator[SourceFacts]:
    """The sources of a discover unit.

    Raises:
        ValidationError: a line has another shape; those before it were given.
    """
    for line in facts.get("sources", ()):
        yield SourceFacts.model_validate(line)


def services_not_asked(facts: Mapping[str, Any]) -> Iterator[NotAsked]:
    """The services that a discover unit did without.

    Raises:
        ValidationError: a reason is no text.
    """
    for service, reason in dict(facts.get("not_asked", {})).items():
        yield NotAsked(service=service, reason=reason)


def permission_of(facts: Mapping[str, Any]) -> Iterator[PermissionFacts]:
    """The unit's figures on permission; none from a unit that decided nothing.

    Raises:
        ValidationError: they have another shape.
    """
    if (told := facts.get("permission")) is not None:
        yield PermissionFacts.model_validate(told)


def reading_of(facts: Mapping[str, Any]) -> Iterator[ReadingFacts]:
    """The unit's figures on reading; none from a unit that read nothing.

    Raises:
        ValidationError: they have another shape.
    """
    if (told := facts.get("reading")) is not None:
        yield ReadingFacts.model_validate(told)
