"""Which parts of a subject a corpus has, and which it lacks."""

from __future__ import annotations

import pytest

from agent.job.coverage import ABOUT, covered
from agent.job.records import Candidate, Topic, TopicMap

MAP = TopicMap(
    subject="bread",
    topics=(Topic(name="flour", weight=0.2), Topic(name="ovens", weight=0.5), Topic(name="yeast", weight=0.3)),
)


def candidate(name: str, **topics: float) -> Candidate:
    return Candidate(id=name, url=f"https://bread.example/{name}", source="dir:x", score=1.0, topics=topics)


def test_the_heaviest_topic_stands_first_and_one_without_documents_is_shown() -> None:
    lines = covered([candidate("a", flour=0.9, yeast=0.3), candidate("b", flour=0.8)], MAP)
    assert [line.topic for line in lines] == ["ovens", "yeast", "flour"]
    assert {line.topic: line.documents for line in lines} == {"ovens": 0, "yeast": 0, "flour": 2}
    assert lines[0].weight == 0.5 and lines[0].share == 0


def test_the_shares_of_the_topics_make_one() -> None:
    lines = covered([candidate("a", flour=0.9, yeast=0.3), candidate("b", ovens=0.6)], MAP)
    assert sum(line.share for line in lines) == pytest.approx(1)
    assert {line.topic: line.share for line in lines}["flour"] == pytest.approx(0.5)


def test_a_document_counts_from_half_a_topic_on() -> None:
    lines = covered([candidate("a", yeast=ABOUT), candidate("b", yeast=ABOUT - 0.01)], MAP)
    assert {line.topic: line.documents for line in lines}["yeast"] == 1


def test_a_topic_that_the_map_does_not_know_is_not_counted() -> None:
    lines = covered([candidate("a", butter=1.0, yeast=0.5)], MAP)
    assert {line.topic: line.share for line in lines} == {"ovens": 0, "yeast": 1, "flour": 0}


def test_an_empty_corpus_covers_nothing() -> None:
    assert {(line.documents, line.share) for line in covered([], MAP)} == {(0, 0.0)}
