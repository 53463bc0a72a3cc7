"""Where a quoted span stands in the text it was taken from."""

from __future__ import annotations

import re


def find_span(text: str, quote: str) -> tuple[int, int] | None:
    """Start and end of ``quote`` in ``text`` in code points, or None when it is not there.

    An exact occurrence wins; else runs of white space count as equal, since models and line breaks do not agree on
    them. Letters, digits and punctuation must match exactly.
    """
    words = quote.split()
    if not words:
        return None
    exact = text.find(quote)
    if exact >= 0:
        return exact, exact + len(quote)
    loose = re.search(r"\s+".join(map(re.escape, words)), text)
    return loose.span() if loose else None
