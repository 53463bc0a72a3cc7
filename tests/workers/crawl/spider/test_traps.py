"""Addresses that a site can make without end."""

from __future__ import annotations

import pytest

from workers.crawl.spider.traps import Variants, is_trap, shape


@pytest.mark.parametrize(
    ("url", "trap"),
    [
        ("http://a.example/quantum/gates/hadamard.html", False),
        ("http://a.example/2024/05/17/post", False),
        ("http://a.example/a/b/a/b/a/b/a/b/index.html", True),
        (f"http://a.example/?session={'x' * 3000}", True),
    ],
)
def test_an_address_that_builds_on_itself_is_a_trap(url: str, trap: bool) -> None:
    assert is_trap(url) is trap


def test_addresses_of_one_making_have_one_shape() -> None:
    first, second = "http://a.example/cal/2024/05?week=3&view=day", "http://a.example/cal/2031/11?view=month&week=9"
    assert shape(first) == shape(second) == "/cal/#/#?view&week"
    assert shape(first) != shape("http://a.example/cal/2024/05")


def test_variants_by_parameters_are_followed_up_to_a_number_and_plain_paths_without_one() -> None:
    variants = Variants(most=3)
    followed = [number for number in range(9) if not variants.one_too_many(f"http://a.example/list?page={number}")]
    assert followed == [0, 1, 2]
    assert not any(variants.one_too_many(f"http://a.example/article/{number}") for number in range(100))
