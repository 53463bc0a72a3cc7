"""Where documents come from: one file a source, each named by its line in `agent/spec/sources.py`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache

from agent.spec.sources import SOURCE_KINDS
from workers.crawl.http.services import Service, Services
from workers.crawl.sources.contract import Source
from workers.crawl.sources.work import Scholar


def adapter_of(source: str) -> type[Source]:
    """The class that speaks to a source, by the prefix of its string."""
    adapter: type[Source] = pkgutil.resolve_name(SOURCE_KINDS[source.partition(":")[0]].adapter)
    return adapter


_SCHOLARS = {
    "openalex": "workers.crawl.sources.openalex:OpenAlex",
    "crossref": "workers.crawl.sources.crossref:Crossref",
    "semanticscholar": "workers.crawl.sources.semanticscholar:SemanticScholar",
    "unpaywall": "workers.crawl.sources.unpaywall:Unpaywall",
}
"""Names of ``discover.look_up`` -> who answers; Unpaywall is no source, since it finds nothing by itself."""


def scholar_of(name: str) -> type[Scholar]:
    """The class that asks a service of ``discover.look_up`` about DOIs."""
    scholar: type[Scholar] = pkgutil.resolve_name(_SCHOLARS[name])
    return scholar


@cache
def all_services() -> tuple[Service, ...]:
    """The services of all sources, whether a job names them or not: any document may lead to any of them."""
    spoken_to = [
        *(adapter_of(kind).services for kind in SOURCE_KINDS),
        *(scholar_of(each).services for each in _SCHOLARS),
    ]
    return tuple({service.name: service for services in spoken_to for service in services}.values())


def services_for(endpoints: Mapping[str, str]) -> Services:
    """All services, with a job's own addresses for some.

    Raises:
        InvalidSpec: an address is given for a service that does not exist.
    """
    return Services(all_services(), endpoints)
