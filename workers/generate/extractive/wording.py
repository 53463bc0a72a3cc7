"""Several ways to ask the same, one of them for each example: no form of words becomes a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

from workers.generate.backend import Proposal

_REWORDINGS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"What (?P<be>is|are) "
            r"(?P<thing>(?!(?:the )?difference)(?![^?]* (?:called|used for|for)\?)[^ ,?]+(?: [^ ,?]+){0,5})\?"
        ),
        (
            "What {be} {thing}?",
            "What {be} {thing}?",
            "Can you tell me what {thing} {be}?",
            "How would you explain what {thing} {be}?",
        ),
    ),
    (
        re.compile(r'What does the term "(?P<thing>[^"]+)" mean\?'),
        ('What does the term "{thing}" mean?', 'What is meant by "{thing}"?', 'How is the term "{thing}" defined?'),
    ),
    (
        re.compile(r"What does (?P<thing>(?![^?]*\b(?:you|users|developers|to|let|help)\b)[^,?]+) do\?"),
        ("What does {thing} do?", "Can you say what {thing} does?"),
    ),
)


def one_of(forms: Sequence[str], key: str) -> str:
    """The form that falls to this key, the same one each time."""
    return forms[crc32(key.encode()) % len(forms)]


def reworded(proposal: Proposal, key: str) -> Proposal:
    """The proposal with its prompt in one of several equivalent forms, where there are several."""
    for pattern, forms in _REWORDINGS:
        if found := pattern.fullmatch(proposal.prompt):
            return replace(proposal, prompt=one_of(forms, key + proposal.prompt).format(**found.groupdict()))
    return proposal
