"""Documents as they were read, written down in short for the table of decisions."""

from __future__ import annotations

from typing import Any

from agent.spec import PermissionConfig
from workers.crawl.glance import glance
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service, Terms
from workers.crawl.permission.decide import Decision, Reading, SiteFiles, decide
from workers.crawl.permission.statement import Text

TIME = "2026-01-01T00:00:00+00:00"
URL = "https://example.org/notes/qubit.html"
BY = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'


def robots(text: str) -> Robots:
    """The robots.txt of the example site."""
    return Robots(url="https://example.org/robots.txt", rule="parse", text=text, time=TIME)


def service(ai_training: Any = "unstated", licence: str = "", name: str = "example.api") -> Service:
    """A documented service whose terms say so."""
    terms = Terms(
        url="https://example.org/terms", read_on="2026-01-01", says="As said.", ai_training=ai_training, licence=licence
    )
    return Service(name=name, base="https://example.org/", terms=terms)


def reading(
    *,
    html: str = BY,
    robots_txt: str | None = None,
    headers: dict[str, str] | None = None,
    tdmrep: str | None = None,
    ai_txt: str | None = None,
    rsl: str | None = None,
    body: bytes | None = None,
    media_type: str = "text/html",
    **fields: Any,
) -> Reading:
    """A page of the example site; it states CC BY 4.0 unless ``html``, the inside of its head, says otherwise."""
    page = body if body is not None else f"<html><head>{html}</head><body><p>Qubits.</p></body></html>".encode()
    site = SiteFiles(
        robots=robots(robots_txt) if robots_txt is not None else None,
        tdmrep=Text("https://example.org/.well-known/tdmrep.json", tdmrep, TIME) if tdmrep is not None else None,
        ai_txt=Text("https://example.org/ai.txt", ai_txt, TIME) if ai_txt is not None else None,
        rsl=(Text("https://example.org/license.xml", rsl, TIME),) if rsl is not None else (),
    )
    fields = {"url": URL, "source": "site:https://example.org/", "time": TIME, **fields}
    return Reading(media_type=media_type, headers=headers or {}, seen=glance(page, media_type), site=site, **fields)


def decided(permission: dict[str, Any] | None = None, **read: Any) -> Decision:
    """The decision on such a page under this ``permission`` section of a job."""
    return decide(reading(**read), PermissionConfig(**(permission or {})))
