"""Page-level opt-outs."""

from __future__ import annotations

import pytest

from workers.crawl.glance import Statement
from workers.crawl.permission.page import forbids_following, opt_outs


def reasons(meta: str = "", name: str = "robots", header: str = "") -> list[str]:
    """Reasons that a page with this element and header gives."""
    return [item.reason for item in opt_outs([Statement(name, meta, f"<meta {meta}>")], {"x-robots-tag": header})]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("index, follow", []),
        ("NOAI, noimageai", ["optout_noai"]),
        ("noml", ["optout_noai"]),
        ("noindex,noai", ["optout_noai", "optout_noindex"]),
        ("none", ["optout_noindex"]),
        ("noarchive;noai", ["optout_noai"]),
        ("noai\u200b", ["optout_noai"]),
        ("max-image-preview:none", []),
    ],
)
def test_a_robots_element_opts_out(meta: str, expected: list[str]) -> None:
    assert reasons(meta) == expected


def test_an_element_for_another_crawler_does_not_bind_us_and_one_for_us_does() -> None:
    assert reasons("noindex", name="googlebot") == []
    assert reasons("noindex", name="finetune-agent") == ["optout_noindex"]
    assert reasons("noai", name="x-robots-tag") == ["optout_noai"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("noai", ["optout_noai"]),
        ("otherbot: noai", []),
        ("otherbot: nofollow, noai", []),
        ("otherbot: nofollow, finetune-agent: noml", ["optout_noai"]),
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT, noindex", ["optout_noindex"]),
        ("unavailable_after: Friday, 25-Jun-30 15:00:00 UTC, noai", ["optout_noai"]),
        ("noarchive noai", ["optout_noai"]),
        ("noarchive; NoAI", ["optout_noai"]),
        ("max-snippet:-1", []),
    ],
)
def test_the_header_opts_out_all_crawlers_or_the_one_it_names(header: str, expected: list[str]) -> None:
    assert reasons(header=header) == expected


def test_links_of_a_nofollow_page_are_not_followed() -> None:
    assert forbids_following([Statement("robots", "index, nofollow", "")], {})
    assert not forbids_following([Statement("robots", "noai", "")], {})
