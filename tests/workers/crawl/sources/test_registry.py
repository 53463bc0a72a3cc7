"""The sources that a specification takes against the adapters that stand behind them."""

from __future__ import annotations

import pytest

from agent.errors import InvalidSpec
from agent.spec.sources import SOURCE_KINDS
from workers.crawl.sources import adapter_of, all_services, services_for


@pytest.mark.parametrize("prefix", SOURCE_KINDS)
def test_every_source_a_specification_takes_has_an_adapter(prefix: str) -> None:
    adapter = adapter_of(f"{prefix}:argument")
    assert adapter.asks in ("every_query", "once", "once_focused")


def test_every_service_says_where_its_terms_stand_and_when_they_were_read() -> None:
    for service in all_services():
        assert service.terms.url.startswith("https://") and service.terms.says and service.terms.read_on >= "2026"


def test_an_endpoint_for_a_service_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(InvalidSpec, match=r"endpoints\.nowhere"):
        services_for({"nowhere": "http://localhost"})
