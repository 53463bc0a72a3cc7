"""The words of a document that its relevance is judged by."""

from __future__ import annotations

import re

from workers.crawl.sources.contract import Found

ENOUGH_WORDS = 30
"""A shorter text is a title or a caption: too little to say what is not in the document."""

_MARKUP = re.compile(
    r"https?://\S+"
    r"|\]\([^)\s]*\)"  # the address of a Markdown link; its words stay
    r"|\{%.{0,200}?%\}|\{\{.{0,200}?\}\}"  # templates of site generators
    r"|</?[a-zA-Z][^<>]{0,300}>"
    r"|\.\.\s_[^:\s]{1,80}:|:[a-z]+:(?=`)"  # targets and roles of reStructuredText
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def words_of(found: Found) -> str:
    """Title and opening with addresses, tags and templates left out: they say where a text was kept, not what it is
    about."""
    return _MARKUP.sub(" ", f"{found.candidate.title}\n{found.text}").strip()


def is_enough(found: Found) -> bool:
    """Whether there is a text to judge, and not only a title."""
    return len(_WORD.findall(found.text[: ENOUGH_WORDS * 40])) >= ENOUGH_WORDS
