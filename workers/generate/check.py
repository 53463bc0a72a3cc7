"""What becomes of the proposals for one chunk: examples, or refusals with their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.errors import DocumentRejected
from agent.job.records import Example, ExampleKind, Split
from workers.generate.accept import accept
from workers.generate.backend import Assignment, Proposal, Refused
from workers.generate.injection import obeys, orders_in
from workers.generate.quality.score import DEFAULT_FLOORS, Floors

TEMPLATE_TOKENS = 24
"""Tokens that a chat template puts around one exchange and the joint between a passage and its prompt, about."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One chunk's examples, and what did not become one."""

    assignment: Assignment
    examples: tuple[Example, ...] = ()
    refused: tuple[Refused, ...] = ()


def check(
    assignment: Assignment,
    answers: Sequence[Proposal | Refused],
    generator: str,
    topic: str,
    most_tokens: int,
    floors: Floors = DEFAULT_FLOORS,
) -> Checked:
    """The examples among what a generator gave, in its order, and each other answer under its reason.

    Reasons beside those of `accept`: ``not_ordered``, ``more_than_ordered`` (good ones beyond the number asked for),
    ``follows_injection``, ``duplicate``, and ``longer_than_training`` for what would be cut at ``most_tokens``.
    """
    checks = _Checks(assignment, generator, topic, most_tokens, floors)
    examples: list[Example] = []
    refused: list[Refused] = []
    for answer in answers:
        if isinstance(answer, Refused):
            refused.append(answer)
            continue
        try:
            examples.append(checks.passed(answer))
        except DocumentRejected as fault:
            refused.append(Refused.of(answer, fault.reason, fault.detail))
    return Checked(assignment, tuple(examples), tuple(refused))


def accepted(
    assignment: Assignment, proposal: Proposal, generator: str, topic: str, floors: Floors = DEFAULT_FLOORS
) -> Example:
    """The example; of a conversation each exchange must pass with the evidence given so far.

    Raises:
        DocumentRejected: from `accept`; one faulty exchange costs the conversation.
    """
    if proposal.wording:
        generator = f"{generator}/{proposal.wording}"
    for at, turn in enumerate(proposal.history):
        part = replace(
            proposal,
            prompt=turn.prompt,
            response=turn.response,
            history=proposal.history[:at],
            quotes=tuple(quote for quote in proposal.quotes if quote.turn is not None and quote.turn <= at),
        )
        try:
            accept(assignment, part, generator, topic, floors)
        except DocumentRejected as fault:
            raise DocumentRejected(fault.reason, f"turn {at + 1}: {fault.detail}") from fault
    return accept(assignment, proposal, generator, topic, floors)


class _Checks:
    """The checks of one chunk, which remember what they have let through."""

    def __init__(self, assignment: Assignment, generator: str, topic: str, most_tokens: int, floors: Floors) -> None:
        self._floors = floors
        self._assignment = assignment
        self._generator = generator
        self._topic = topic
        self._most_tokens = most_tokens
        read = [each for each in (assignment.chunk, assignment.partner) if each]
        self._passages = [each.text for each in read]
        self._orders = [order for each in read for order in orders_in(each)]
        self._left = _ordered(assignment)
        self._left_in_all = assignment.limit
        self._taken: set[tuple[str, str, bool]] = set()

    def passed(self, proposal: Proposal) -> Example:
        """The example.

        Raises:
            DocumentRejected: with the first thing that is wrong.
        """
        slot = _slot(proposal)
        if slot not in self._left:
            raise DocumentRejected("not_ordered", proposal.kind)
        if obeys(proposal, self._passages, self._orders):
            raise DocumentRejected("follows_injection", proposal.response)
        example = accepted(self._assignment, proposal, self._generator, self._topic, self._floors)
        length = _tokens(self._assignment, example)
        if length > self._most_tokens:
            raise DocumentRejected("longer_than_training", f"about {length} tokens")
        asked = (" ".join(proposal.prompt.casefold().split()), proposal.context, bool(proposal.wrong_answers))
        if asked in self._taken:
            raise DocumentRejected("duplicate", proposal.prompt)
        counts = slot not in _BESIDE
        if not self._left[slot] or (counts and not self._left_in_all):
            raise DocumentRejected("more_than_ordered", proposal.prompt)
        self._left[slot] -= 1
        self._left_in_all -= counts
        self._taken.add(asked)
        return example


_TWIN = "answerable"
_BESIDE = frozenset({_TWIN, ExampleKind.CHOICE.value})
"""What is made beside the others and does not count against the limit."""


def _ordered(assignment: Assignment) -> Counter[str]:
    ordered: Counter[str] = Counter()
    for order in assignment.orders:
        if order.kind is ExampleKind.CHOICE and assignment.chunk.split is Split.TRAIN:
            continue  # Never trained on, whoever ordered it.
        ordered[order.kind.value] += order.count
        if order.kind is ExampleKind.UNANSWERABLE:
            ordered[_TWIN] += order.count
    return ordered


def _slot(proposal: Proposal) -> str:
    """The order that a proposal answers: its kind, but for the answerable twins of questions without an answer."""
    return _TWIN if proposal.kind is ExampleKind.FACTUAL and proposal.context else proposal.kind.value


def _tokens(assignment: Assignment, example: Example) -> int:
    """About how many tokens of the job's model the example's row has, at as many for a character as its chunk has."""
    chunk = assignment.chunk
    exchanges = [(turn.prompt, turn.response) for turn in example.history] + [(example.prompt, example.response)]
    characters = len(example.context) + sum(len(prompt) + len(response) for prompt, response in exchanges)
    return round(characters * chunk.tokens / max(1, len(chunk.text))) + TEMPLATE_TOKENS * len(exchanges)
