"""Which examples say again what another says, within a split and across splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agent.job.records import Example, Split
from workers.generate.reading.words import tokens, word_list

HELD_OUT_FIRST = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""Order of precedence: what stands in a held-out split must leave training, never the other way round."""

OVERLAP_WORDS = 13
"""A shared run of this many words counts as overlap, as in the GPT-3 report (Brown et al. 2020, appendix C)."""

_FILLERS = word_list("fillers")

Run = tuple[str, ...]


@dataclass
class _Seen:
    """What has been accepted so far."""

    pairs: set[tuple[str, str]] = field(default_factory=set)
    prompts: dict[str, Split] = field(default_factory=dict)
    responses: dict[str, Split] = field(default_factory=dict)
    answer_runs: dict[Run, Split] = field(default_factory=dict)
    """Runs of words of held-out answers."""


def verdicts(examples: Iterable[Example]) -> Iterator[tuple[Example, str]]:
    """Each example with '' when it stays, or why it goes: contaminated, duplicate, near_duplicate.

    Held-out splits come first and keep their rows. ``contaminated``: its prompt or response, or a run of
    `OVERLAP_WORDS` words of an answer, stands in a split of higher precedence. ``duplicate``: prompt and response were
    seen in the same split. ``near_duplicate``: the same prompt in other words, in the same split. Prompts are compared
    without case, punctuation, articles and filler words.
    """
    order = {split: place for place, split in enumerate(HELD_OUT_FIRST)}
    seen = _Seen()
    for example in sorted(examples, key=lambda item: order[item.split]):
        reason = _judge(example, seen)
        if not reason:
            _remember(example, seen)
        yield example, reason


def _judge(example: Example, seen: _Seen) -> str:
    prompt, response = _prompt_key(example), _response_key(example)
    earlier = {seen.prompts.get(prompt), seen.responses.get(response)} - {None}
    if earlier - {example.split} or _overlaps_held_out(example, seen):
        return "contaminated"
    if (prompt, response) in seen.pairs:
        return "duplicate"
    return "near_duplicate" if prompt and prompt in seen.prompts else ""


def _remember(example: Example, seen: _Seen) -> None:
    prompt, response = _prompt_key(example), _response_key(example)
    seen.pairs.add((prompt, response))
    seen.responses.setdefault(response, example.split)
    if prompt:
        seen.prompts.setdefault(prompt, example.split)
        if example.split is not Split.TRAIN:
            for run in _runs(example.response):
                seen.answer_runs.setdefault(run, example.split)


def _overlaps_held_out(example: Example, seen: _Seen) -> bool:
    return any(seen.answer_runs.get(run, example.split) is not example.split for run in _runs(example.response))


def _prompt_key(example: Example) -> str:
    return " ".join(token for token in tokens(example.prompt) if token not in _FILLERS)


def _response_key(example: Example) -> str:
    return " ".join(tokens(example.response))


def _runs(text: str) -> Iterator[Run]:
    words = tokens(text)
    return (tuple(words[at : at + OVERLAP_WORDS]) for at in range(len(words) - OVERLAP_WORDS + 1))
