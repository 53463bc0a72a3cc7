"""What NCBI answers: search results and article records as XML, and what PMC's cloud bucket says of a full text.

Formats: https://www.ncbi.nlm.nih.gov/books/NBK25499/ (E-utilities),
https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/ (PubMed) and https://pmc.ncbi.nlm.nih.gov/tools/pmcaws/ (bucket).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.errors import SourceFailed
from agent.job.licences import spdx

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RETRACTED = "D016441"
"""The publication type of a work that was retracted."""

_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_LANGUAGES = {
    "eng": "en", "fre": "fr", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "chi": "zh",
    "jpn": "ja", "pol": "pl", "dut": "nl", "kor": "ko", "tur": "tr", "swe": "sv", "dan": "da", "nor": "no",
    "cze": "cs", "hun": "hu", "ukr": "uk", "fin": "fi", "gre": "el", "heb": "he", "ara": "ar", "per": "fa",
}  # fmt: skip
"""MARC codes that PubMed uses -> ISO 639-1, for the languages with many articles."""

_TDM = "LicenseRef-pmc-tdm"
"""PMC's ``TDM`` code: a manuscript that may be mined, and not passed on."""

_VERSION = re.compile(r"metadata/(?P<pmcid>PMC\d+)\.(?P<version>\d+)\.json$")


@dataclass(frozen=True)
class Article:
    """One article as PubMed describes it."""

    pmid: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    date: str
    """ISO 8601, as exact as is known."""
    journal: str
    doi: str
    """Lower case, '' where there is none."""
    pmcid: str
    """With its prefix, '' where PMC does not have it."""
    language: str
    subjects: tuple[str, ...]
    """MeSH headings, and the authors' keywords."""
    types: tuple[str, ...]
    """Journal Article, Review …"""
    retraction: str
    """The line that says it is retracted, '' where none does."""
    copyright: str


@dataclass(frozen=True)
class FullText:
    """One article in PMC's bucket, addresses as paths within it."""

    licence: str
    """SPDX expression, '' for a code that names no licence."""
    code: str
    """As the bucket says it: CC BY, TDM …"""
    xml: str
    pdf: str
    retracted: bool
    manuscript: bool


def read_search(root: Any) -> list[str]:
    """The ids that ``esearch`` found, in its order.

    Raises:
        SourceFailed: it is an error, with its text, or no answer of esearch.
    """
    if root.tag != "eSearchResult":
        raise SourceFailed(f"PubMed's search answered <{root.tag}>.")
    if fault := _text(root, "ERROR"):
        raise SourceFailed(f"PubMed refuses the query: {fault}")
    return [found.text.strip() for found in root.iterfind("IdList/Id") if found.text]


def read_articles(root: Any) -> list[Article]:
    """The articles and book chapters of an ``efetch`` answer; those without number or title are left out.

    Raises:
        SourceFailed: it is no answer of efetch.
    """
    if root.tag != "PubmedArticleSet":
        raise SourceFailed(f"PubMed answered <{root.tag}> where articles belong.")
    found = (_article(element) for element in root if element.tag in _ARTICLES)
    return [article for article in found if article.pmid and article.title]


def newest_metadata(root: Any) -> str:
    """The path of the newest version's metadata in a listing of the bucket, '' where the article is not there.

    Raises:
        SourceFailed: it is no listing.
    """
    if not str(root.tag).endswith("ListBucketResult"):
        raise SourceFailed(f"PMC's bucket answered <{root.tag}> where a listing belongs.")
    keys = [element.text or "" for element in root.iter("{*}Key")]
    versions = {int(match["version"]): key for key in keys if (match := _VERSION.search(key))}
    return versions[max(versions)] if versions else ""


def read_full_text(metadata: Mapping[str, Any]) -> FullText:
    """What the metadata of one version says."""
    code = str(metadata.get("license_code") or "")
    return FullText(
        licence=_TDM if code == "TDM" else spdx(code),
        code=code,
        xml=_path(metadata.get("xml_url")),
        pdf=_path(metadata.get("pdf_url")),
        retracted=metadata.get("is_retracted") is True,
        manuscript=metadata.get("is_manuscript") is True,
    )


def _article(element: Any) -> Article:
    record = element.find("MedlineCitation")
    record = record if record is not None else element.find("BookDocument")
    if record is None:
        return Article("", "", "", (), "", "", "", "", "", (), (), "", "")
    article = record.find("Article")
    article = article if article is not None else record
    ids = dict(_ids(element))
    doi = _text(article, "ELocationID[@EIdType='doi']") or ids.get("doi", "")
    return Article(
        pmid=_text(record, "PMID"),
        title=_text(article, "ArticleTitle") or _text(record, "Book/BookTitle"),
        abstract=_abstract(article.find("Abstract")),
        authors=_authors(article),
        date=_date(article),
        journal=_text(article, "Journal/Title") or _text(record, "Book/BookTitle"),
        doi=doi.lower(),
        pmcid=ids.get("pmc", ""),
        language=_LANGUAGES.get(_text(article, "Language"), ""),
        subjects=_texts(record.iterfind("MeshHeadingList/MeshHeading/DescriptorName"))
        + _texts(record.iterfind("KeywordList/Keyword")),
        types=_texts(article.iterfind("PublicationTypeList/PublicationType")),
        retraction=_retraction(record, article),
        copyright=_text(article, "Abstract/CopyrightInformation"),
    )


def _ids(element: Any) -> Iterable[tuple[str, str]]:
    """The article's own ids; its references have such lists of their own, further down."""
    for path in ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId"):
        for found in element.iterfind(path):
            yield found.get("IdType", ""), (found.text or "").strip()


def _abstract(element: Any) -> str:
    if element is None:
        return ""
    parts = []
    for part in element.iterfind("AbstractText"):
        label, text = part.get("Label", ""), " ".join("".join(part.itertext()).split())
        parts.append(f"{label}: {text}" if label and text else text)
    return "\n".join(part for part in parts if part)


def _authors(article: Any) -> tuple[str, ...]:
    names = []
    for author in article.iterfind("AuthorList/Author"):
        person = f"{_text(author, 'ForeName') or _text(author, 'Initials')} {_text(author, 'LastName')}".strip()
        names.append(person or _text(author, "CollectiveName"))
    return tuple(name for name in names if name)


def _date(article: Any) -> str:
    for path in ("ArticleDate", "Journal/JournalIssue/PubDate", "Book/PubDate"):
        element = article.find(path)
        if element is None:
            continue
        year = _text(element, "Year") or (re.findall(r"\b[12]\d{3}\b", _text(element, "MedlineDate")) or [""])[0]
        if not year:
            continue
        month, day = _month(_text(element, "Month")), _text(element, "Day")
        if not month:
            return year
        try:
            return date(int(year), month, int(day)).isoformat()
        except ValueError:
            return f"{year}-{month:02}"
    return ""


def _month(stated: str) -> int:
    """1 to 12 for a number or an English name, else 0."""
    if stated.isdigit():
        return int(stated) if 1 <= int(stated) <= 12 else 0
    return _MONTHS.index(stated[:3].lower()) + 1 if stated[:3].lower() in _MONTHS else 0


def _retraction(record: Any, article: Any) -> str:
    for kind in article.iterfind("PublicationTypeList/PublicationType"):
        if kind.get("UI") == _RETRACTED:
            return f"PublicationType: {kind.text}"
    notice = record.find("CommentsCorrectionsList/CommentsCorrections[@RefType='RetractionIn']")
    return f"RetractionIn: {_text(notice, 'RefSource')}" if notice is not None else ""


def _path(address: object) -> str:
    """``s3://bucket/KEY?md5=…`` -> ``KEY``."""
    text = str(address or "")
    return text.partition("://")[2].partition("/")[2].partition("?")[0] if text.startswith("s3://") else ""


def _texts(elements: Iterable[Any]) -> tuple[str, ...]:
    found = (" ".join("".join(element.itertext()).split()) for element in elements)
    return tuple(text for text in found if text)


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""
