"""Checks of a proposal's form; none needs a model, and none judges whether the answer is true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from agent.job.records import ExampleFamily, ExampleKind
from workers.generate.backend import Proposal
from workers.generate.quality.offence import is_offensive
from workers.generate.reading.markup import has_markup
from workers.generate.reading.sentences import is_balanced, word_count
from workers.generate.reading.words import points_elsewhere, tokens
from workers.language.identify import LEAST_CHARACTERS, NO_LANGUAGE, classified
from workers.personal.mask import masked

MIN_PROMPT_WORDS = 2
MAX_PROMPT_WORDS = 80
MAX_RESPONSE_WORDS = 400
MIN_EVIDENCE_WORDS = 3
"""Shorter quotes are found in any text and prove nothing."""
REPEATED_WORDS = 4
"""Length of a run of words that may not come again and again …"""
MOST_REPEATS = 4
"""… more often than this; lists repeat themselves a little, stuck models without end."""

MIN_BULLETS = 2
LANGUAGE_CONFIDENCE = 0.95
"""How sure the identifier must be that an answer is in another language than its chunk."""

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
_LEFT_OVER = re.compile(
    r"<\|\w+\|>|\[/?INST\]|<</?SYS>>|\{(?:question|answer|text|context|topic)\}|\blorem ipsum\b"
    r"|\[(?:insert|your|name)\b|^(?:sure|certainly|of course|okay)[,!]"
    r"|^(?:here (?:is|are) (?:the|a|an|your|some)\b[^.]*:)|^(?:answer|response|question|a|q):\s"
    r"|\bas (?:an|a large) (?:ai|language)\b",
    re.IGNORECASE,
)
"""Of chat templates, of prompts that were never filled in, of a model that speaks of its task."""
_MASK = re.compile(r"<(?:EMAIL|PHONE|IP|KEY|IBAN|CARD|SSN)>")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)


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
    """A completion is text of the document itself and may speak of it, and so may who has the passage at hand."""
    if proposal.kind.family is ExampleFamily.COMPLETION or proposal.context:
        return False
    is_quoted = any(proposal.response == quote.text for quote in proposal.quotes)
    return bool(_LEAK.search(proposal.prompt) or (not is_quoted and _LEAK.search(proposal.response)))


def _is_unresolved(proposal: Proposal) -> bool:
    """Whether its reader cannot know what is meant: he has no passage, no earlier turn, and the prompt points away."""
    if proposal.kind.family is ExampleFamily.COMPLETION or proposal.context or proposal.history:
        return False
    return bool(_UNRESOLVED.search(proposal.prompt)) or points_elsewhere(proposal.prompt)


def _has_markup(proposal: Proposal) -> bool:
    """Whether something of the document's source code is left where words should be."""
    return has_markup(f"{proposal.prompt}\n{proposal.response}")


def _echoes(proposal: Proposal) -> bool:
    prompt, response = (" ".join(tokens(part)) for part in (proposal.prompt, proposal.response))
    return not response or f" {prompt} " in f" {response} " or f" {response} " in f" {prompt} "


def _repeats(proposal: Proposal) -> bool:
    """Rows of one table have their keys in common."""
    if proposal.kind is ExampleKind.EXTRACT:
        return False
    words = tokens(proposal.response)
    runs = Counter(tuple(words[at : at + REPEATED_WORDS]) for at in range(len(words) - REPEATED_WORDS + 1))
    return bool(runs) and max(runs.values()) > MOST_REPEATS


def _has_left_over(proposal: Proposal) -> bool:
    return bool(_LEFT_OVER.search(proposal.prompt) or _LEFT_OVER.search(proposal.response))


def _is_wrong_form(proposal: Proposal) -> bool:
    """Bullets that are none, and summaries longer than what they sum up."""
    if proposal.kind is ExampleKind.SUMMARY_BULLETS:
        return len(_BULLET.findall(proposal.response)) < MIN_BULLETS
    is_summary = proposal.kind in (ExampleKind.SUMMARY_SHORT, ExampleKind.SUMMARY_DETAILED)
    return is_summary and bool(proposal.context) and word_count(proposal.response) > word_count(proposal.context)


def _is_personal(proposal: Proposal) -> bool:
    """Whether it holds an address, number or key of somebody, or the mask of one, which answers nothing."""
    if proposal.kind.family is ExampleFamily.COMPLETION:
        return False
    text = f"{proposal.prompt}\n{proposal.response}"
    found: Counter[str] = Counter()
    masked(text, found)
    return bool(found) or bool(_MASK.search(text))


def _is_offensive(proposal: Proposal) -> bool:
    return is_offensive(f"{proposal.prompt}\n{proposal.response}")


def _is_evidence_thin(proposal: Proposal) -> bool:
    return any(word_count(quote.text) < MIN_EVIDENCE_WORDS for quote in proposal.quotes)


_CHECKS: tuple[tuple[str, Callable[[Proposal], bool]], ...] = (
    ("prompt_length", _is_length_off),
    ("response_length", _is_response_off),
    ("no_question_mark", _lacks_question_mark),
    ("unbalanced_prompt", _is_prompt_unbalanced),
    ("mentions_the_text", _leaks),
    ("unresolved_reference", _is_unresolved),
    ("echo", _echoes),
    ("repetition", _repeats),
    ("template_leftover", _has_left_over),
    ("markup", _has_markup),
    ("wrong_form", _is_wrong_form),
    ("personal_data", _is_personal),
    ("offensive", _is_offensive),
    ("thin_evidence", _is_evidence_thin),
)


def is_other_language(text: str, language: str) -> bool:
    """Whether the text is surely in another language than the ISO 639-1 code says; short texts and code never are."""
    bare = NO_LANGUAGE.sub(" ", text)
    if not language or sum(map(str.isalpha, bare)) < LEAST_CHARACTERS:
        return False
    code, confidence = classified(bare)
    return confidence >= LANGUAGE_CONFIDENCE and code not in ("", language)
