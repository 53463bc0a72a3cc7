"""Phrases that only machines, empty pages and placeholders write, and how much of a text they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MODEL = re.compile(
    "|".join(
        (
            r"\bas an? (?:\w+ )?(?:ai|artificial intelligence)(?:,| (?:language )?model| assistant| chatbot)",
            r"\bas a large language model\b",
            r"\bi(?:['’]m| am) (?:just |only )?an? (?:ai|(?:large )?language model)\b",
            r"\b(?:my|of my) (?:last )?(?:knowledge|training)(?: data)? (?:cut-?off|update)",
            r"\bi(?:['’]m| am) sorry,? but (?:as an ai|i (?:can(?:no|['’])t|am (?:not able|unable)))\b",
            r"\bi can(?:no|['’])t (?:fulfil|assist|help|comply) (?:with )?(?:that|this|your)\b",
            r"\bi do(?: not|n['’]t) have (?:access to real-time|personal (?:opinions|experiences|beliefs))\b",
            r"\b(?:certainly|sure|of course)! here(?: is|['’]s| are)\b",
            r"\bhere is an? (?:rewritten|revised|paraphrased) version\b",
            r"\bregenerate response\b",
        )
    )
)
"""Left behind by language models that answer or decline. Fluent text of a model has none of them, and is not found."""
MODEL_WORDS = frozenset(
    (
        "ai",
        "assist",
        "certainly",
        "cut-off",
        "cutoff",
        "knowledge",
        "language",
        "regenerate",
        "rewritten",
        "sorry",
        "sure",
    )
)
"""Nearly every such phrase comes with one of these; most texts have none."""

_PLACEHOLDER = re.compile(
    "|".join(
        (
            r"\b(?:40[134]|50[023])\b.{0,20}\b(?:not found|forbidden|error|unavailable|bad gateway)\b",
            r"\b(?:page|file|content|document) you (?:are|were) (?:looking for|trying to)\b",
            r"\b(?:page|file|content|document) (?:(?:could|can) ?not be|was not|not) found\b",
            r"\b(?:page|file|content|document) (?:does(?: not|n['’]t) exist|is (?:temporarily )?unavailable)\b",
            r"\baccess (?:is )?denied\b|\bgo back to (?:the )?home ?page\b",
            r"\b(?:enable|turn on|requires?|activate|support) java ?script\b",
            r"\bjava ?script (?:is|to be|must be) (?:required|disabled|turned off|enabled|not enabled)\b",
            r"\bchecking your browser\b|\bverify(?:ing)? (?:that )?you are (?:a )?human\b|\bredirect(?:ed|ing)\b",
            r"\b(?:log|sign) ?in (?:to|with)\b|\bforgot(?:ten)? (?:your )?password\b|\bremember me\b",
            r"\bcreate an account\b|\b(?:don['’]t|already) have an account\b",
            r"\bsubscribe to (?:continue|read|our newsletter)\b",
            r"\buses? (?:of )?cookies\b|\bcookie (?:settings|preferences|policy)\b|\bnecessary cookies\b",
            r"\b(?:accept|reject|allow|manage) (?:all )?(?:cookies|preferences)\b",
            r"\bprivacy policy\b|\bterms of (?:service|use)\b",
            r"\bunder construction\b|\bcoming soon\b|\bcheck back (?:later|soon)\b|\bdomain (?:is|may be) for sale\b",
            r"\bplease (?:wait|contact (?:the|your) (?:site )?administrator)\b",
            r"\bno (?:results|posts|items|content) (?:were |was )?found\b",
        )
    )
)
"""English: errors, log-in, consent, a script that did not run, something that is still to come."""
_MAX_PLACEHOLDER_WORDS = 400
"""Longer pages say something beside."""

_CICERO = (
    "adipiscing adipisicing aliqua aliquip amet aute cillum commodo consectetur consequat culpa cupidatat deserunt "
    "dolor dolore duis eiusmod elit enim exercitation fugiat incididunt ipsum irure labore laboris lorem magna minim "
    "mollit nisi nostrud nulla occaecat officia pariatur proident quis reprehenderit sed sint sunt tempor ullamco "
    "velit veniam voluptate"
)
LOREM = frozenset(_CICERO.split())
"""Words of the usual placeholder text, a mangled passage of Cicero (De finibus 1.10.32)."""


def model_phrases(lines: Sequence[str]) -> int:
    """How many phrases of a language model stand in the text."""
    return len(_MODEL.findall("\n".join(lines).lower()))


def placeholder_share(lines: Sequence[str], words: float) -> float:
    """Share of sentences, or of lines where none ends, that are those of a placeholder page; 0 for longer pages."""
    if words > _MAX_PLACEHOLDER_WORDS:
        return 0.0
    sentences = re.split(r"(?<=[.!?])\s|\n", "\n".join(lines).lower())
    return sum(1 for sentence in sentences if _PLACEHOLDER.search(sentence)) / len(sentences)
