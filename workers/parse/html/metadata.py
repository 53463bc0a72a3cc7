"""What a page states about itself: title, authors, date, licence, language, DOI, and who may not use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from agent.job.licences import spdx
from workers.parse.blocks import one_line
from workers.parse.dates import iso_date
from workers.parse.html.json_ld import Item, items, texts
from workers.parse.html.markup import text_of
from workers.parse.html.shown import heading_text, item_names, shown_days, shown_names, without_by

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>]+")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_ANCHOR_SIGNS = "¶# "
_PARTED = re.compile(r"\s+[|–—·»:-]\s+")
"""What stands between a page's title and its site's name."""

_WORKS = frozenset(
    ("article", "newsarticle", "blogposting", "techarticle", "scholarlyarticle", "report", "webpage", "qapage",
     "discussionforumposting", "product", "recipe", "howto", "course", "learningresource", "book", "dataset",
     "softwareapplication", "question", "faqpage", "socialmediaposting")
)  # fmt: skip
"""Types of https://schema.org that are the page itself and not the site or the company behind it."""

_TITLE_META = ("citation_title", "og:title", "dc.title", "dcterms.title", "twitter:title")
_AUTHOR_META = ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author", "parsely-author")
_DATE_META = (
    "citation_publication_date", "citation_date", "article:published_time", "og:published_time", "datepublished",
    "dc.date", "dcterms.date", "dc.date.issued", "dcterms.created", "date", "pubdate", "publish-date",
    "parsely-pub-date",
)  # fmt: skip
_DOI_META = ("citation_doi", "dc.identifier", "dcterms.identifier", "prism.doi", "bepress_citation_doi")
_LICENCE_META = ("license", "licence", "dcterms.license", "dc.rights", "dcterms.rights", "rights", "dc.rights.license")
_OPT_OUT_META = ("robots", "x-robots-tag", "tdm-reservation", "tdm-policy", "content-signal", "ai-usage")
_OBJECTIONS = frozenset(("noai", "noimageai", "noml"))
_NAMING = ("name", "property", "http-equiv", "itemprop")
_MAX_AUTHORS = 100


class Stated(NamedTuple):
    """Fields of `Parsed`, '' or empty where the page says nothing, and where each was read."""

    title: str
    authors: tuple[str, ...]
    date: str
    licence: str
    language: str
    doi: str
    opt_outs: tuple[str, ...]
    obtained: dict[str, str]


Found = tuple[str, str]
"""A value and where it was read."""


def stated(root: Any) -> Stated:
    """What the head and the landmarks of a page say, before anything is taken out of it.

    The most exact vocabulary is asked first: Highwire and Dublin Core tags of scholarly pages, then JSON-LD, then
    OpenGraph, then HTML's own elements.
    """
    page = _Page(root)
    title = _first(page.titles())
    authors = page.authors()
    date = _first((iso_date(value), where) for value, where in page.dates())
    licence = _first((spdx(value), where) for value, where in page.licences())
    language = _first((_language(value), where) for value, where in page.languages())
    doi = _first((_doi(value), where) for value, where in page.dois())
    fields = {"title": title, "authors": authors, "date": date, "licence": licence, "language": language, "doi": doi}
    return Stated(
        title=title[0],
        authors=authors[0],
        date=date[0],
        licence=licence[0],
        language=language[0],
        doi=doi[0],
        opt_outs=tuple(page.opt_outs()),
        obtained={name: where for name, (value, where) in fields.items() if value},
    )


class _Page:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._meta: dict[str, list[tuple[str, str]]] = {}
        for element in root.iter("meta"):
            name = next((name for key in _NAMING if (name := element.get(key))), "")
            content = element.get("content")
            if name and content:
                self._meta.setdefault(name.strip().lower(), []).append((content.strip(), _line(element)))
        described = list(items(root))
        self._works: list[Item] = [item for item in described if item.types & _WORKS]

    def titles(self) -> Iterator[Found]:
        headings = [text for each in self._root.iter("h1") if (text := heading_text(each).rstrip(_ANCHOR_SIGNS))]
        for title, where in self._stated_titles(headings):
            yield _without_site(one_line(title), headings), where

    def _stated_titles(self, headings: Sequence[str]) -> Iterator[Found]:
        yield from self._in_meta(_TITLE_META[:1])
        yield from self._in_works("headline")
        yield from self._in_meta(_TITLE_META[1:])
        yield from self._in_works("name")
        if len(headings) == 1:
            yield headings[0], "h1"
        yield self._root.findtext(".//title") or "", "title element"

    def authors(self) -> tuple[tuple[str, ...], str]:
        for found in (
            self._all_in_meta(_AUTHOR_META[:3]),
            self._names_in_works(),
            self._all_in_meta(_AUTHOR_META[3:]),
            [(text_of(link), "rel=author") for link in self._with_token("a", "rel", "author")],
            [(name, "itemprop author") for name in item_names(self._root)],
            [(name, "byline") for name in islice(shown_names(self._root), 1)],
        ):
            names = list(dict.fromkeys(name for value, _ in found for name in _names(value)))
            if names:
                return tuple(names[:_MAX_AUTHORS]), found[0][1]
        return (), ""

    def dates(self) -> Iterator[Found]:
        yield from self._in_meta(_DATE_META[:2])
        yield from self._in_works("datePublished")
        yield from self._in_meta(_DATE_META[2:])
        yield from self._in_works("dateCreated", "uploadDate", "dateModified")
        yield from self._in_meta(("article:modified_time", "og:updated_time", "last-modified"))
        times = list(self._root.iter("time"))
        for time in sorted(times, key=lambda time: not ({"pubdate", "itemprop"} & set(time.keys()))):
            yield time.get("datetime") or "", "time element"
        yield from ((day, "shown on the page") for day in shown_days(self._root))

    def licences(self) -> Iterator[Found]:
        for element in self._with_token("*", "rel", "license"):
            yield element.get("href") or "", "rel=license"
            yield text_of(element), "rel=license"
        yield from self._in_works("license")
        yield from self._in_meta(_LICENCE_META)

    def languages(self) -> Iterator[Found]:
        yield self._root.get("lang") or self._root.get("{http://www.w3.org/XML/1998/namespace}lang") or "", "html lang"
        yield from self._in_works("inLanguage")
        yield from self._in_meta(("content-language", "dc.language", "og:locale", "citation_language"))

    def dois(self) -> Iterator[Found]:
        yield from self._in_meta(_DOI_META)
        yield from self._in_works("identifier", "sameAs")
        yield self._canonical(), "canonical link"

    def opt_outs(self) -> Iterator[str]:
        """Lines as they stand; what they bind is for the crawl pool to say (`workers/crawl/permission/`)."""
        for name in _OPT_OUT_META:
            for content, line in self._meta.get(name, ()):
                if name not in ("robots", "x-robots-tag") or _OBJECTIONS & set(re.split(r"[^a-z]+", content.lower())):
                    yield line
        for link in self._root.iter("link"):
            if {"tdm-policy", "tdm-reservation"} & set((link.get("rel") or "").lower().split()):
                yield _line(link)

    def _canonical(self) -> str:
        return next((link.get("href") or "" for link in self._with_token("link", "rel", "canonical")), "")

    def _in_meta(self, names: Iterable[str]) -> Iterator[Found]:
        for name in names:
            for content, _ in self._meta.get(name, ()):
                yield content, f"meta {name}"

    def _all_in_meta(self, names: Iterable[str]) -> list[Found]:
        return next((found for name in names if (found := list(self._in_meta((name,))))), [])

    def _in_works(self, *keys: str) -> Iterator[Found]:
        for key in keys:
            for item in self._works:
                for value in texts(item.fields.get(key)):
                    yield value, f"JSON-LD {key}"

    def _names_in_works(self) -> list[Found]:
        return [
            (name, f"JSON-LD {key}")
            for key in ("author", "creator")
            for item in self._works
            for name in texts(item.fields.get(key))
        ]

    def _with_token(self, tag: str, attribute: str, token: str) -> Iterator[Any]:
        path = f"//{tag}[@{attribute}][contains(concat(' ', normalize-space(@{attribute}), ' '), ' {token} ')]"
        return iter(self._root.xpath(path))


def _first(found: Iterable[Found]) -> Found:
    return next(((one_line(value), where) for value, where in found if one_line(value)), ("", ""))


def _names(value: str) -> list[str]:
    """Names in a statement of authors; addresses of profiles are none."""
    if "://" in value:
        return []
    parts = re.split(r"\s*;\s*|\s+and\s+", one_line(value))
    return [without_by(part).strip(" ,") for part in parts if any(map(str.isalpha, part))]


def _without_site(title: str, headings: Iterable[str]) -> str:
    """A title without what follows a heading of the page in it: the name of the site."""
    return next((each for each in headings if title.startswith(each) and _PARTED.match(title[len(each) :])), title)


def _language(value: str) -> str:
    match = _LANGUAGE.fullmatch(value.strip())
    return match[1].lower() if match else ""


def _doi(value: str) -> str:
    match = _DOI.search(value)
    return match[0].rstrip(".,;)").lower() if match else ""


def _line(element: Any) -> str:
    attributes = " ".join(f'{name}="{value}"' for name, value in element.attrib.items())
    return f"<{element.tag} {attributes}>"
