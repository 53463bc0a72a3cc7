"""Part ``vocabulary``: how many of the subject's words a document uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set

from agent.job.records import TopicMap
from workers.crawl.expand.wording import form

_MENTIONS_HALF = 1.5
"""A word said so often counts half of what it can: the saturation of BM25 (k1), without its rarity among the
candidates, which would make a document's score hang on its company, and without its correction for length, since
openings are alike in length. On the tuning half of the relevance benchmark its average precision is 0.86, that of BM25
0.84."""

_WORDS_HALF = 16
"""A document that uses one word in so many has half of what there is to have, as the middle one of the relevant ones
does."""

_IDLE = frozenset(
    form("a an and as at by for from in into is it its of on or over the their to under using via what with without")
)
"""Words that join the words of a topic's name and say nothing themselves."""


def words_of_map(topics: TopicMap) -> frozenset[str]:
    """The stems of all words of the subject, its topics and their phrases."""
    phrases = [phrase for topic in topics.topics for phrase in (topic.name, *topic.phrases)]
    return frozenset(form(" ".join((topics.subject, *phrases)))) - _IDLE


def vocabulary(text: str, words: Set[str]) -> float:
    """How many of the words are in the text, each further mention of one counting less; 0 to 1."""
    mentions = Counter(stem for stem in form(text) if stem in words)
    amount = sum(count / (count + _MENTIONS_HALF) for count in mentions.values())
    return amount / (amount + len(words) / _WORDS_HALF) if amount else 0.0
