"""The order in which waiting addresses are fetched."""

from __future__ import annotations

from workers.crawl.spider.frontier import Frontier


def taken(frontier: Frontier[str]) -> list[str]:
    """All that waits, in the order it comes out."""
    items = []
    while (item := frontier.take()) is not None:
        items.append(item)
    return items


def test_the_best_promise_comes_first_and_equals_in_the_order_they_came() -> None:
    frontier: Frontier[str] = Frontier()
    for name, promise in (("dull", 0.1), ("first", 0.5), ("second", 0.5), ("best", 0.9)):
        frontier.put(name, promise, name)
    assert taken(frontier) == ["best", "first", "second", "dull"]


def test_without_promises_it_is_breadth_first() -> None:
    frontier: Frontier[str] = Frontier()
    names = [f"page {number}" for number in range(25)]
    for name in names:
        frontier.put(name, 0.0, name)
    assert taken(frontier) == names


def test_what_promises_little_gets_less_but_not_nothing() -> None:
    frontier: Frontier[str] = Frontier(oldest_every=3)
    frontier.put("dull", 0.0, "dull")
    for number in range(9):
        frontier.put(f"good {number}", 0.9, f"good {number}")
    assert taken(frontier).index("dull") == 2


def test_a_better_promise_replaces_the_first_one() -> None:
    frontier: Frontier[str] = Frontier()
    frontier.put("late", 0.1, "by a dull link")
    frontier.put("other", 0.5, "other")
    frontier.put("late", 0.8, "by a good link")
    assert len(frontier) == 2
    assert taken(frontier) == ["by a good link", "other"]


def test_a_farm_of_links_makes_room_for_what_promises_more() -> None:
    frontier: Frontier[str] = Frontier(most=100)
    frontier.put("good", 0.9, "good")
    for number in range(1000):
        frontier.put(f"spam {number}", 0.0, f"spam {number}")
    assert len(frontier) <= 100
    assert len(frontier) + frontier.dropped == 1001
    assert frontier.take() == "good"
