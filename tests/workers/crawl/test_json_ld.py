"""Licences that pages state as linked data."""

from __future__ import annotations

import pytest

from workers.crawl.glance import glance

BY = "https://creativecommons.org/licenses/by/4.0/"


def stated(data: str) -> list[str]:
    page = f'<html><head><script type="application/ld+json">{data}</script></head><body>Qubits.</body></html>'
    return [item.value for item in glance(page.encode(), "text/html").licences]


@pytest.mark.parametrize(
    "data",
    [
        f'{{"@type": "Article", "license": "{BY}"}}',
        f'[{{"@type": ["WebPage", "Thing"], "license": ["{BY}"]}}]',
        f'{{"@graph": [{{"@type": "ScholarlyArticle", "license": {{"@id": "{BY}"}}}}]}}',
        f'{{"@type": "WebPage", "mainEntity": {{"@type": "Article", "license": {{"url": "{BY}"}}}}}}',
    ],
)
def test_the_licence_of_the_page_or_its_text_is_read(data: str) -> None:
    assert stated(data) == [BY]


@pytest.mark.parametrize(
    "data",
    [
        f'{{"@type": "ImageObject", "license": "{BY}"}}',
        f'{{"@type": "Article", "image": {{"@type": "ImageObject", "license": "{BY}"}}}}',
        f'{{"license": "{BY}"}}',
        '{"@type": "Article", "license": 4}',
        '{"@type": {"a": 1}, "license": "x"}',
        "{nonsense",
        "[" * 100_000,
        "null",
    ],
)
def test_the_licence_of_something_in_the_page_or_of_nothing_is_not(data: str) -> None:
    assert stated(data) == []
