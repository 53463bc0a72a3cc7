"""What Wikipedia connects with a subject: other names, parts, and what the article about it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from agent.errors import DocumentRejected, SourceFailed
from workers.crawl.expand.reading import Reading, empty_words
from workers.crawl.expand.way import Phrase, Proposal
from workers.crawl.expand.wording import Form, form
from workers.crawl.sources.contract import Found
from workers.crawl.sources.mediawiki import About, Hit

CANDIDATE_ARTICLES = 5
"""Search results among which the article on the subject is looked for."""

LEAST_FIT = 0.6
"""Share of the words of subject and title, as stems, that both have in common from which an article is about the subject and
not about something beside it; a redirect with the subject's very name counts as whole."""

MOST_SYNONYMS, MOST_PHRASES = 6, 40

_SYNONYM, _CATEGORY = 0.8, 0.5
_LINK_LEAST, _LINK_MOST = 0.35, 0.75
"""Weight of a link of the introduction that is spoken of once, and of one that the texts come back to again and again."""

_OFTEN = 8
"""Mentions in introduction and first results from which more say no more."""

_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_LIST = re.compile(r"^(?:list|lists|index|outline|timeline|history|glossary|template|portal|category|stub)s? ", re.I)
_UPKEEP = re.compile(r"\b(?:articles?|pages?|stubs?|wikipedia|introductions|\d{4}s?|by country|emerging)\b", re.I)
_LONGEST_WORDS = 6


class Encyclopedia(Protocol):
    """What is asked of `workers.crawl.sources.mediawiki.Wiki`; each raises SourceFailed or DocumentRejected."""

    def search(self, text: str, limit: int) -> Sequence[Hit] | object: ...
    def about(self, pages: Sequence[int]) -> dict[int, About]: ...
    def lead_links(self, title: str) -> list[str]: ...
    def categories(self, title: str, limit: int = 100) -> list[str]: ...
    def redirects(self, title: str, limit: int = 100) -> list[str]: ...
