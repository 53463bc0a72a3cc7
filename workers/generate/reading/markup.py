"""Whether something of a document's source code is left where words should be."""

from __future__ import annotations

import re

_MARKUP = re.compile(
    r"\|[a-z_]\w*(?: \w+)*\||\|[A-Z]\w{2,}\||%s\b|:[a-z]+(?::[a-z]+)?:`|\{\{|```|\]\(|:::|\bxref:"
    r"|</?(?:a|br|code|div|em|img|li|p|span|strong|sub|sup|t[dhr]|table|ul)(?:\s[^>]*)?/?>"
)
"""Substitutions, roles and directives of reStructuredText and AsciiDoc, templates, fences, links and tags of HTML."""


def has_markup(text: str) -> bool:
    """Whether markup is left in ``text``; a sentence with a name that was never filled in cannot be trusted."""
    return bool(_MARKUP.search(text))
