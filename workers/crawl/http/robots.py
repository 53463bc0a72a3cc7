"""robots.txt as a decision: what an answer means (RFC 9309), and the line that closed an address."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal, NamedTuple

from protego import Protego
from pydantic import ConfigDict, Field

from agent.job.records import Evidence, Record
from workers.crawl.http.identity import PRODUCT_TOKEN
from workers.crawl.http.sniff import text_of

MAX_ROBOTS_BYTES = 500 * 1024
"""A crawler must parse at least this much (RFC 9309, 2.5); what follows is not read."""

MAX_CRAWL_DELAY_S = 30.0
"""A longer Crawl-delay is taken as this one: RFC 9309 does not know the line, and 30 s is 120 pages an
hour."""

_MOST_TRIED_LINES = 40
"""Each costs one parse of the whole file; a file with more lines that match one address is made to cost time."""

_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|script|title|meta)\b", re.IGNORECASE)
_DISALLOW = re.compile(r"\s*disallow\s*:\s*([^#\s]+)", re.IGNORECASE)


class RobotsVerdict(NamedTuple):
    """Whether an address is open to us, and what says so."""

    allowed: bool
    evidence: Evidence


class Robots(Record):
    """One origin's robots.txt as it was answered; plain data, so that it can be handed to another process."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    url: str
    rule: Literal["parse", "allow_all", "disallow_all"]
    text: str = Field("", description="The file, when rule is 'parse'.")
    because: str = Field("", description="Why everything is open or closed, when rule is another.")
    answered: bool = Field(True, description="False when the server gave no answer: unreachable, 5xx or 429.")
    time: str = Field(description="When it was read, ISO 8601 UTC.")

    @cached_property
    def _rules(self) -> Protego:
        return Protego.parse(self.text)

    def verdict(self, url: str) -> RobotsVerdict:
        """Whether we may fetch ``url``, with the line that decides."""
        if self.rule != "parse":
            return RobotsVerdict(self.rule == "allow_all", self._evidence(self.because))
        if self._rules.can_fetch(url, PRODUCT_TOKEN):
            return RobotsVerdict(True, self._evidence("no rule closes it"))
        return RobotsVerdict(False, self._evidence(self._closing_line(url)))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of the sitemaps it names, in order."""
        return tuple(self._rules.sitemaps)

    @property
    def crawl_delay_s(self) -> float:
        """Seconds between two requests that it asks for, bounded; 0 where it asks for none."""
        return min(self._rules.crawl_delay(PRODUCT_TOKEN) or 0.0, MAX_CRAWL_DELAY_S)

    def _closing_line(self, url: str) -> str:
        """The line that, turned into Allow, would open ``url``: the longest match of our group, as the RFC
        has it."""
        lines = self.text.splitlines()
        closing = [(number, match[1]) for number, line in enumerate(lines) if (match := _DISALLOW.match(line))]
        matching = [
            (number, path)
            for number, path in sorted(closing, key=lambda item: (-len(item[1]), item[0]))
            if not Protego.parse(f"User-agent: *\nDisallow: {path}").can_fetch(url, PRODUCT_TOKEN)
        ]
        for number, path in matching[:_MOST_TRIED_LINES]:
            turned = [*lines[:number], f"Allow: {path}", *lines[number + 1 :]]
            if Protego.parse("\n".join(turned)).can_fetch(url, PRODUCT_TOKEN):
                return lines[number].strip()
        return "closed by its rules taken together"

    def _evidence(self, line: str) -> Evidence:
        return Evidence(kind="robots", url=self.url, line=line, time=self.time)


def read_robots(url: str, status: int, body: bytes, time: str, *, challenge: str = "") -> Robots:
    """What an answer to a request for robots.txt means (RFC 9309, 2.3.1), redirects already followed.

    4xx opens everything, but for 429: a server that is too busy to say has not said yes. 5xx and anything
    else closes everything; so does a web page in its place, which is how bot challenges and log-in walls
    answer. ``challenge`` is the sign of one, of whatever status.
    """
    if challenge:
        return Robots(
            url=url, rule="disallow_all", because=f"a test for humans stands in its place ({challenge})", time=time
        )
    if 400 <= status < 500 and status != 429:
        return Robots(url=url, rule="allow_all", because=f"there is none (HTTP {status})", time=time)
    if status != 200:
        return Robots(url=url, rule="disallow_all", because=f"it answers HTTP {status}", answered=False, time=time)
    text = text_of(body[:MAX_ROBOTS_BYTES])
    if _HTML.search(text[:2000]):
        return Robots(url=url, rule="disallow_all", because="a web page stands in its place", time=time)
    return Robots(url=url, rule="parse", text=text, time=time)


def unreachable_robots(url: str, reason: str, time: str) -> Robots:
    """What holds when robots.txt cannot be had at all: everything is closed (RFC 9309, 2.3.1.4)."""
    return Robots(url=url, rule="disallow_all", because=f"it cannot be reached ({reason})", answered=False, time=time)
