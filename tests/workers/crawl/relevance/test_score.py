"""Candidates against the subject."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.job.records import Candidate, Topic, TopicMap
from workers.crawl.relevance.score import rank, score_of
from workers.crawl.relevance.weights import ABOUT, WORTH, WORTH_SHARE
from workers.crawl.sources.contract import Found

QUBIT = (
    "A qubit holds a superposition of two basis states until it is measured. Entangled qubits share one state, so that "
    "a quantum gate on one of them changes what a measurement of the other will give. Error correction spreads one "
    "logical qubit over many physical qubits and measures syndromes to find the errors."
)
GARDEN = (
    "Prune roses in late winter, cut above an outward bud, and mulch the bed with compost. Water the roots and not the "
    "leaves, so that no mildew grows, and take off the flowers that are spent. A pergola wants two climbing roses, "
    "tied loosely to the wood with a soft string."
)
TOPICS = TopicMap(
    subject="quantum computing",
    topics=(
        Topic(name="qubits", weight=0.6, phrases=("superposition", "entanglement")),
        Topic(name="quantum error correction", weight=0.4, phrases=("syndrome", "logical qubit")),
    ),
)
TODAY = date(2026, 11, 22)


def found(url: str, title: str, text: str = "", **more: Any) -> Found:
    """A find."""
    return Found(Candidate(id=url, url=url, source=more.pop("source", "dir:x"), title=title, score=0.0, **more), text)


def one(item: Found) -> Candidate:
    """It alone, ranked without a bar."""
    return rank([item], TOPICS, 0.0, TODAY).kept[0].candidate


def test_text_far_from_the_subject_is_off_topic_and_the_rest_is_ranked() -> None:
    ranking = rank([found("g", "Roses", GARDEN), found("q", "Qubits", QUBIT)], TOPICS, 0.2, TODAY)

    assert [item.candidate.url for item in ranking.kept] == ["q"]
    assert [item.candidate.url for item in ranking.off_topic] == ["g"]
    assert ranking.kept[0].candidate.score > 0.4 > 0.15 > ranking.off_topic[0].candidate.score


def test_a_famous_paper_about_something_else_stays_off_topic() -> None:
    famous = found(
        "g",
        "Roses",
        GARDEN,
        source="pubmed",
        citations=90_000,
        date="2025-05",
        venue="Nature",
        doi="10.1/x",
        authors=("A",),
    )
    unknown = found("q", "Qubits", QUBIT)
    ranking = rank([famous, unknown], TOPICS, 0.2, TODAY)

    assert [item.candidate.url for item in ranking.off_topic] == ["g"]
    assert ranking.off_topic[0].candidate.parts["citations"] == 1
    open_bar = rank([famous, unknown], TOPICS, 0.0, TODAY)
    assert [item.candidate.url for item in open_bar.kept] == ["q", "g"]


def test_a_document_known_only_by_its_link_is_kept_whatever_its_title() -> None:
    assert [item.candidate.url for item in rank([found("p", "roses")], TOPICS, 0.2, TODAY).kept] == ["p"]


def test_without_a_text_only_what_the_title_and_the_source_say_are_parts() -> None:
    assert set(one(found("p", "Qubits")).parts) == {"semantic", "gist"}
    parts = one(found("p", "Qubits", source="arxiv", date="2024", citations=3)).parts
    assert set(parts) == {"semantic", "gist", "reputation", "citations", "recency"}


def test_every_part_and_every_topic_is_told_between_nought_and_one() -> None:
    known = one(found("q", "Qubits", QUBIT, source="arxiv", date="2024-05-17", citations=12, blob="f" * 64))
    assert set(known.parts) == set(ABOUT) | set(WORTH)
    assert all(0 <= value <= 1 for value in known.parts.values())
    assert set(known.topics) == {"qubits", "quantum error correction"}
    assert known.score == pytest.approx(score_of(known.parts), abs=0.0001)


def test_an_abstract_is_not_judged_by_its_length_and_style() -> None:
    assert not {"depth", "readability"} & set(one(found("q", "Qubits", QUBIT, source="arxiv")).parts)


def test_a_part_that_is_not_known_counts_neither_for_nor_against() -> None:
    parts = dict.fromkeys((*ABOUT, *WORTH), 0.4)
    parts |= {name: 0.4 * ABOUT[name].full for name in ("semantic", "gist")}
    whole = score_of(parts)
    for name in ("topics", *WORTH):
        assert score_of({other: value for other, value in parts.items() if other != name}) == pytest.approx(whole)


def test_worth_alone_gives_no_score_and_takes_no_more_than_its_share() -> None:
    assert score_of(dict.fromkeys(WORTH, 1.0)) == 0
    about = dict.fromkeys(ABOUT, 1.0)
    assert score_of(about | dict.fromkeys(WORTH, 1.0)) == pytest.approx(1)
    assert score_of(about | dict.fromkeys(WORTH, 0.0)) == pytest.approx(1 - WORTH_SHARE)
    assert score_of(about | dict.fromkeys(WORTH, 0.0)) < score_of(about) < 1


def test_shares_of_each_kind_make_a_whole_and_each_has_its_reason() -> None:
    for weights in (ABOUT, WORTH):
        assert sum(weight.share for weight in weights.values()) == pytest.approx(1)
        assert all(weight.reason.endswith(".") for weight in weights.values())


def test_of_two_texts_on_the_subject_the_one_with_more_to_say_comes_first() -> None:
    stub = found("a", "Qubits", "Qubits: see the pages on superposition, measurement, gates. " * 4, blob="e" * 64)
    lesson = found("b", "Qubits", QUBIT + " " + QUBIT.replace("qubit", "spin"), blob="f" * 64)
    assert [item.candidate.url for item in rank([stub, lesson], TOPICS, 0.2, TODAY).kept] == ["b", "a"]


def test_a_score_does_not_depend_on_the_company() -> None:
    alone = one(found("q", "Qubits", QUBIT))
    others = [found(f"g{number}", "Roses", GARDEN) for number in range(3)]
    together = rank([*others, found("q", "Qubits", QUBIT)], TOPICS, 0.2, TODAY).kept[0].candidate
    assert together == alone


def test_equal_scores_are_in_order_of_address() -> None:
    same = [found(url, "Qubits", QUBIT) for url in ("c", "a", "b")]
    assert [item.candidate.url for item in rank(same, TOPICS, 0.2, TODAY).kept] == ["a", "b", "c"]


def test_what_a_person_chose_stays_marked() -> None:
    mine = Found(found("q", "Qubits", QUBIT).candidate, QUBIT, chosen=True)
    assert rank([mine], TOPICS, 0.2, TODAY).kept[0].chosen


def test_nothing_found_ranks_to_nothing() -> None:
    assert rank([], TOPICS, 0.2, TODAY) == ([], [])
