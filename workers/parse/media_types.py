"""The formats there is a reader for, and what a declared type and a file extension say of a document."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit


class Format(StrEnum):
    """The formats there is a reader for."""

    HTML = "html"
    JATS = "jats"
    PDF = "pdf"
    MARKDOWN = "markdown"
    RST = "rst"
    LATEX = "latex"
    NOTEBOOK = "notebook"
    EPUB = "epub"
    DOCX = "docx"
    OCW = "ocw"
    TEXT = "text"


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

MEDIA_TYPE: dict[Format, str] = {
    Format.HTML: "text/html",
    Format.JATS: "application/jats+xml",
    Format.PDF: "application/pdf",
    Format.MARKDOWN: "text/markdown",
    Format.RST: "text/x-rst",
    Format.LATEX: "application/x-latex",
    Format.NOTEBOOK: "application/x-ipynb+json",
    Format.EPUB: "application/epub+zip",
    Format.DOCX: f"{_WORD}.document",
    Format.OCW: "application/vnd.mit-ocw+json",
    Format.TEXT: "text/plain",
}

_BY_DECLARATION: dict[str, Format] = {
    **{media_type: format for format, media_type in MEDIA_TYPE.items() if format is not Format.TEXT},
    "application/xhtml+xml": Format.HTML,
    "text/x-markdown": Format.MARKDOWN,
    "text/prs.fallenstein.rst": Format.RST,
    "text/x-tex": Format.LATEX,
    "text/x-latex": Format.LATEX,
    "application/x-tex": Format.LATEX,
    f"{_WORD}.template": Format.DOCX,
    "application/vnd.ms-word.document.macroenabled.12": Format.DOCX,
}
_BY_EXTENSION: dict[str, Format] = {
    ".html": Format.HTML, ".htm": Format.HTML, ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN, ".mdown": Format.MARKDOWN, ".mkd": Format.MARKDOWN,
    ".rst": Format.RST, ".rest": Format.RST,
    ".tex": Format.LATEX, ".latex": Format.LATEX, ".ltx": Format.LATEX,
    ".ipynb": Format.NOTEBOOK,
    ".epub": Format.EPUB,
    ".docx": Format.DOCX, ".docm": Format.DOCX, ".dotx": Format.DOCX,
    ".pdf": Format.PDF,
    ".nxml": Format.JATS,
    ".txt": Format.TEXT, ".text": Format.TEXT,
}  # fmt: skip
_SAYS_NOTHING = frozenset(
    ("", "text/plain", "application/octet-stream", "binary/octet-stream", "application/zip", "application/json",
     "application/xml", "text/xml")
)  # fmt: skip
"""What servers declare when they do not know, and what is true of several formats."""

_OTHER_TEXT = frozenset(("application/json", "application/xml", "text/xml"))
"""Of these, what is no document unless its content says so."""

TEXT_FORMATS = (Format.HTML, Format.MARKDOWN, Format.RST, Format.LATEX, Format.TEXT)
"""Formats whose bytes carry no certain mark, so that a declaration or an extension may decide."""


@dataclass(frozen=True)
class Claims:
    """What is said of a document by those who handed it over."""

    declared: str
    """Media type in lower case without parameters, '' where none was given."""
    extension: str
    """Of the path, in lower case with its dot, or ''."""

    @classmethod
    def of(cls, declared: str, url: str) -> Claims:
        """The claims of a Content-Type header and an address."""
        extension = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
        return cls(declared.partition(";")[0].strip().lower(), extension)

    @property
    def declared_format(self) -> Format | None:
        """The format declared, None where the declaration says nothing or names another."""
        return _BY_DECLARATION.get(self.declared)

    @property
    def named_format(self) -> Format | None:
        """The format of the extension."""
        return _BY_EXTENSION.get(self.extension)

    @property
    def other(self) -> str:
        """The media type of a format that we do not read, as declared or by the extension; '' for none."""
        if self.declared not in _SAYS_NOTHING and self.declared_format is None:
            return self.declared
        if self.named_format is None and self.declared_format is None:
            guessed = mimetypes.guess_type(f"x{self.extension}")[0] or self.declared
            return "" if guessed in _SAYS_NOTHING - _OTHER_TEXT else guessed
        return ""

    def contradicting(self, format: Format | None) -> str:
        """`` although declared as … and named …`` for the claims that a content of this format (None: of none that we
        read) contradicts; '' for none."""
        words = []
        if self.declared_format not in (None, format) or (
            self.declared_format is None and self.declared not in _SAYS_NOTHING
        ):
            words.append(f"declared as {self.declared}")
        if self.named_format not in (None, format):
            words.append(f"named {self.extension}")
        return f", although {' and '.join(words)}" if words else ""
