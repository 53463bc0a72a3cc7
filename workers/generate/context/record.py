"""What is known of a chunk before anything is generated from it; offsets count code points of the chunk's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RelationKind = Literal["cause", "comparison", "part_of", "sequence"]
EntityLabel = Literal["person", "organisation", "place", "product", "method", "date", "acronym", "name"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A verbatim run of the text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Concept(Mention):
    """A key phrase, where it stands first."""

    weight: float
    """0 to 1, the most important of the chunk 1."""
    key: str
    """What all its mentions have in common: lower case, the last word in the singular."""


@dataclass(frozen=True, slots=True)
class Entity(Mention):
    """A name."""

    label: EntityLabel
    long_form: str = ""
    """Of an acronym, where the text gives it."""


@dataclass(frozen=True, slots=True)
class Definition(Mention):
    """A sentence that says what its term is."""

    term: str


@dataclass(frozen=True, slots=True)
class Relation(Mention):
    """A sentence that relates two things."""

    kind: RelationKind
    left: str
    """Verbatim from the sentence, as is the right side: of a cause the effect first, of part_of the whole first."""
    right: str


@dataclass(frozen=True, slots=True)
class Quantity(Mention):
    """A number with its unit."""

    value: float
    unit: str
    """As written; '' for a bare number."""


@dataclass(frozen=True, slots=True)
class Context:
    """What one chunk holds."""

    words: int
    sentences: int
    """Complete sentences of its paragraphs."""
    questions: int = 0
    """Complete sentences that ask."""
    prose_words: int = 0
    """Words in complete sentences, wherever they stand: what is left without lists of names, code and tables."""
    expository_words: int = 0
    """Of them, words in sentences that speak of the subject, and not as an author to a reader or of a task."""
    long_paragraphs: int = 0
    """Paragraphs of three complete sentences or more and nothing else."""
    negations: int = 0
    """Complete sentences that deny something."""
    concepts: tuple[Concept, ...] = ()
    entities: tuple[Entity, ...] = ()
    definitions: tuple[Definition, ...] = ()
    relations: tuple[Relation, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    code_blocks: int = 0
    formulas: int = 0
    lists: int = 0
    list_items: int = 0
    stated_items: int = 0
    """Items long enough to state something, with a verb or as the entry of a glossary."""
    tables: int = 0
    reference_entries: int = 0
    """Paragraphs and items that cite a work and say nothing else."""
    density: float = 0.0
    """0 to 1: how much is said in so many words."""
    themes: tuple[str, ...] = ()
    """What it is about, the main theme first, as keys of concepts."""
