"""Candidates against the subject."""

from __future__ import annotations

from datetime import date

from agent.job.records import Candidate, Topic, TopicMap
from workers.crawl.relevance.score import rank
from workers.crawl.sources.contract import Found

QUBIT = "A qubit holds a superposition of two basis states until it is measured; entangled qubits share one state."
TOPICS = TopicMap(subject="quantum computing", topics=(Topic(name="quantum computing", weight=1.0),))
TODAY = date(2026, 11, 22)
GARDEN = "Prune roses in late winter, cut above an outward bud, and mulch the bed with compost."


def found(url: str, title: str, text: str = "") -> Found:
    """A find."""
    return Found(Candidate(id=url, url=url, source="dir:x", title=title, score=0.0), text)


def test_text_far_from_the_subject_is_off_topic_and_the_rest_is_ranked() -> None:
    ranking = rank([found("g", "Roses", GARDEN), found("q", "Qubits", QUBIT)], TOPICS, 0.2, TODAY)

    assert [item.candidate.url for item in ranking.kept] == ["q"]
    assert [item.candidate.url for item in ranking.off_topic] == ["g"]
    assert ranking.kept[0].candidate.score > 0.3 > 0.15 > ranking.off_topic[0].candidate.score


def test_a_document_known_only_by_its_link_is_kept_whatever_its_title() -> None:
    assert [item.candidate.url for item in rank([found("p", "roses")], TOPICS, 0.2, TODAY).kept] == ["p"]


def test_equal_scores_are_in_order_of_address() -> None:
    same = [found(url, "Qubits", QUBIT) for url in ("c", "a", "b")]
    assert [item.candidate.url for item in rank(same, TOPICS, 0.2, TODAY).kept] == ["a", "b", "c"]


def test_nothing_found_ranks_to_nothing() -> None:
    assert rank([], TOPICS, 0.2, TODAY) == ([], [])
