"""Acronyms that texts introduce beside their long form: "variational quantum eigensolver (VQE)"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from workers.topics.wording import Form, form

_ACRONYM = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9-]{1,9}")
_LEAST_WORDS, _MOST_WORDS = 2, 6


def acronyms(texts: Sequence[str]) -> dict[Form, tuple[str, str, int]]:
    """Long form in stems -> long form, acronym, number of texts that introduce it.

    Pairs are found by the rule of Schwartz and Hearst (https://doi.org/10.1142/9789812776303_0042). Of several acronyms
    for one long form the commonest stays, of equals the first by letter.

    Raises:
        MissingDependency: the abbreviation-extractor package is not installed.
    """
    from abbreviation_extractor import extract_abbreviation_definition_pairs

    seen: dict[Form, Counter[tuple[str, str]]] = {}
    for text in texts:
        pairs = {
            (pair.definition, pair.abbreviation)
            for pair in extract_abbreviation_definition_pairs(text, ignore_errors=True)
        }
        for long, short in pairs:
            words = form(long)
            if _ACRONYM.fullmatch(short) and _LEAST_WORDS <= len(words) <= _MOST_WORDS:
                seen.setdefault(words, Counter())[(long, short)] += 1
    commonest = {words: min(pairs, key=lambda pair: (-pairs[pair], pair)) for words, pairs in seen.items()}
    return {words: (*commonest[words], sum(seen[words].values())) for words in sorted(seen)}
