"""Cleans a document's blocks, step by step in one order, and says what was done: the one entry to this room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from agent.job.records import Block, Decision
from workers.language.identify import Language
from workers.parse.clean.characters import characters
from workers.parse.clean.contents import without_contents
from workers.parse.clean.furniture import without_furniture
from workers.parse.clean.languages import Writing, writing
from workers.parse.clean.paragraphs import joined
from workers.parse.clean.references import without_references
from workers.parse.clean.repeats import without_repeats
from workers.parse.clean.typography import typography
from workers.parse.language import language_of, with_languages
from workers.personal.mask import finders, masked

_REMOVING: tuple[tuple[str, Callable[[Sequence[Block]], list[Block]]], ...] = (
    ("clean.furniture", without_furniture),
    ("clean.contents", without_contents),
    ("clean.references", without_references),
    ("clean.repeats", without_repeats),
)

_MOST_ROUNDS = 8
"""What one step takes out may leave something to another; two rounds are usual, the second to see that all is done."""


class Cleaned(NamedTuple):
    """Clean blocks, their language, personal data masked by kind, and a decision for each step that did something."""

    blocks: tuple[Block, ...]
    language: Language
    masked: dict[str, int]
    decisions: tuple[Decision, ...]


def cleaned(blocks: Iterable[Block], *, mask: bool) -> Cleaned:
    """The blocks as they are to be learnt from; cleaning them again changes nothing.

    Steps: characters, language, typography, then furniture, tables of contents, references, repetitions and broken
    paragraphs until nothing changes, personal data (where ``mask``), and the language of single blocks. Code, tables
    and formulas are never removed or joined; they lose what no text has, and what is masked.
    """
    signs: Counter[str] = Counter()
    given = [_with_text(block, characters(block.text, block.kind, signs)) for block in blocks]
    language = language_of(given)
    own = writing(language.code)
    kept = _substantial(_with_text(block, typography(block.text, block.kind, own)) for block in given)
    finds: Counter[str] = Counter()
    changes: dict[str, Counter[str]] = {}
    for turn in range(_MOST_ROUNDS):
        before, kept = kept, _structured(kept, own, changes)
        if turn and kept == before:
            break
        if mask:
            able = finders("\n".join(block.text for block in kept))
            kept = [_with_text(block, masked(block.text, finds, able)) for block in kept]
        if kept == before:
            break
    if changes:  # menus and bibliographies had a vote
        language = language_of(kept)
    decisions = (*_signs_decision(signs), *_step_decisions(changes), *_mask_decision(finds))
    return Cleaned(tuple(with_languages(kept, language.code)), language, dict(sorted(finds.items())), decisions)


def _with_text(block: Block, text: str) -> Block:
    return block if text == block.text else block.model_copy(update={"text": text})


def _substantial(blocks: Iterable[Block]) -> list[Block]:
    """Blocks that say something: a letter or a digit."""
    return [block for block in blocks if any(map(str.isalnum, block.text))]


def _structured(blocks: list[Block], own: Writing, changes: dict[str, Counter[str]]) -> list[Block]:
    for step, remove in _REMOVING:
        left = remove(blocks)
        if len(left) < len(blocks):
            counts = changes.setdefault(step, Counter())
            counts["blocks"] += len(blocks) - len(left)
            counts["characters"] += _characters(blocks) - _characters(left)
        blocks = left
    united = joined(blocks, own)
    if united.paragraphs or united.words:
        changes.setdefault("clean.paragraphs", Counter()).update(paragraphs=united.paragraphs, words=united.words)
    return united.blocks


def _characters(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _signs_decision(signs: Counter[str]) -> tuple[Decision, ...]:
    found = {name: float(count) for name, count in sorted(signs.items()) if count}
    if not found:
        return ()
    reason = "invisible or forbidden signs removed; private and replacement signs that stay tell of a broken encoding"
    return (Decision(step="clean.characters", choice="repaired", reason=reason, measured=found),)


_REASONS = {
    "clean.furniture": ("removed", "navigation, sharing, cookies, footers"),
    "clean.contents": ("removed", "tables of contents"),
    "clean.references": ("removed", "bibliographies and lists of links"),
    "clean.repeats": ("removed", "long blocks said before"),
    "clean.paragraphs": ("joined", "paragraphs and words that a line's, column's or page's end had cut"),
}


def _step_decisions(changes: dict[str, Counter[str]]) -> tuple[Decision, ...]:
    return tuple(
        Decision(
            step=step,
            choice=choice,
            reason=reason,
            measured={name: float(count) for name, count in changes[step].items() if count},
        )
        for step, (choice, reason) in _REASONS.items()
        if step in changes
    )


def _mask_decision(finds: Counter[str]) -> tuple[Decision, ...]:
    if not finds:
        return ()
    measured = {kind: float(count) for kind, count in sorted(finds.items())}
    return (Decision(step="clean.personal_data", choice="masked", reason="by form and context", measured=measured),)
