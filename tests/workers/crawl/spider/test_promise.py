"""What links promise."""

from __future__ import annotations

from agent.job.records import Topic, TopicMap
from workers.crawl.spider.outline import Link
from workers.crawl.spider.promise import Promise

TOPICS = TopicMap(
    subject="quantum computing",
    topics=(Topic(name="quantum computing", weight=0.6), Topic(name="trapped ion", weight=0.4, phrases=("ion trap",))),
)
ABOUT = "Qubits in a quantum computer are entangled by quantum gates in a circuit."


def link(anchor: str = "", around: str = "", path: str = "x", **more: object) -> Link:
    """A link of a site."""
    return Link(url=f"http://a.example/{path}", anchor=anchor, around=around, **more)  # type: ignore[arg-type]


def test_words_of_the_link_its_surroundings_and_its_address_all_count() -> None:
    said, beside, in_path, dull = Promise(TOPICS).of_links(
        [link("Quantum gates"), link("read more", "Quantum computing with qubits"),
         link("here", path="quantum-computer"), link("Roses in spring")], inherited=0.0
    )  # fmt: skip
    assert min(said, beside, in_path) > dull == 0.0
    assert said > beside


def test_a_topic_of_the_map_counts_as_the_subject_does() -> None:
    (with_topic,) = Promise(TOPICS).of_links([link("Ion traps and lasers")], 0.0)
    (without,) = Promise(TopicMap(subject="quantum computing", topics=())).of_links([link("Ion traps and lasers")], 0.0)
    assert with_topic > without


def test_the_share_that_is_inherited_fades_over_pages_that_are_off_the_subject() -> None:
    promise = Promise(TOPICS)
    near = promise.passed_on(promise.of_page("http://a.example/q", ABOUT), 0.0)
    once = promise.passed_on(promise.of_page("http://a.example/r", "Roses want sun and water."), near)
    assert near > once > promise.passed_on(0.0, once) > 0.0


def test_addresses_of_a_making_that_gave_much_promise_more() -> None:
    promise = Promise(TOPICS)
    for number in range(4):
        promise.of_page(f"http://a.example/notes/{number}", ABOUT)
    known, unknown = promise.of_links([link("read more", path="notes/9"), link("read more", path="other/9")], 0.0)
    assert known > unknown


def test_other_languages_and_links_that_nobody_vouches_for_come_last_but_come() -> None:
    wanted, foreign, spam = Promise(TOPICS, ["en"]).of_links(
        [link("Quantum gates"), link("Quantum gates", language="de"), link("Quantum gates", vouched=False)], 0.2
    )
    assert wanted > foreign == spam > 0.0


def test_without_topics_all_links_promise_the_same() -> None:
    assert Promise(None).of_links([link("Quantum gates"), link("Roses")], 0.0) == [0.0, 0.0]
