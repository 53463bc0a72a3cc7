"""The four parts of an example's quality, each from features that can be seen on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.job.records import ExampleFamily, ExampleKind, Span
from workers.generate.backend import Proposal
from workers.generate.grounding.numbers import numbers
from workers.generate.grounding.words import is_rare, is_small, stem, words
from workers.generate.reading.sentences import ENDINGS, is_balanced, word_count
from workers.generate.reading.words import leans_on_context, points_elsewhere, refers_back

MATCH = {"exact": 1.0, "normalised": 1.0, "fuzzy": 0.8}
"""How much a quotation found in that way is worth."""
PARAPHRASE_BASE = 0.3
"""Honest paraphrases that pass all checks share about two thirds of their words with the evidence."""
SHORT_ANSWER_WORDS = 9
"""Up to so many words an answer need not be a sentence."""
SHORT_REASON_WORDS = 6
"""Fewer words give no reason."""
BROKEN = 0.8
"""Cost of what spoils an example whatever else is good about it: cut off, not of its question. It takes the best score
of 0.95 below the floor; of spoilt copies of good rows 0.4 let 98 % pass."""
ENOUGH_WORDS = 12
"""An answer of so many words says something beyond its question."""
MIN_SHARED = 0.3
"""Share of a question's content words that the text must hold which it was made from."""
GOOD_PROMPT_WORDS = range(3, 41)
GOOD_RESPONSE_WORDS = range(2, 251)

_KIND = {
    ExampleKind.MULTI_HOP: 1.0,
    ExampleKind.INFERENTIAL: 0.9,
    ExampleKind.ANALYTICAL: 0.8,
    ExampleKind.COMPARATIVE: 0.8,
    ExampleKind.ANALYSE: 0.8,
    ExampleKind.FALSE_PREMISE: 0.8,
    ExampleKind.UNANSWERABLE: 0.7,
    ExampleKind.CONVERSATION: 0.7,
}
"""How much a kind asks for by itself …"""
_PLAIN_KIND = 0.5
"""… and the others."""
_LISTED = re.compile(r"^\s*(?:[-*•|{\[\]}]|\d+[.)])", re.MULTILINE)
_ASKS_REASON = re.compile(r"^(?:why|how (?:does|do|can|is|are))\b", re.IGNORECASE)
_ASKS_NUMBER = re.compile(r"^(?:how (?:many|much)|in (?:what|which) year)\b", re.IGNORECASE)
_ROUGH = re.compile(r"\s[,;.](?:\s|$)|[,;]{2}|\(\s*\)|\.{4}|\?\?|!!")


def coherence(proposal: Proposal, source: str) -> float:
    """Whether prompt and response belong together and are whole: 1, less for each thing that is not so.

    ``source`` is the text of the chunk with its titles.
    """
    prompt, response = proposal.prompt, proposal.response
    if proposal.kind.family is ExampleFamily.COMPLETION:
        return _less(0.3 * (not response.rstrip().endswith((*ENDINGS, ":", "`", "$"))))
    is_prose = word_count(response) > SHORT_ANSWER_WORDS and not _LISTED.search(response)
    alone = not proposal.context and not proposal.history
    return _less(
        BROKEN * (is_prose and not response.rstrip().endswith((*ENDINGS, "`", "$", "|", ":**"))),
        BROKEN * (is_prose and response[:1].islower()),
        BROKEN * (not is_balanced(response)),
        BROKEN * (_asks_of_the_text(proposal) and _shared(prompt, source) < MIN_SHARED),
        0.3 * (alone and is_prose and leans_on_context(response) and not response.lower().startswith(("it ", "they "))),
        0.3 * (alone and points_elsewhere(response)),
        0.15 * (alone and refers_back(response)),
        BROKEN * (alone and points_elsewhere(prompt)),
        0.3 * (bool(_ASKS_REASON.match(prompt)) and word_count(response) < SHORT_REASON_WORDS),
        0.5 * (bool(_ASKS_NUMBER.match(prompt)) and not numbers(response)),
    )


def consistency(spans: Iterable[Span], coverage: float) -> float:
    """How surely the response follows from its evidence: the share of its words that stand there, and how exactly the
    quotations were found."""
    worth = [MATCH[span.match] for span in spans]
    return min(1.0, PARAPHRASE_BASE + coverage) * (sum(worth) / len(worth) if worth else 0.0)


def complexity(proposal: Proposal) -> float:
    """How much can be learnt: the kind, the length of the answer, and terms of the field."""
    length = min(1.0, word_count(proposal.response) / ENOUGH_WORDS)
    content = {stem(word) for word in words(proposal.response) if not is_small(word)}
    new = content - {stem(word) for word in words(proposal.prompt)}
    terms = any(is_rare(word) for word in words(f"{proposal.prompt} {proposal.response}") if not is_small(word))
    return 0.4 * _KIND.get(proposal.kind, _PLAIN_KIND) + 0.3 * length + 0.2 * min(1.0, len(new) / 3) + 0.1 * terms


def form(proposal: Proposal) -> float:
    """How clean it looks, half of it as sure as its generator was."""
    clean = _less(
        0.3 * (bool(proposal.prompt) and word_count(proposal.prompt) not in GOOD_PROMPT_WORDS),
        0.3 * (word_count(proposal.response) not in GOOD_RESPONSE_WORDS),
        0.3 * (proposal.prompt[:1].islower()),
        0.3 * bool(_ROUGH.search(proposal.response)),
    )
    return 0.5 * clean + 0.5 * proposal.confidence


def _less(*penalties: float) -> float:
    return max(0.0, 1.0 - sum(penalties))


def _asks_of_the_text(proposal: Proposal) -> bool:
    """Instructions name a task, and what cannot be answered may ask for what the text never mentions."""
    return proposal.kind.family is ExampleFamily.QUESTION and proposal.kind is not ExampleKind.UNANSWERABLE


def _shared(prompt: str, text: str) -> float:
    asked = {stem(word) for word in words(prompt) if not is_small(word)}
    return len(asked & {stem(word) for word in words(text)}) / len(asked) if asked else 1.0
