"""What is known of a chunk before anything is generated from it; offsets count code points of the chunk's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RelationKind = Literal["cause", "comparison", "part_of", "sequence"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A run of the text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Concept(Mention):
    """A key phrase."""

    weight: float
    """0 to 1, the most important near 1."""


@dataclass(frozen=True, slots=True)
class Entity(Mention):
    """A name."""

    label: str
    """person, organisation, place, product, method, date, acronym or name."""


@dataclass(frozen=True, slots=True)
class Definition(Mention):
    """A sentence that says what its term is."""

    term: str


@dataclass(frozen=True, slots=True)
class Relation(Mention):
    """A sentence that relates two things."""

    kind: RelationKind
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Quantity(Mention):
    """A number with its unit."""

    value: float
    unit: str
    """'' for a bare number."""


@dataclass(frozen=True, slots=True)
class Context:
    """What one chunk holds."""

    words: int
    sentences: int
    """Complete sentences of its paragraphs."""
    concepts: tuple[Concept, ...] = ()
    entities: tuple[Entity, ...] = ()
    definitions: tuple[Definition, ...] = ()
    relations: tuple[Relation, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    code_blocks: int = 0
    formulas: int = 0
    lists: int = 0
    tables: int = 0
    density: float = 0.0
    """0 to 1: how much is said in so many words."""
    themes: tuple[str, ...] = ()
    """What it is about, the main theme first."""
