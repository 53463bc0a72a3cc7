"""Held-out questions as multiple choice: the right answer among answers to other held-out questions, or among the wrong
ones that were written for it. Pure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agent.job.records import ExampleFamily, Row, RowFormat
from workers.train.layout import answer_of, question_of

_DISTRACTORS = 3
_NEAREST = 2 * _DISTRACTORS
"""Distractors are drawn from the answers nearest in length: length alone must not give the right one away."""

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_VERBS = frozenset({"is", "are", "was", "were", "means"})


@dataclass(frozen=True)
class Question:
    """A question with the answers to choose from; the right one is first."""

    row: Row
    options: tuple[str, ...]


def choose_questions(rows: Sequence[Row], count: int, seed: int) -> list[Question]:
    """At most ``count`` questions of the test rows, the same for the same rows and seed.

    A row with wrong answers of its own brings its options; the others get theirs from each other.

    An answer that begins by restating its question ("A qubit is …" to "What is a qubit?") would be found by that alone,
    so the wrong answers to it begin with the same words: what is left to tell them apart is what is said of the thing.
    Without two questions with different answers, only the rows with wrong answers of their own are questions.
    """
    asked = sorted((row for row in rows if _is_question(row)), key=lambda row: row.id)
    answers = {
        row.id: _Answer(*split_restatement(question_of(row), answer_of(row).strip()))
        for row in asked
        if not row.wrong_answers
    }
    different = sorted(set(answers.values()))
    if len(different) < 2:
        asked = [row for row in asked if row.wrong_answers]
    generator = random.Random(seed)
    chosen = generator.sample(asked, min(count, len(asked)))
    return [
        Question(row, (answer_of(row).strip(), *(answer.strip() for answer in row.wrong_answers)))
        if row.wrong_answers
        else _with_distractors(row, answers[row.id], different, generator)
        for row in chosen
    ]


class _Answer(NamedTuple):
    """An answer in two parts: the words that restate the question ('' for none), and what it says."""

    restated: str
    said: str


_LEADING_WORDS = frozenset({"a", "an", "the", "is", "are", "was", "were", "means", "of", "in", "on", "by", "that"})
"""Small words that may stand in a restatement without standing in the question."""
_LEAST_WORDS_SAID = 3


def split_restatement(question: str, answer: str) -> tuple[str, str]:
    """The opening of an answer that only repeats its question, with its blank, and the rest.

    The opening is '' when it would hold no word of weight from the question, or leave fewer than three words.
    """
    asked = {word.lower() for word in _WORD.findall(question)} - _LEADING_WORDS
    end, weighty = 0, False
    for match in _WORD.finditer(answer):
        word = match.group().lower()
        if word not in asked and word not in _LEADING_WORDS:
            break
        weighty = weighty or word in asked
        # An article belongs to what follows: it is given away only when a restated word comes after it.
        if word in asked or word in _VERBS:
            end = match.end()
    opening = answer[:end]
    said = answer[end:].lstrip()
    if not weighty or len(_WORD.findall(said)) < _LEAST_WORDS_SAID:
        return "", answer
    return opening + " ", said


def _with_distractors(row: Row, right: _Answer, answers: Sequence[_Answer], generator: random.Random) -> Question:
    others = sorted(
        (answer for answer in answers if answer.said != right.said),
        # Another restating answer first: only its second part fits grammatically behind our opening.
        key=lambda answer: (
            bool(answer.restated) != bool(right.restated),
            abs(len(answer.said) - len(right.said)),
            answer,
        ),
    )
    nearest = others[:_NEAREST]
    wrong = generator.sample(nearest, min(_DISTRACTORS, len(nearest)))
    if right.restated:
        options = [right.restated + answer.said for answer in wrong]
    else:
        options = [answer.restated + answer.said for answer in wrong]
    return Question(row, (right.restated + right.said, *options))


def _is_question(row: Row) -> bool:
    asks = row.kind.family in (ExampleFamily.QUESTION, ExampleFamily.CHOICE) and row.format is not RowFormat.TEXT
    return asks and bool(question_of(row).strip()) and bool(answer_of(row).strip())
