"""The groups of a robots.txt and the patterns in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from workers.crawl.permission.path_pattern import matches, path_of
from workers.crawl.permission.robots_groups import closing_rule, read_groups

TEXT = """Content-Signal: ai-train=no
User-agent: A
User-Agent: b # two names, one group
Disallow: /x

License: https://example.org/license.xml
Disallow: /z

User-agent: *
Allow: /y
user-agent: a
Content-Usage: /x train-ai=n
"""


def lines(agent: str) -> list[str]:
    return [rule.line for rule in read_groups(TEXT).binding(agent)]


def test_the_groups_of_one_agent_are_one_and_star_is_for_those_without() -> None:
    above = "Content-Signal: ai-train=no"
    assert lines("A") == [above, "Disallow: /x", "Disallow: /z", "Content-Usage: /x train-ai=n"]
    assert lines("B") == [above, "Disallow: /x", "Disallow: /z"]
    assert lines("c") == [above, "Allow: /y"]
    assert [rule.value for rule in read_groups(TEXT).licences] == ["https://example.org/license.xml"]


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a", "/abc", True), ("/a$", "/abc", False), ("/*.pdf$", "/d/e.pdf", True), ("/*.pdf$", "/d/e.pdf?x", False),
        ("", "/a", False), ("*", "/a", True), ("/%7Ea", "/~a", True), ("/ä", "/%C3%A4", True),
        ("/a**b", "/a/c/b", True),
    ],
)  # fmt: skip
def test_a_pattern_fits(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matches("/" + "*a" * 600 + "$", "/" + "a" * 5999 + "b")


@given(
    st.lists(st.tuples(st.sampled_from(["Allow", "Disallow"]), st.sampled_from(["/", "/a", "/a/b", "/*b", "/a$", ""]))),
    st.sampled_from(["/", "/a", "/a/b", "/b", "/ab"]),
)
def test_what_closes_a_path_is_what_protego_says(rules: list[tuple[str, str]], path: str) -> None:
    text = "User-agent: GPTBot\n" + "".join(f"{name}: {value}\n" for name, value in rules)
    closing = closing_rule(read_groups(text).of_agent["gptbot"], path_of(f"https://h{path}"))
    assert (closing is None) == Protego.parse(text).can_fetch(f"https://h{path}", "GPTBot")


@pytest.mark.parametrize("spelt", ["User-Agent", "User agent", "Useragent", "USER-AGENT "])
def test_a_group_begins_however_its_first_line_is_spelt(spelt: str) -> None:
    groups = read_groups(f"User-agent: googlebot\nAllow: /\n{spelt}: *\r\nContent-Signal: ai-train=no\r\n")
    assert [rule.line for rule in groups.binding("us")] == ["Content-Signal: ai-train=no"]
