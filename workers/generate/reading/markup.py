"""Whether something of a document's source code is left where words should be."""

from __future__ import annotations

import re

_GREEK = r"(?:var)?(?:alpha|beta|gamma|delta|epsilon|theta|kappa|lambda|sigma|omega|phi|psi)\w{0,2}\|"
"""Between bars it is an amplitude or an absolute value, as a single letter is, or what is raised to a power."""
_MARKUP = re.compile(
    rf"\|(?!{_GREEK})(?:[a-z_]\w{{3,}}(?: \w+)*|[a-z]\w*(?: \w+)+|[A-Z]\w{{2,}})\|(?!\^)"
    r"|%s\b|:[a-z]+(?::[a-z]+)?:`|\{\{|```|\]\(|:::|\bxref:"
    r"|</?(?:a|br|code|div|em|img|li|p|span|strong|sub|sup|t[dhr]|table|ul)(?:\s[^>]*)?/?>"
)
"""Substitutions, roles and directives of reStructuredText and AsciiDoc, templates, fences, links and tags of HTML."""


def has_markup(text: str) -> bool:
    """Whether markup is left in ``text``; a sentence with a name that was never filled in cannot be trusted."""
    return bool(_MARKUP.search(text))
