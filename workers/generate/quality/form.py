"""Checks of a proposal's form; none needs a model, and none judges whether the answer is true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from agent.job.records import ExampleFamily, ExampleKind
from workers.generate.backend import Proposal
from workers.generate.reading.sentences import is_balanced, word_count
from workers.generate.reading.words import tokens

MIN_PROMPT_WORDS = 2
MAX_PROMPT_WORDS = 80
MAX_RESPONSE_WORDS = 400
MIN_EVIDENCE_WORDS = 3
"""Shorter quotes are found in any text and prove nothing."""
REPEATED_WORDS = 4
"""Length of a run of words that may not come again and again …"""
MOST_REPEATS = 4
"""… more often than this; lists repeat themselves a little, stuck models without end."""

_LEAK = re.compile(
    r"\b(?:the|this|given|provided) "
    r"(?:text|passage|document|excerpt|article|author|section|paragraph|context(?! of)|chunk)\b"
    r"|\baccording to (?:the|this) (?:text|passage|document|source)\b|\bas an ai\b|\blanguage model i\b",
    re.IGNORECASE,
)
_UNRESOLVED = re.compile(
    r"^(?:what|why|how|when|where|which|who) (?:\w+ )?(?:it|they|this|these|those|that|he|she)\b"
    r"|\b(?:this|these|those) (?:\w+\W*)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"\|[a-z_]+\||%s\b|:[a-z]+:`|\{\{|```|</?(?:a|br|code|div|em|img|li|p|span|strong|sub|sup|t[dhr]|table|ul)\b[^>]*>|\]\(|:::|\bxref:"
)


def fault_of(proposal: Proposal) -> str:
    """The first thing wrong with a prompted proposal as a short snake_case reason, or '' when its form is good."""
    return next((reason for reason, is_wrong in _CHECKS if is_wrong(proposal)), "")


def _is_length_off(proposal: Proposal) -> bool:
    return not MIN_PROMPT_WORDS <= word_count(proposal.prompt) <= MAX_PROMPT_WORDS


def _is_response_off(proposal: Proposal) -> bool:
    return not 1 <= word_count(proposal.response) <= MAX_RESPONSE_WORDS


def _lacks_question_mark(proposal: Proposal) -> bool:
    return proposal.kind.family is ExampleFamily.QUESTION and not proposal.prompt.rstrip().endswith("?")


def _is_prompt_unbalanced(proposal: Proposal) -> bool:
    return not is_balanced(proposal.prompt)


def _leaks(proposal: Proposal) -> bool:
    """A completion is text of the document itself and may speak of the document; a prompt may speak of the passage that
    goes with it, and a response has to where the passage does not answer."""
    if proposal.kind.family is ExampleFamily.COMPLETION or proposal.kind is ExampleKind.UNANSWERABLE:
        return False
    is_quoted = any(proposal.response == quote.text for quote in proposal.quotes)
    in_prompt = not proposal.context and _LEAK.search(proposal.prompt)
    return bool(in_prompt or (not is_quoted and _LEAK.search(proposal.response)))


def _is_unresolved(proposal: Proposal) -> bool:
    """A completion stands in its document, and what follows in a conversation points back at what was said."""
    stands_alone = proposal.kind.family is not ExampleFamily.COMPLETION and not proposal.history
    return stands_alone and bool(_UNRESOLVED.search(proposal.prompt))


def _has_markup(proposal: Proposal) -> bool:
    """Whether something of the document's source code is left where words should be."""
    return bool(_MARKUP.search(f"{proposal.prompt}\n{proposal.response}"))


def _echoes(proposal: Proposal) -> bool:
    prompt, response = (" ".join(tokens(part)) for part in (proposal.prompt, proposal.response))
    return not response or f" {prompt} " in f" {response} " or f" {response} " in f" {prompt} "


def _repeats(proposal: Proposal) -> bool:
    words = tokens(proposal.response)
    runs = Counter(tuple(words[at : at + REPEATED_WORDS]) for at in range(len(words) - REPEATED_WORDS + 1))
    return bool(runs) and max(runs.values()) > MOST_REPEATS


def _is_evidence_thin(proposal: Proposal) -> bool:
    return any(word_count(quote.text) < MIN_EVIDENCE_WORDS for quote in proposal.quotes)


_CHECKS: tuple[tuple[str, Callable[[Proposal], bool]], ...] = (
    ("prompt_length", _is_length_off),
    ("response_length", _is_response_off),
    ("no_question_mark", _lacks_question_mark),
    ("unbalanced_prompt", _is_prompt_unbalanced),
    ("mentions_the_text", _leaks),
    ("unresolved_reference", _is_unresolved),
    ("markup", _has_markup),
    ("echo", _echoes),
    ("repetition", _repeats),
    ("thin_evidence", _is_evidence_thin),
)
