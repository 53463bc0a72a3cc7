"""Documented services: where each stands, how it may be asked, and the terms that say so.

A request whose address begins with a service's base is made under that service's rules; every other request is an
ordinary crawl, which robots.txt decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote, quote_plus

from w3lib.url import url_query_cleaner

from agent.errors import InvalidSpec
from workers.crawl.http.wire import Reply

_BLOT = "***"

Access = Literal["crawl", "documented-api", "never"]


@dataclass(frozen=True)
class Terms:
    """What the owner of a service says about using what it gives, as read by us on a day."""

    url: str
    read_on: str
    """ISO date."""
    says: str
    """In one sentence of our own."""
    ai_training: Literal["allowed", "noncommercial", "forbidden", "unstated"] = "unstated"
    licence: str = ""
    """SPDX expression for everything there that says nothing else, '' where each document has its own."""


@dataclass(frozen=True)
class Key:
    """A credential that the environment of a worker holds; it is put on the wire and written nowhere."""

    variable: str
    parameter: str = ""
    """Query parameter that carries it, '' where a header does."""
    header: str = ""
    required: bool = False

    @property
    def value(self) -> str:
        """The key, '' where the environment has none."""
        return os.environ.get(self.variable, "")


@dataclass(frozen=True)
class Service:
    """One documented service, or one part of it with rules of its own."""

    name: str
    """``<source>.<part>``, the name that `JobSpec.endpoints` overrides."""
    base: str
    """Every address that begins with it belongs to the service."""
    terms: Terms
    access: Access = "documented-api"
    """``documented-api``: the terms invite programs, so robots.txt is not asked (unless permission.strict_robots).
    ``crawl``: robots.txt decides. ``never``: not fetched at all, only linked to."""
    interval_s: float = 1.0
    """Least seconds between two requests of the whole cluster."""
    connections: int = 1
    """Most requests under way at once in the whole cluster."""
    shares_limit_with: str = ""
    """Services with the same word here count against one limit; '' takes the host."""
    fresh: timedelta = timedelta(hours=1)
    """How long an answer without caching headers counts as fresh."""
    key: Key | None = None
    interval_with_key_s: float | None = None
    backoff_s: float = 5.0
    """First pause after a 429 that names none; it doubles with each."""
    patience_s: float = 120.0
    """Longest pause that is waited for."""


class Services:
    """The services of a job, with the addresses that it puts in their place."""

    def __init__(self, known: Iterable[Service], overrides: Mapping[str, str]) -> None:
        """Take the services of all sources.

        Raises:
            InvalidSpec: an override names no service.
        """
        self._known = {service.name: service for service in known}
        for name in overrides:
            if name not in self._known:
                raise InvalidSpec(
                    f"endpoints.{name}: there is no such service.",
                    next_step=f"Take one of {', '.join(sorted(self._known))}.",
                )
        self._bases = {name: overrides.get(name, service.base) for name, service in self._known.items()}
        self._longest_first = sorted(self._known.values(), key=lambda service: -len(self._bases[service.name]))

    def base(self, service: Service) -> str:
        """Where the service is asked in this job."""
        return self._bases[service.name]

    def of(self, url: str) -> Service | None:
        """The service that an address belongs to, None for the web at large."""
        return next((each for each in self._longest_first if _is_under(url, self._bases[each.name])), None)

    def without_key_parameter(self, url: str) -> str:
        """The address without the parameter that carries its service's key: an answer's own links may hold it."""
        service = self.of(url)
        parameter = service.key.parameter if service and service.key else ""
        cleaned = url_query_cleaner(url, (parameter,), remove=True) if parameter and parameter in url else url
        return self.redacted(str(cleaned))

    def redacted(self, text: str) -> str:
        """The text with every key of these services blotted out, however it is quoted."""
        for value in self._key_values():
            for form in {value, quote(value, safe=""), quote_plus(value)}:
                text = text.replace(form, _BLOT)
        return text

    def without_keys(self, reply: Reply, service: Service | None) -> Reply:
        """The answer without keys: some services repeat the whole request in what they say."""
        headers = {name: self.redacted(value) for name, value in reply.headers.items()}
        body = reply.body
        if service is not None and service.key is not None and (value := service.key.value):
            for form in {value, quote(value, safe=""), quote_plus(value)}:
                body = body.replace(form.encode(), _BLOT.encode())
        return Reply(reply.status, headers, body)

    def _key_values(self) -> list[str]:
        return [each.key.value for each in self._known.values() if each.key is not None and each.key.value]


def _is_under(url: str, base: str) -> bool:
    """Whether the address is the base or lies under it; ``https://api.org.evil.net`` is not under
    ``https://api.org``."""
    return url.startswith(base) and (base[-1:] in "/?=&" or url[len(base) : len(base) + 1] in ("", "/", "?", "#", "&"))
