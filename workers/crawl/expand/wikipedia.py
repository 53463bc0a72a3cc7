"""What Wikipedia connects with a subject: other names, parts, and what the article about it speaks of."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from agent.errors import DocumentRejected, SourceFailed
from workers.crawl.expand.belonging import belonging
from workers.crawl.expand.reading import Reading, prose
from workers.crawl.expand.way import Phrase, Proposal
from workers.crawl.sources.contract import UNEXPECTED_SHAPE, Found
from workers.crawl.sources.mediawiki import About, Wiki
from workers.topics.wording import form

log = logging.getLogger(__name__)

LOOKED_AT = 5
"""Search results among which the article on the subject is looked for."""

LEAST_FIT = 0.6
"""Overlap (F1) of the stems of subject and title from which an article is about the subject and not about something
beside it. An article to which the subject's own name redirects always fits."""

MOST_SYNONYMS, MOST_PHRASES = 6, 40

_SYNONYM, _CATEGORY = 0.8, 0.4
_LINK_LEAST, _LINK_MOST = 0.35, 0.75
"""Weight of a link of the introduction that is spoken of once, and of one that the texts come back to all the time."""

_OFTEN = 8
"""Mentions in introduction and first results beyond which more say no more."""

_SAME = 0.6
"""Cosine to the subject from which a redirect is another name for it; others lead to a section on a part of it."""

_LONGEST_WORDS = 5
_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_NO_CONCEPT = re.compile(
    r"^(?:lists?|index|outline|timeline|history|glossary|comparison)\b"
    r"|\b(?:articles?|pages?|stubs?|wiki\w+|introductions|inventions|researchers|companies|\d{4}s?)\b"
    r"|popular culture|open problems|emerging technologies|[:/,]",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,6}")


class Encyclopedia:
    """Asks for the best matching article, its other names, its categories and the links of its introduction."""

    def __init__(self, wiki: Wiki) -> None:
        self._wiki = wiki

    def propose(self, subject: str, first: Sequence[Found]) -> Proposal:
        """Redirects as synonyms, links weighted by how often they recur, categories as sub-topics.

        Raises:
            MissingDependency: the wordllama or yake package is not installed.
        """
        try:
            article = self._article(subject)
            if article is None:
                return Proposal(note=f"no article of Wikipedia is about {subject!r}")
            redirects = self._wiki.redirects(article.title)
            categories = self._wiki.categories(article.title)
            links = self._wiki.lead_links(article.title)
        except (SourceFailed, DocumentRejected) as error:
            return Proposal(note=f"Wikipedia could not be asked: {error}")
        except UNEXPECTED_SHAPE as error:
            log.exception("Wikipedia answered unexpectedly")
            return Proposal(note=f"Wikipedia answered something else than it documents ({error!r})")
        texts = [article.introduction, *(prose(f"{item.candidate.title}. {item.text}") for item in first)]
        phrases = [*_synonyms(subject, article.title, redirects), *_links(subject, links, texts)]
        phrases += _categories(subject, categories, texts)
        phrases.sort(key=lambda phrase: (-phrase.weight, phrase.text))
        return Proposal(
            tuple(phrases[:MOST_PHRASES]), "" if phrases else f"{article.title!r} names nothing beside itself"
        )

    def _article(self, subject: str) -> About | None:
        """The first search result that is about the subject."""
        hits = list(self._wiki.search(subject, LOOKED_AT))
        known = self._wiki.about([hit.page for hit in hits])
        articles = [about for hit in hits if (about := known.get(hit.page)) and not about.disambiguation]
        if not articles:
            return None
        best = max(articles, key=lambda about: fit(subject, about.title))
        if fit(subject, best.title) == 1:
            return best
        if form(subject) in map(form, self._wiki.redirects(articles[0].title)):
            return articles[0]
        return best if fit(subject, best.title) >= LEAST_FIT else None


def fit(subject: str, title: str) -> float:
    """How well a title names the subject: the F1 of their stems, 0 to 1; what stands in brackets is left out."""
    wanted, given = set(form(subject)), set(form(_BRACKETS.sub("", title)))
    return 2 * len(wanted & given) / max(len(wanted) + len(given), 1)


def concept_of(title: str) -> str:
    """A title as a phrase to search for: without its brackets; '' for lists, upkeep, years and names.

    Titles are written like sentences (https://en.wikipedia.org/wiki/Wikipedia:Naming_conventions_(capitalization)), so
    that one with all words capital is somebody's or something's name.
    """
    plain = _BRACKETS.sub("", title).strip()
    words = plain.split()
    named = len(words) > 1 and all(word[0].isupper() for word in words)
    if not words or len(words) > _LONGEST_WORDS or named or _NO_CONCEPT.search(plain):
        return ""
    return plain


def _synonyms(subject: str, title: str, redirects: Sequence[str]) -> list[Phrase]:
    from workers.embedding import embed

    own = {form(subject)}
    names = [name for name in dict.fromkeys([_BRACKETS.sub("", title), *map(concept_of, redirects)]) if name]
    phrases = []
    for name, near in zip(names, embed(names) @ embed([subject])[0], strict=True):
        if form(name) in own or not form(name):
            continue
        if near >= _SAME or (_ACRONYM.fullmatch(name) and _abbreviates(name, subject)):
            own.add(form(name))
            phrases.append(Phrase(name, round(_SYNONYM * max(float(near), _SAME), 3), "wikipedia", same=True))
    return sorted(phrases, key=lambda phrase: (-phrase.weight, phrase.text))[:MOST_SYNONYMS]


def _abbreviates(acronym: str, subject: str) -> bool:
    initials = "".join(word[0] for word in subject.split()).upper()
    return acronym.startswith(initials)


def _links(subject: str, links: Sequence[str], texts: Sequence[str]) -> list[Phrase]:
    reading = Reading(texts)
    together = " ".join(texts)
    names = [name for link in dict.fromkeys(links) if (name := concept_of(link)) and not _is_name(name, together)]
    phrases = []
    for name, belongs in zip(names, belonging(names, subject, texts[1:]), strict=True):
        if belongs:
            times = min(reading.occurrences(form(name)).times, _OFTEN)
            weight = _LINK_LEAST + (_LINK_MOST - _LINK_LEAST) * times / _OFTEN
            phrases.append(Phrase(name, round(weight, 3), "wikipedia"))
    return phrases


def _is_name(word: str, text: str) -> bool:
    """Whether a single word is a name: it stands in the texts, and never with a small letter."""
    lower = word[0].lower() + word[1:]
    return " " not in word and word in text and not re.search(rf"\b{re.escape(lower)}", text)


def _categories(subject: str, categories: Sequence[str], texts: Sequence[str]) -> list[Phrase]:
    names = [name for category in dict.fromkeys(categories) if (name := concept_of(category))]
    fits = belonging(names, subject, texts[1:])
    return [Phrase(name, _CATEGORY, "wikipedia") for name, belongs in zip(names, fits, strict=True) if belongs]
