"""Parts of the score that are read off the text."""

from __future__ import annotations

from itertools import pairwise

import pytest

from agent.job.records import Candidate, Topic, TopicMap
from workers.crawl.relevance.depth import depth
from workers.crawl.relevance.gist import gist
from workers.crawl.relevance.opening import is_enough, words_of
from workers.crawl.relevance.readability import readability
from workers.crawl.relevance.topical import topical
from workers.crawl.sources.contract import Found


def found(title: str, text: str) -> Found:
    """A find with this much to go by."""
    return Found(Candidate(id="x", url="x", source="dir:x", title=title, score=0.0), text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("see [the gate](https://example.org/long-tail) now", "see [the gate now"),
        ("{% assign loc = page.path %} Surface codes {{ loc }}", "Surface codes"),
        ('<div class="hued">Spin</div>', "Spin"),
        (".. _qpu_topologies: Topologies of the :ref:`QPU`", "Topologies of the `QPU`"),
        ("if a < b and c > d then swap", "if a < b and c > d then swap"),
    ],
)
def test_addresses_tags_and_templates_are_no_words_of_the_text(text: str, words: str) -> None:
    assert " ".join(words_of(found("", text)).split()) == words


def test_a_title_or_a_caption_is_not_enough_to_judge() -> None:
    assert not is_enough(found("A long title", "one two three"))
    assert not is_enough(found("Symbols", "1 + 1 = 2; " * 100))
    assert is_enough(found("", "word " * 30))


def test_a_stub_is_shallow_and_formulas_deepen_a_text() -> None:
    lesson = "The state of the register is a vector of amplitudes. " * 20
    assert depth("") == 0
    assert depth("See also gates and measurement.") < 0.1 < 0.7 < depth(lesson) <= 1
    assert depth(lesson) < depth(lesson + r" $|0\rangle$ and $U^\dagger U = I$ and $a \otimes b$") <= 1


def test_prose_is_readable_and_a_run_of_names_is_not() -> None:
    prose = "A gate acts on a qubit. The state turns, and the angle can be chosen. We measure it at the end."
    names = " ".join(["initialization_parameters configuration_properties annealing_schedules"] * 30)
    assert readability(prose) == 1
    assert readability(names) == readability("") == readability("1 2 3") == 0
    paper = (
        "We measure the coherence of superconducting qubits and find that loss at the metal interfaces is what limits "
        "it most. An improved fabrication process lengthens the relaxation time by half, as randomised benchmarking of "
        "simultaneous gates confirms for all of the devices that we have examined here."
    )
    assert 0.1 < readability(paper) < 1


def test_the_gist_of_a_text_on_the_subject_is_near_to_it() -> None:
    near, far, empty = gist(
        ["Gates act on the qubits of a quantum computer.", "Prune roses in winter.", ""], "quantum computing"
    )
    assert near > 0.4 > 0.2 > far >= 0 == empty


TOPICS = TopicMap(subject="s", topics=tuple(Topic(name=name, weight=0.25) for name in "abcd"))


def test_each_further_topic_adds_and_adds_less() -> None:
    values = [topical(dict.fromkeys("abcd"[:count], 1.0), TOPICS, 1.0) for count in range(5)]
    steps = [after - before for before, after in pairwise(values)]
    assert values[0] == 0 and values[-1] < 1
    assert steps == sorted(steps, reverse=True) and steps[-1] > 0


def test_a_heavy_topic_counts_more_and_one_that_the_map_does_not_know_nothing() -> None:
    uneven = TopicMap(subject="s", topics=(Topic(name="a", weight=0.9), Topic(name="b", weight=0.1)))
    values = [topical({name: 1.0}, uneven, 1.0) for name in "abz"]
    assert values[0] > values[1] > values[2] == 0


def test_a_map_of_many_topics_asks_no_more_of_a_lesson_on_one_of_them() -> None:
    fine = TopicMap(subject="s", topics=tuple(Topic(name=str(number), weight=0.02) for number in range(50)))
    assert topical({"7": 1.0}, fine, 1.0) == pytest.approx(0.4, abs=0.01)


def test_topics_that_nobody_named_count_as_far_as_the_document_is_near() -> None:
    def value(origin: str, near: float) -> float:
        return topical({"a": 1.0}, TopicMap(subject="s", topics=(Topic(name="a", weight=1.0, origin=origin),)), near)

    assert value("feedback", 0.0) == 0 < value("feedback", 0.5) < value("feedback", 1.0)
    assert value("llm", 0.0) == value("llm", 1.0) == value("feedback", 1.0)
