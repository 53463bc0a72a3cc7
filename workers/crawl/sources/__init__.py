"""Where documents come from: one file a source, each named by its line in `agent/spec/sources.py`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache

from agent.spec.sources import SOURCE_KINDS
from workers.crawl.http.services import Service, Services
from workers.crawl.sources.contract import Source


def adapter_of(source: str) -> type[Source]:
    """The class that speaks to a source, by the prefix of its string."""
    adapter: type[Source] = pkgutil.resolve_name(SOURCE_KINDS[source.partition(":")[0]].adapter)
    return adapter


@cache
def all_services() -> tuple[Service, ...]:
    """The services of all sources, whether a job names them or not: any document may lead to any of them."""
    services = {service.name: service for kind in SOURCE_KINDS for service in adapter_of(kind).services}
    return tuple(services.values())


def services_for(endpoints: Mapping[str, str]) -> Services:
    """All services, with a job's own addresses for some.

    Raises:
        InvalidSpec: an address is given for a service that does not exist.
    """
    return Services(all_services(), endpoints)
