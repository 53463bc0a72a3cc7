"""What an address's or file's extension says about its content, before any byte is read."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

HTML = "text/html"

DOCUMENT_TYPES: dict[str, str] = {
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".rst": "text/x-rst",
    ".tex": "application/x-tex",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
}
"""Extension -> media type of what may hold a document."""

_ASSETS = re.compile(
    r"\.(?:css|m?js|json|xml|rss|atom|map|wasm|ico|png|jpe?g|gif|svg|webp|avif|bmp|tiff?|woff2?|ttf|otf|eot"
    r"|mp[34]|m4a|ogg|wav|webm|mov|avi|mkv|zip|gz|tgz|bz2|xz|7z|rar|tar|exe|dmg|iso|apk|bin"
    r"|docx?|xlsx?|pptx?|od[tsp]|epub|csv|parquet)"
)
"""Extensions of what no later stage reads, so that a crawl does not spend its pages on it."""


def name_of(url: str) -> str:
    """The last part of an address, readable: ``file:///a/Phase%20estimation.pdf`` gives ``Phase
    estimation``."""
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    return " ".join(stem.replace("_", " ").replace("-", " ").split())


def declared_type(url: str) -> str:
    """Media type that the extension declares, '' where it declares none of a document's."""
    return DOCUMENT_TYPES.get(_extension(url), "")


def is_document_link(url: str) -> bool:
    """Whether the address is a document other than a web page by its extension: it holds no links to
    follow."""
    return declared_type(url) not in ("", HTML, "application/xhtml+xml")


def is_asset(url: str) -> bool:
    """Whether the address is an image, a script, an archive or the like by its extension."""
    return _ASSETS.fullmatch(_extension(url)) is not None


def bare_type(content_type: str) -> str:
    """A Content-Type header without its parameters, lower case."""
    return content_type.partition(";")[0].strip().lower()


def _extension(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
