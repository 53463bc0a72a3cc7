"""What a link promises before it is followed, from its words, the page it is on and what its neighbours gave.

The score is that of Shark-Search (Hersovici et al. 1998, "The shark-search algorithm"): a share inherited from the
page, which fades over pages that are not about the subject, and a share of the link's own words. To it comes what the
crawl learns: addresses of one making (`workers.crawl.spider.traps.shape`) tend to give the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from agent.job.records import TopicMap
from workers.crawl.spider.outline import Link
from workers.crawl.spider.traps import shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INHERITED_SHARE = 0.5
FADING = 0.5
ANCHOR_SHARE = 0.8
"""Gamma, delta and beta of the paper, with its values."""

ABOUT_IT = 0.2
"""Similarity from which a text counts as about the subject; `workers.embedding` says what it parts."""

NOISE = 0.15
"""Cosine of a few words below which it says nothing: without it "read more" beats "Football" and the crawl dives down
some dull branch instead of looking around."""

MOST_TOPICS = 12
"""Topics of the map that a text is compared with, heaviest first: the nearest of more is near anything."""

LEARNED_SHARE = 0.3
"""Most that the pages of the same making count; it is kept low, since one making may be the whole site."""

TRUST = 3.0
"""Pages of one making after which half of that share counts."""

DECIMALS = 2
"""Promises nearer to each other than this are the same, and the older link goes first."""

FOREIGN_SHARE = 0.2
"""Of the promise of a link into a language that is not wanted, and of one that whoever set it does not stand by: these
come last, not never."""

_EXTENSION = re.compile(r"\.\w{1,5}$")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Promise:
    """The subject as vectors, and what fetched pages taught."""

    def __init__(self, topics: TopicMap | None, languages: Sequence[str] = ()) -> None:
        """Without topics every link promises the same, so that the crawl goes breadth first."""
        self._names = _names(topics) if topics else []
        self._languages = frozenset(languages)
        self._targets: NDArray[np.float32] | None = None
        self._given: dict[str, tuple[float, int]] = {}

    def of_page(self, url: str, text: str) -> float:
        """How much a fetched page is about the subject, 0 to 1; remembered for the addresses of its making."""
        from workers.embedding import similarity

        if not self._names:
            return 0.0
        score = max(similarity(name, [text])[0] for name in self._names)
        total, pages = self._given.get(shape(url), (0.0, 0))
        self._given[shape(url)] = (total + score, pages + 1)
        return score

    def passed_on(self, score: float, inherited: float) -> float:
        """What the links of a page inherit, given its own score and what it had inherited itself."""
        return FADING * (score if score >= ABOUT_IT else inherited)

    def of_links(self, links: Sequence[Link], inherited: float) -> list[float]:
        """What each link promises, 0 to 1."""
        if not self._names or not links:
            return [0.0] * len(links)
        anchors = self._nearness([f"{link.anchor} {_words_of(link.url)}" for link in links])
        arounds = self._nearness([link.around for link in links])
        return [
            self._learned(link, INHERITED_SHARE * inherited + (1 - INHERITED_SHARE) * _neighbourhood(anchor, around))
            for link, anchor, around in zip(links, anchors, arounds, strict=True)
        ]

    def _learned(self, link: Link, own: float) -> float:
        total, pages = self._given.get(shape(link.url), (0.0, 0))
        learned = LEARNED_SHARE * pages / (pages + TRUST)
        promise = (1 - learned) * own + learned * (total / pages if pages else 0.0)
        foreign = bool(link.language and self._languages and link.language not in self._languages)
        return round(promise * FOREIGN_SHARE if foreign or not link.vouched else promise, DECIMALS)

    def _nearness(self, texts: Sequence[str]) -> list[float]:
        from workers.embedding import embed

        if self._targets is None:
            self._targets = embed([" ".join(_LETTERS.findall(name)) for name in self._names])
        cosines = embed([" ".join(_LETTERS.findall(text)) for text in texts]) @ self._targets.T
        nearest = [float(row.max()) for row in cosines]
        return [cosine if cosine >= NOISE else 0.0 for cosine in nearest]


def _neighbourhood(anchor: float, around: float) -> float:
    """The words of the link, helped by those beside it."""
    return ANCHOR_SHARE * anchor + (1 - ANCHOR_SHARE) * max(anchor, around)


def _names(topics: TopicMap) -> list[str]:
    heaviest = sorted(topics.topics, key=lambda topic: (-topic.weight, topic.name))[:MOST_TOPICS]
    return list(dict.fromkeys([topics.subject, *(" ".join((topic.name, *topic.phrases)) for topic in heaviest)]))


def _words_of(url: str) -> str:
    """The readable words of an address: of its last three parts, where a site's order of things shows."""
    path = _EXTENSION.sub("", unquote(urlsplit(url).path))
    return " ".join(_LETTERS.findall(" ".join(path.split("/")[-3:])))
