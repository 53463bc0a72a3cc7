"""What the spider's process is told, what it asks while it works, and the lines it writes back. Plain records."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.job.records import Evidence, Record, TopicMap
from workers.crawl.http.robots import Robots


class CrawlOrder(Record):
    """One crawl of one origin."""

    start: str = Field(description="Canonical address of the first page.")
    robots: Robots = Field(description="robots.txt of the origin, already fetched by the parent.")
    topics: TopicMap | None = Field(None, description="What to look for first; None goes breadth first.")
    languages: tuple[str, ...] = Field((), description="ISO 639-1 codes that are wanted; empty: all.")
    user_agent: str
    delay_s: float = Field(description="Least seconds between two requests.")
    timeout_s: float
    max_bytes: int
    max_depth: int = Field(description="Links followed from the first page.")
    max_pages: int = Field(description="Most pages fetched.")
    private_allowed: bool = Field(description="Whether the user named this host, which may then be private.")
    bodies: str = Field(description="Local folder that takes the fetched bytes, each file named by its sha256.")

    @property
    def folder(self) -> Path:
        """Where the crawl keeps its files, the bodies among them."""
        return Path(self.bodies).parent

    @property
    def exchange(self) -> Path:
        """The file that bodies pass through between spider and parent, one at a time: of an answer, of a kept one."""
        return self.folder / "exchange"


class Ask(Record):
    """A line on the spider's standard output.

    For each request the spider asks: ``look`` (is it in the cache?) is answered by `Told` use or fetch. After fetch
    come ``turn`` (may the host be asked?), answered by go, then ``sent`` unless the request never left, ``rest`` if
    the host asked for one, ``end``; and ``answer`` (here it is, is it to be used?), answered by own, use, or fetch
    (the host called unchanged what the store has lost). The next look ends what has no answer: it broke, or is to be
    sent again. So the cache and the limits of all workers hold for the spider too, which knows neither Redis, nor the
    store, nor any credential.
    """

    kind: Literal["look", "turn", "sent", "rest", "end", "answer"]
    seconds: float = Field(0.0, description="turn: least seconds between two requests; rest: how long.")
    url: str = Field("", description="look: the address.")
    status: int = Field(0, description="answer: its status.")
    headers: dict[str, str] = Field(
        default_factory=dict, description="look, answer: those of the request or the answer, lower-case names."
    )


class Told(Record):
    """A line on the spider's standard input, in answer to an `Ask`."""

    kind: Literal["go", "fetch", "own", "use"] = Field(
        description="go: ask the host now; fetch: do the request; own: use its answer; use: the kept answer instead."
    )
    status: int = Field(0, description="use: its status.")
    headers: dict[str, str] = Field(
        default_factory=dict, description="fetch: to ask with; use: those of the kept answer."
    )
    how: str = Field("", description="use: a sentence for the evidence.")
    fetched_at: str = Field("", description="use: when its bytes came from the server, ISO 8601 UTC.")


class CrawlLine(Record):
    """One line of the spider's output; ``kind`` says which fields are filled."""

    kind: Literal["page", "link", "refused", "moved", "end"] = Field(
        description=(
            "page: fetched, bytes in the folder; link: a document for retrieve to fetch; refused: closed or "
            "broken; moved: the first page redirects to the origin in detail; end: the crawl is complete, or was "
            "broken off for the reason."
        )
    )
    url: str = ""
    title: str = Field("", description="Its own, else the text of the link that led there.")
    text: str = Field("", description="Of a page its opening, as `workers.crawl.glance` reads it.")
    language: str = Field("", description="ISO 639-1 code that the page declares.")
    sha256: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    time: str = ""
    reason: str = ""
    detail: str = ""
    failed: bool = Field(False, description="True when something broke, False when a rule said no.")
    evidence: tuple[Evidence, ...] = ()
    unseen: int = Field(0, description="On the last line: addresses left unvisited by a limit.")
