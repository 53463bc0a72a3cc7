"""Held-out questions as multiple choice: the right answer among answers to other held-out questions. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.job.records import ExampleKind, Row, RowFormat
from workers.train.layout import answer_of, question_of

_DISTRACTORS = 3
_NEAREST = 2 * _DISTRACTORS
"""Distractors are drawn from the answers nearest in length: length alone must not give the right one away."""


@dataclass(frozen=True)
class Question:
    """A question with the answers to choose from; the right one is first."""

    row: Row
    options: tuple[str, ...]


def choose_questions(rows: Sequence[Row], count: int, seed: int) -> list[Question]:
    """At most ``count`` questions of the test rows, the same for the same rows and seed.

    Empty when the rows hold no two questions with different answers.
    """
    asked = sorted((row for row in rows if _is_question(row)), key=lambda row: row.id)
    answers = sorted({answer_of(row).strip() for row in asked})
    if len(answers) < 2:
        return []
    generator = random.Random(seed)
    chosen = generator.sample(asked, min(count, len(asked)))
    return [_with_distractors(row, answers, generator) for row in chosen]


def _with_distractors(row: Row, answers: Sequence[str], generator: random.Random) -> Question:
    right = answer_of(row).strip()
    others = sorted(
        (answer for answer in answers if answer != right),
        key=lambda answer: (abs(len(answer) - len(right)), answer),
    )
    nearest = others[:_NEAREST]
    return Question(row, (right, *generator.sample(nearest, min(_DISTRACTORS, len(nearest)))))


def _is_question(row: Row) -> bool:
    asks = row.kind is ExampleKind.QUESTION and row.format is not RowFormat.TEXT
    return asks and bool(question_of(row).strip()) and bool(answer_of(row).strip())
