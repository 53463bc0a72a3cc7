"""What a JATS article says of itself: title, authors, date, and under which licence it stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from agent.job.licences import spdx
from workers.parse.blocks import one_line
from workers.parse.formats.jats_inline import inline

_XLINK = "{http://www.w3.org/1999/xlink}href"
_LICENCE_REF = "{http://www.niso.org/schemas/ali/1.0/}license_ref"
_FIRST_TO_LAST = ("epub", "pub", "ppub", "collection", "")
"""Kinds of publication date, the electronic one first; PMC's own release and others are none of the article."""


def title_of(meta: Any) -> str:
    """The article's title, its subtitle after a colon."""
    title = inline(meta.find("title-group/article-title")) if meta is not None else ""
    subtitle = inline(meta.find("title-group/subtitle")) if meta is not None else ""
    return f"{title.rstrip(': ')}: {subtitle}" if subtitle else title


def authors_of(meta: Any) -> tuple[str, ...]:
    """People and groups as the article names them; editors and others are left out."""
    names = []
    for contributor in meta.iterfind("contrib-group/contrib") if meta is not None else ():
        if contributor.get("contrib-type", "author") != "author":
            continue
        name = contributor.find("name")
        name = name if name is not None else contributor.find("name-alternatives/name")
        if name is not None:
            names.append(f"{inline(name.find('given-names'))} {inline(name.find('surname'))}".strip())
        else:
            collective = contributor.find("collab")
            names.append(inline(collective if collective is not None else contributor.find("string-name")))
    return tuple(name for name in names if name)


def date_of(meta: Any) -> str:
    """When it was published, ISO 8601 as exact as is stated."""
    stated: dict[str, str] = {}
    for element in meta.iterfind("pub-date") if meta is not None else ():
        kind = element.get("pub-type") or element.get("date-type") or ""
        stated.setdefault(kind, _iso(element))
    return next((stated[kind] for kind in _FIRST_TO_LAST if stated.get(kind)), "")


def doi_of(meta: Any) -> str:
    """The article's own DOI, lower case."""
    found = meta.iterfind("article-id[@pub-id-type='doi']") if meta is not None else ()
    return next((inline(each).lower().rpartition("doi.org/")[2] for each in found), "")


def licence_of(meta: Any) -> str:
    """SPDX expression of all that its permissions state; '' where they name no licence we know."""
    permissions = meta.find("permissions") if meta is not None else None
    if permissions is None:
        return ""
    said: list[str] = []
    for licence in permissions.iter("license"):
        said += [licence.get(_XLINK, "")]
        for element in licence.iter():
            said += [element.text or ""] if element.tag == _LICENCE_REF else [element.get(_XLINK, "")]
        said += [one_line(" ".join(licence.itertext()))]
    # An address names the licence exactly; the words around it say the same, or forbid more.
    found = spdx(" ".join(dict.fromkeys(each for each in said if each)))
    return found or spdx(inline(permissions.find("copyright-statement")))


def _iso(element: Any) -> str:
    year, month, day = (inline(element.find(part)) for part in ("year", "month", "day"))
    if not year.isdigit():
        return ""
    if not (month.isdigit() and 1 <= int(month) <= 12):
        return year
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return f"{year}-{int(month):02}"
