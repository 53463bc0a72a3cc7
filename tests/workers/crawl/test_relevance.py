"""Candidates against the subject."""

from __future__ import annotations

from agent.job.records import Candidate
from workers.crawl.relevance import rank
from workers.crawl.sources.contract import Found

QUBIT = "A qubit holds a superposition of two basis states until it is measured; entangled qubits share one state."
GARDEN = "Prune roses in late winter, cut above an outward bud, and mulch the bed with compost."


def found(url: str, title: str, text: str = "") -> Found:
    """A find."""
    return Found(Candidate(id=url, url=url, source="dir:x", title=title, score=0.0), text)


def test_text_far_from_the_subject_is_off_topic_and_the_rest_is_ranked() -> None:
    ranking = rank([found("g", "Roses", GARDEN), found("q", "Qubits", QUBIT)], "quantum computing", 0.2)

    assert [item.candidate.url for item in ranking.kept] == ["q"]
    assert [item.candidate.url for item in ranking.off_topic] == ["g"]
    assert ranking.kept[0].candidate.score > 0.3 > 0.15 > ranking.off_topic[0].candidate.score


def test_a_document_known_only_by_its_link_is_kept_whatever_its_title() -> None:
    assert [item.candidate.url for item in rank([found("p", "roses")], "quantum computing", 0.2).kept] == ["p"]


def test_equal_scores_are_in_order_of_address() -> None:
    same = [found(url, "Qubits", QUBIT) for url in ("c", "a", "b")]
    assert [item.candidate.url for item in rank(same, "quantum computing", 0.2).kept] == ["a", "b", "c"]


def test_nothing_found_ranks_to_nothing() -> None:
    assert rank([], "quantum computing", 0.2) == ([], [])
