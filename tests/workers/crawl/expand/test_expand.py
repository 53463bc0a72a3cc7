"""The ways together: queries with origin and weight, a topic map, and a reason for each way that gave nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.job.records import TopicMap
from agent.spec import JobSpec
from tests.workers.crawl.expand.results import SUBJECT, results
from tests.workers.crawl.expand.test_wikipedia import ARTICLES
from tests.workers.crawl.site_server import running
from tests.workers.crawl.sources.wikipedia_server import WikipediaServer
from tests.workers.crawl.units import CrawlJob
from tests.workers.llm.server import Reply, llm_server
from workers.crawl.expand.concepts import concepts
from workers.crawl.expand.expand import Expansion, expand
from workers.crawl.expand.queries import queries
from workers.crawl.expand.topics import groups, topic_map
from workers.crawl.expand.way import Phrase
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.sources import services_for
from workers.crawl.sources.contract import Found
from workers.llm.chat import ChatModel
from workers.topics.wording import form

QC = "quantum computing"
SUGGESTED = Reply(
    json.dumps(
        {
            "phrases": [
                {"text": "oven springs", "kind": "subtopic", "importance": 5},
                {"text": "autolyse", "kind": "subtopic", "importance": 4},
                {"text": "dough hydration", "kind": "related", "importance": 4},
            ]
        }
    )
)


@contextmanager
def world() -> Iterator[dict[str, Any]]:
    """A job's specification with a Wikipedia and a language model on loopback."""
    with running(WikipediaServer(ARTICLES)) as server, llm_server(SUGGESTED) as endpoint:
        yield {
            "subject": SUBJECT,
            "sources": ("wikipedia",),
            "endpoints": {"wikipedia.en": server.endpoint},
            "generate": {"backend": "openai", "model": "small", "base_url": endpoint.base_url, "api_key_env": "NONE"},
        }


def expanded(folder: Path, first: list[Found], **spec: Any) -> Expansion:
    job = CrawlJob(folder, ["urls:http://unused.example/"])
    whole = JobSpec(**{"model": "m", "subject": SUBJECT, "sources": ("dir:nowhere",), **spec})
    services = services_for(whole.endpoints)
    named = named_endpoints((), whole.endpoints.values())
    http = client_for(whole, services, named=named, turns=job.turns, pulse=lambda: None)
    return expand(whole, first, http, services, lambda: ChatModel(whole.generate))


def test_all_three_ways_join_and_every_query_carries_its_origin(tmp_path: Path) -> None:
    with world() as spec:
        expansion = expanded(tmp_path, results(), discover={"max_queries": 40}, **spec)
    assert expansion.notes == {}
    assert {query.origin for query in expansion.queries} == {"subject", "llm", "feedback", "wikipedia"}
    first = expansion.queries[0]
    assert (first.text, first.weight, first.origin) == (SUBJECT, 1.0, "subject")
    assert all(0 < query.weight <= 1 for query in expansion.queries)


def test_what_two_ways_name_is_one_query_and_surer_than_from_one(tmp_path: Path) -> None:
    with world() as spec:
        expansion = expanded(tmp_path, results(), discover={"max_queries": 40}, **spec)
    forms = [form(query.text) for query in expansion.queries]
    assert len(forms) == len(set(forms))
    (spring,) = [query for query in expansion.queries if "oven spring" in query.text.lower()]
    assert spring.weight > 0.8


def test_no_more_queries_than_the_job_allows(tmp_path: Path) -> None:
    assert len(expanded(tmp_path, results(), discover={"max_queries": 4}).queries) == 4
    assert len(expanded(tmp_path, results(), discover={"max_queries": 1}).queries) == 1


def test_the_ways_are_the_jobs_choice(tmp_path: Path) -> None:
    with world() as spec:
        expansion = expanded(tmp_path, results(), discover={"expand": ("wikipedia",)}, **spec)
    assert {query.origin for query in expansion.queries} == {"subject", "wikipedia"}
    alone = expanded(tmp_path, results(), discover={"expand": ()})
    assert [query.text for query in alone.queries] == [SUBJECT] and alone.notes == {}


def test_a_subject_about_which_nothing_is_known_is_its_own_topic_and_each_way_says_why(tmp_path: Path) -> None:
    expansion = expanded(tmp_path, [])
    assert [(topic.name, topic.weight) for topic in expansion.topics.topics] == [(SUBJECT, 1.0)]
    assert [query.text for query in expansion.queries] == [SUBJECT]
    assert set(expansion.notes) == {"expand.llm", "expand.feedback", "expand.wikipedia"}


def test_a_job_of_own_folders_tells_its_subject_to_nobody(tmp_path: Path) -> None:
    expansion = expanded(tmp_path, results())
    assert "told to none" in expansion.notes["expand.wikipedia"]
    assert {query.origin for query in expansion.queries} == {"subject", "feedback"}


def test_the_same_results_in_another_order_give_the_same_expansion(tmp_path: Path) -> None:
    assert expanded(tmp_path, results()) == expanded(tmp_path, results()[::-1])


def test_topics_weigh_one_together_heaviest_first_each_phrase_in_one(tmp_path: Path) -> None:
    with world() as spec:
        topics = expanded(tmp_path, results(), **spec).topics
    weights = [topic.weight for topic in topics.topics]
    assert 5 <= len(weights) <= 20
    assert sum(weights) == pytest.approx(1) and weights == sorted(weights, reverse=True)
    phrases = [form(name) for topic in topics.topics for name in (topic.name, *topic.phrases)]
    assert len(phrases) == len(set(phrases))


def phrase(text: str, weight: float = 0.5, *also: str, same: bool = False) -> Phrase:
    return Phrase(text, weight, "feedback", also, same)


def test_phrases_that_differ_by_endings_or_the_subjects_words_are_one_concept() -> None:
    merged = concepts(
        [phrase("quantum circuits", 0.6), phrase("circuit", 0.3), phrase("QC"), phrase("qc")], "quantum computing"
    )
    assert [concept.text for concept in merged] == ["quantum circuits", "QC"]
    assert merged[0].also == ("circuit",)


def test_an_acronym_and_its_long_form_are_one_concept() -> None:
    merged = concepts([phrase("phase estimation", 0.6, "QPE"), phrase("qpe", 0.2)], QC)
    assert [concept.names for concept in merged] == [("phase estimation", "QPE")]


def test_the_subject_by_its_own_words_is_no_concept() -> None:
    assert concepts([phrase("quantum computers"), phrase("computing")], QC) == []


def test_a_phrase_of_any_subject_is_asked_for_together_with_ours() -> None:
    found = concepts([phrase("error correction", 0.6), phrase("quantum circuits", 0.5)], QC)
    texts = [query.text for query in queries(QC, [found], 9)]
    assert texts == ["quantum computing", "error correction quantum computing", "quantum circuits"]


def test_one_of_each_topic_is_asked_for_before_the_second_of_any() -> None:
    words = [
        "superconducting qubits",
        "superconducting qubit chips",
        "cryptography",
        "chemistry",
        "education",
        "lasers",
    ]
    phrases = [phrase(word, 0.6 - number / 100) for number, word in enumerate(words)]
    texts = [query.text for query in queries(QC, groups(QC, concepts(phrases, QC)), 9)]
    assert [text.split()[0] for text in texts[1:]] == [
        "superconducting", "cryptography", "chemistry", "education", "lasers", "superconducting",
    ]  # fmt: skip


def test_neighbours_by_meaning_are_one_topic() -> None:
    words = ["error correction", "error correcting codes", "cryptography", "key distribution", "annealing", "chemistry",
             "simulation of molecules", "education", "noise"]  # fmt: skip
    topics = topic_map(QC, concepts([phrase(word) for word in words], QC))
    assert isinstance(topics, TopicMap)
    together = next(topic for topic in topics.topics if "error correction" in (topic.name, *topic.phrases))
    assert "error correcting codes" in (together.name, *together.phrases)
    assert "cryptography" not in (together.name, *together.phrases)


def test_a_map_has_at_most_twenty_topics() -> None:
    words = [
        "noise", "chemistry", "education", "cryptography", "optics", "economics", "history", "sensors", "networks",
        "games", "proofs", "lasers", "compilers", "algebra", "music", "finance", "weather", "robots", "biology",
        "astronomy", "traffic", "medicine", "steel", "law", "sport",
    ]  # fmt: skip
    topics = topic_map(QC, concepts([phrase(word) for word in words], QC)).topics
    assert len(topics) == 20 and sum(topic.weight for topic in topics) == pytest.approx(1)
