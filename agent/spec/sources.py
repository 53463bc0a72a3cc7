"""The sources a user can name: one line each. The workers' file that speaks to it is named here, and loaded there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class SourceKind:
    """One kind of source, written ``PREFIX`` or ``PREFIX:ARGUMENT``."""

    prefix: str
    adapter: str
    """``module:Class`` on the workers, see `workers.crawl.sources.contract`."""
    argument: Literal["none", "optional", "required"]
    summary: str
    """What the argument is and what is found, for help and errors."""
    default: bool = False
    """Whether it is asked when the user names no source at all."""


_ADAPTERS = "workers.crawl.sources"

SOURCE_KINDS: dict[str, SourceKind] = {
    kind.prefix: kind
    for kind in (
        SourceKind("openalex", f"{_ADAPTERS}.openalex:OpenAlex", "none", "openalex, open-access works", default=True),
        SourceKind("crossref", f"{_ADAPTERS}.crossref:Crossref", "none", "crossref, works with a DOI"),
        SourceKind(
            "semanticscholar", f"{_ADAPTERS}.semanticscholar:SemanticScholar", "none",
            "semanticscholar, works with open PDFs (S2_API_KEY helps)",
        ),
        SourceKind("ocw", f"{_ADAPTERS}.ocw:OpenCourseWare", "none", "ocw, MIT OpenCourseWare's courses", default=True),
        SourceKind("ieee", f"{_ADAPTERS}.ieee:IeeeXplore", "none", "ieee, IEEE Xplore's metadata (needs IEEE_API_KEY)"),
        SourceKind(
            "coursera", f"{_ADAPTERS}.coursera:Coursera", "none",
            "coursera, which courses exist (needs permission.consents)",
        ),
        SourceKind(
            "khan", f"{_ADAPTERS}.khan:KhanAcademy", "optional", "khan:FOLDER, Khan Academy in a Kolibri export",
        ),
        SourceKind("dir", f"{_ADAPTERS}.folder:Folder", "required", "dir:PATH, the documents in a folder"),
        SourceKind("site", f"{_ADAPTERS}.site:Site", "required", "site:URL, the pages of one web site"),
        SourceKind(
            "arxiv",
            f"{_ADAPTERS}.arxiv:Arxiv",
            "optional",
            "arxiv or arxiv:CATEGORIES (quant-ph, cs.ET …), preprints",
            default=True,
        ),
        SourceKind(
            "pubmed",
            f"{_ADAPTERS}.pubmed:PubMed",
            "none",
            "pubmed, articles on medicine and biology",
            default=True,
        ),
        SourceKind(
            "wikipedia",
            f"{_ADAPTERS}.wikipedia:Wikipedia",
            "optional",
            "wikipedia or wikipedia:LANGUAGE (de, fr …), encyclopaedia articles",
            default=True,
        ),
        SourceKind("urls", f"{_ADAPTERS}.urls:AddressList", "required", "urls:FILE or a list with commas"),
        SourceKind(
            "candidates", f"{_ADAPTERS}.candidates:CandidateList", "required",
            "candidates:FILE, a list that `finetune discover` wrote",
        ),
    )
}  # fmt: skip

DEFAULT_SOURCES = tuple(kind.prefix for kind in SOURCE_KINDS.values() if kind.default)


def fault_of(source: str) -> str:
    """What is wrong with a source string, as a sentence's end; '' when nothing is."""
    prefix, colon, argument = source.partition(":")
    kind = SOURCE_KINDS.get(prefix)
    if kind is None:
        close = get_close_matches(prefix.lower(), SOURCE_KINDS, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else "."
        return f"is not known{meant} Sources are {'; '.join(each.summary for each in SOURCE_KINDS.values())}"
    if kind.argument == "required" and not argument:
        return f"needs more: {kind.summary}"
    if kind.argument == "none" and colon:
        return f"takes nothing after the name: {kind.summary}"
    if _PASSWORD.search(argument):
        return "holds a name and password, which would stand in every record of the job; leave them out"
    return ""


_PASSWORD = re.compile(r"://[^/\s,?#]*@")
_FOLDERS_AND_FILES = frozenset({"dir", "khan", "candidates", "urls"})


def identity(source: str) -> str:
    """The form by which two ways to write one source are known as the same: a path with or without its last slash,
    relative or absolute; a site with or without the slash at its end.
    """
    prefix, colon, argument = source.partition(":")
    if prefix in _FOLDERS_AND_FILES and argument and "://" not in argument:
        return f"{prefix}:{local_path(argument).resolve()}"
    return f"{prefix}{colon}{argument.rstrip('/')}"


def local_path(argument: str) -> Path:
    """The path that a source's argument names, ``~`` for a home replaced where there is one of that name."""
    try:
        return Path(argument).expanduser()
    except RuntimeError:  # ~nobody/papers
        return Path(argument)


def absolute(source: str) -> str:
    """The source with a local path made absolute, since workers have working folders of their own."""
    prefix, _, rest = source.partition(":")
    path = local_path(rest)
    if rest and (prefix in ("dir", "candidates", "khan") or (prefix == "urls" and path.is_file())):
        return f"{prefix}:{path.absolute()}"
    return source
