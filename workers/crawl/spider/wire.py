"""What the spider's process is told, and the lines it writes back. Plain records; no behaviour."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.job.records import Evidence, Record
from workers.crawl.http.robots import Robots


class CrawlOrder(Record):
    """One crawl of one origin."""

    start: str = Field(description="Canonical address of the first page.")
    robots: Robots = Field(description="robots.txt of the origin, already fetched by the parent.")
    user_agent: str
    delay_s: float = Field(description="Least seconds between two requests.")
    timeout_s: float
    max_bytes: int
    max_depth: int = Field(description="Links followed from the first page.")
    max_pages: int = Field(description="Most pages fetched.")
    private_allowed: bool = Field(description="Whether the user named this host, which may then be private.")
    bodies: str = Field(description="Local folder that takes the fetched bytes, each file named by its sha256.")


class CrawlLine(Record):
    """One line of the spider's output; ``kind`` says which fields are filled."""

    kind: Literal["page", "link", "refused", "moved", "end"] = Field(
        description=(
            "page: fetched, bytes in the folder; link: a document for retrieve to fetch; refused: closed or "
            "broken; moved: the first page redirects to the origin in detail; end: the crawl is complete."
        )
    )
    url: str = ""
    title: str = Field("", description="Text of the link that led there.")
    sha256: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    time: str = ""
    reason: str = ""
    detail: str = ""
    failed: bool = Field(False, description="True when something broke, False when a rule said no.")
    evidence: tuple[Evidence, ...] = ()
    unseen: int = Field(0, description="On the last line: addresses left unvisited by depth or page limits.")
