"""Floors under telling supported answers from planted faults. Lowered only on purpose, with the reason here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from agent.errors import DocumentRejected
from agent.job.records import ExampleKind
from tests.workers.generate.chunks import chunk
from workers.generate.backend import Assignment, Proposal, Quote
from workers.generate.context.record import Context
from workers.generate.grounding.check import grounded

PLANTED = Path(__file__).parent / "grounding_planted.txt"
EACH = 60
PRECISION = 0.95
"""0.98 at first sight of this set, 0.99 when pinned: of the answers refused, the share that is unsupported."""
RECALL = 0.90
"""0.91 at first sight of this set, 0.96 when pinned: of the unsupported answers, the share that is refused."""
_MARK = re.compile(r"\[([nve]):([^|\]]+)\|([^\]]+)\]")
_NAMES = {"n": "number changed", "v": "negation flipped", "e": "entity swapped"}


class Pair(NamedTuple):
    """An answer beside its evidence."""

    fault: str
    """'' where the answer is supported."""
    evidence: str
    question: str
    answer: str


def pairs() -> Iterator[Pair]:
    """300 of them, 60 of each sort."""
    lines = [line for line in PLANTED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    items = [_parts(line) for line in lines]
    for at, (evidence, question, marked) in enumerate(items):
        honest = _MARK.sub(r"\2", marked)
        yield Pair("", evidence, question, honest)
        for letter, name in _NAMES.items():
            yield Pair(name, evidence, question, _planted(marked, letter))
        strange_evidence, strange_question, _ = items[(at + 17) % len(items)]
        yield Pair("unrelated", strange_evidence, strange_question, honest)


def refusal(pair: Pair) -> str:
    """The reason for which the check refuses the pair, or ''."""
    own = chunk(pair.evidence)
    proposal = Proposal(ExampleKind.FACTUAL, pair.question, pair.answer, (Quote(pair.evidence),), 0.8)
    try:
        grounded(Assignment(own, Context(0, 0), ()), proposal)
    except DocumentRejected as rejection:
        return rejection.reason
    return ""


def test_planted_faults_are_told_from_honest_paraphrases(capsys: pytest.CaptureFixture[str]) -> None:
    judged = [(pair, refusal(pair)) for pair in pairs()]
    made = Counter(pair.fault for pair, _ in judged)
    refused = Counter(pair.fault for pair, reason in judged if reason)
    caught = sum(count for fault, count in refused.items() if fault)
    precision, recall = caught / refused.total(), caught / (made.total() - made[""])
    with capsys.disabled():
        print(f"\nprecision {precision:.3f}, recall {recall:.3f}; refused: "
              + ", ".join(f"{fault or 'honest'} {refused[fault]}/{made[fault]}" for fault in made))  # fmt: skip
    assert set(made.values()) == {EACH}
    assert precision >= PRECISION
    assert recall >= RECALL


def _parts(line: str) -> tuple[str, str, str]:
    evidence, question, answer = line.split(" | ")
    return evidence, question, answer


def _planted(marked: str, letter: str) -> str:
    return _MARK.sub(lambda mark: mark[3] if mark[1] == letter else mark[2], marked)
