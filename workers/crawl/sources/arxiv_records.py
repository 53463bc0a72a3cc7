"""What arXiv answers: the Atom feed of its search, and the licence in its OAI-PMH records.

Formats: https://info.arxiv.org/help/api/user-manual.html (5.1, Atom) and https://info.arxiv.org/help/oa (``arXiv``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.errors import SourceFailed
from agent.job.licences import spdx

NONEXCLUSIVE = "LicenseRef-arxiv-nonexclusive"
"""arXiv's own licence: it may distribute the paper, which gives nobody else a right to."""

_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "record": "http://arxiv.org/OAI/arXiv/",
}
_ID = re.compile(r"/abs/(?P<id>.+?)(?:v(?P<version>\d+))?$")
_WITHDRAWN = re.compile(
    r"\bthis\s+(?:paper|article|submission|manuscript|version|work|preprint)\b[^.]{0,60}\bwithdrawn\b"
    r"|\b(?:paper|article|submission|manuscript)\s+withdrawn\b|^\s*withdrawn\b",
    re.IGNORECASE,
)
_OWN_LICENCES = "arxiv.org/licenses/"
"""Its present licence and those assumed for papers of earlier years."""


@dataclass(frozen=True)
class Paper:
    """One entry of the feed."""

    id: str
    """Without version: 2202.12139, quant-ph/0201082."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    submitted: str
    """Of the first version, ISO 8601."""
    updated: str
    """Of this version."""
    doi: str
    """Of the published work, else the one arXiv registers for every paper; lower case."""
    journal: str
    categories: tuple[str, ...]
    withdrawn: bool

    @property
    def named(self) -> str:
        """The id with its version."""
        return f"{self.id}v{self.version}"


@dataclass(frozen=True)
class Feed:
    """One page of results."""

    total: int
    papers: tuple[Paper, ...]


def read_feed(root: Any) -> Feed:
    """The papers of an Atom feed, as lxml gives it.

    Raises:
        SourceFailed: the feed is arXiv's way to tell an error, or no Atom feed.
    """
    if root.tag != f"{{{_SPACES['atom']}}}feed":
        raise SourceFailed(f"arXiv answered <{root.tag}> where an Atom feed belongs.")
    entries = root.findall("atom:entry", _SPACES)
    for entry in entries:
        if "/api/errors" in _text(entry, "atom:id"):
            raise SourceFailed(f"arXiv refuses the query: {_text(entry, 'atom:summary')}.")
    total = _text(root, "opensearch:totalResults")
    papers = tuple(paper for paper in map(_paper, entries) if paper is not None)
    return Feed(int(total) if total.isdigit() else len(papers), papers)


def read_licence(root: Any) -> str:
    """The SPDX expression of an OAI-PMH ``GetRecord`` answer in the ``arXiv`` format, '' where the record names none.

    Raises:
        SourceFailed: the answer is an OAI-PMH error, with its text, or none of OAI-PMH.
    """
    if root.tag != f"{{{_SPACES['oai']}}}OAI-PMH":
        raise SourceFailed(f"arXiv's OAI-PMH answered <{root.tag}>.")
    fault = root.find("oai:error", _SPACES)
    if fault is not None:
        raise SourceFailed(f"arXiv's OAI-PMH refuses the request: {fault.get('code', '')} {fault.text or ''}".strip())
    stated = _text(root, ".//record:license")
    return NONEXCLUSIVE if _OWN_LICENCES in stated else spdx(stated)


def _paper(entry: Any) -> Paper | None:
    found = _ID.search(_text(entry, "atom:id"))
    title = _text(entry, "atom:title")
    if found is None or not title:
        return None
    abstract, comment = _text(entry, "atom:summary"), _text(entry, "arxiv:comment")
    names = [_text(author, "atom:name") for author in entry.findall("atom:author", _SPACES)]
    # https://info.arxiv.org/help/doi.html: every paper has a DOI made of its id.
    doi = _text(entry, "arxiv:doi").partition(" ")[0].lower() or f"10.48550/arxiv.{found['id'].lower()}"
    return Paper(
        id=found["id"],
        version=int(found["version"] or 1),
        title=title,
        abstract=abstract,
        authors=tuple(name for name in names if name),
        submitted=_text(entry, "atom:published"),
        updated=_text(entry, "atom:updated"),
        doi=doi,
        journal=_text(entry, "arxiv:journal_ref"),
        categories=_terms(entry.findall("atom:category", _SPACES)),
        withdrawn=bool(_WITHDRAWN.search(comment) or _WITHDRAWN.search(abstract[:200])),
    )


def _terms(categories: Sequence[Any]) -> tuple[str, ...]:
    return tuple(category.get("term", "") for category in categories)


def _text(element: Any, path: str) -> str:
    found = element.find(path, _SPACES)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""
