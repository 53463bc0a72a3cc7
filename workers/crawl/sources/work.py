"""A scholarly work as a bibliographic service describes it, and the candidate it makes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, model_validator

from agent.job.licences import spdx
from agent.job.records import Candidate, Copy, Evidence
from agent.spec import JobSpec
from workers.crawl.copies import with_copies
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Service, Services
from workers.crawl.sources.contract import Found


@dataclass(frozen=True)
class Work:
    """What one service knows of one work; empty where it says nothing."""

    doi: str = ""
    """Lower case, without https://doi.org/."""
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    """ISO 8601, as exact as is known."""
    venue: str = ""
    citations: int | None = None
    retraction: str = ""
    """What says that it is retracted, '' where nothing does."""
    read_at: str = ""
    """Address of the service's record of this one work: anyone can read it again, and it does not hold who asked."""
    read_on: str = ""
    """When, ISO 8601 UTC."""
    language: str = ""
    url: str = ""
    """Where people read about it, for works without a DOI."""
    copies: tuple[Copy, ...] = ()
    service: str = ""
    """Its name, for the evidence."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where each copy's licence was read, and what says that the work is retracted."""
        stated = [("licence", f"{copy.licence} for {copy.url}") for copy in self.copies if copy.licence]
        warned = [("meta", self.retraction)] if self.retraction else []
        return tuple(
            Evidence(kind=kind, url=self.read_at, line=f"{self.service}: {line}", time=self.read_on)
            for kind, line in (*warned, *stated)
        )


class Asked(Protocol):
    """What an adapter needs to ask its service: a `SearchContext`, or the part of it that a look-up has."""

    @property
    def source(self) -> str:
        """Who asks, for the candidates."""

    @property
    def spec(self) -> JobSpec:
        """The job, for its contact address."""

    @property
    def http(self) -> PoliteClient:
        """The way to the network."""

    @property
    def services(self) -> Services:
        """Where the service stands in this job."""


class Scholar(Protocol):
    """A service that knows works by their DOI."""

    services: ClassVar[tuple[Service, ...]]

    def __init__(self, context: Asked) -> None:
        """Ask nothing yet."""

    def look_up(self, dois: list[str]) -> Iterator[Work]:
        """What is known of these, in any order, each with its ``doi``; what is not known is left out.

        Raises:
            SourceFailed: the service cannot be asked; what was yielded before counts.
            DocumentRejected: the request itself failed, from the client.
        """


class Body(BaseModel):
    """Part of an answer: fields we do not read are ignored, a null is as good as an absent field."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {key: each for key, each in value.items() if each is not None} if isinstance(value, dict) else value


def found(work: Work, source: str) -> Found | None:
    """The candidate that a work makes, at its DOI's address; None for a work without title or address."""
    url = f"https://doi.org/{quote(work.doi, safe='/:()._-')}" if work.doi else work.url
    try:
        url = canonical_url(url)
    except ValueError:
        return None
    if not work.title:
        return None
    candidate = Candidate(
        id=document_id(url),
        url=url,
        source=source,
        title=work.title,
        score=0.0,
        authors=work.authors,
        date=work.date,
        venue=work.venue,
        doi=work.doi,
        citations=work.citations,
        retracted=bool(work.retraction),
        language=work.language,
        evidence=work.evidence,
    )
    return Found(with_copies(candidate, work.copies), work.abstract)


_DOI = re.compile(r"10\.\d{4,9}/\S+")


def bare_doi(text: str) -> str:
    """The DOI in a text or address, lower case; '' where there is none (https://www.doi.org/doi_handbook: DOIs are
    case-insensitive)."""
    match = _DOI.search(text)
    if match is None:
        return ""
    doi = match[0].rstrip(".,;")
    return (doi.removesuffix(")") if doi.count(")") > doi.count("(") else doi).lower()


_RETRACTED_TITLE = re.compile(
    r"^\W*(?:RETRACTED|WITHDRAWN|RETRACTION)(?: ARTICLE| CHAPTER| NOTE| NOTICE)?\s*[:\]]", re.IGNORECASE
)


def retracted_title(title: str) -> str:
    """The title where it says by its first word that the work is retracted, as publishers' titles do; else ''."""
    return f"title: {title}" if _RETRACTED_TITLE.match(title) else ""


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def plain(text: str) -> str:
    """A title or abstract without markup (Crossref's abstracts are JATS), character references and line breaks."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


_RUN_TOGETHER = re.compile(r"^CC-?BY-?((?:NC|SA|ND|-)*)$", re.IGNORECASE)


def stated_licence(value: str) -> str:
    """SPDX of a service's own word for a licence: ``cc-by``, ``CCBYNCND``, a licence's address; '' for words like
    ``other-oa`` that grant nothing one could name."""
    if match := _RUN_TOGETHER.match(value.strip()):
        value = "-".join(("CC-BY", *re.findall("NC|SA|ND", match[1].upper())))
    return spdx(value)


_VERSIONS = {
    "publishedversion": "published", "acceptedversion": "accepted", "submittedversion": "submitted",
    "vor": "published", "am": "accepted",
}  # fmt: skip


def copy_at(url: str, *, licence: str = "", version: str = "", media_type: str = "") -> Copy | None:
    """A copy at an address, None where it is no web address; licence and version as the service words them."""
    try:
        address = canonical_url(url)
    except ValueError:
        return None
    known = _VERSIONS.get(version.lower(), "")
    return Copy(url=address, media_type=media_type, licence=stated_licence(licence), version=known)
