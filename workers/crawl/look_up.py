"""What citation and open-access services know about papers that discovery found."""

from __future__ import annotations

from collections.abc import Sequence

from agent.spec import JobSpec
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Services
from workers.crawl.sources.contract import Found


def looked_up(
    found: Sequence[Found], spec: JobSpec, http: PoliteClient, services: Services
) -> tuple[list[Found], dict[str, str]]:
    """The same documents with citations, venue, retraction, licence and open copies filled in where a service knows
    them; and service -> why it could not be asked.
    """
    return list(found), {}
