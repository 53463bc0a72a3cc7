"""Turns a page into HTML."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from agent.report import charts
from agent.report.page import Page
from agent.report.words import count, printable, spoken

if TYPE_CHECKING:
    from jinja2 import Environment


def render(page: Page) -> str:
    """The whole page as one HTML document that loads nothing from elsewhere."""
    return _environment().get_template("report.html.j2").render(page=page, charts=charts)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Autoescape whatever a template is called: titles, questions and reasons come from strangers' documents.
    environment = Environment(
        loader=PackageLoader("agent.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"count": count, "spoken": spoken, "printable": printable, "is_web": is_web}
    return environment


def is_web(url: str) -> bool:
    """Whether an address may become a link: others (``javascript:``, ``file:``) are shown as text."""
    return url.startswith(("http://", "https://"))
