"""The title of a document: its own, the source's, its first heading, or the last part of its address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from agent.job.records import Block

_MAX_CHARACTERS = 200


def title_of(own: str, given: str, blocks: Sequence[Block], url: str) -> str:
    """The first of the four that says something, cut at 200 characters; never empty for a URL with a host or path."""
    heading = next((block.text for block in blocks if block.level), "")
    for title in (own, given, heading):
        if any(letter.isalpha() for letter in title):
            return " ".join(title.split())[:_MAX_CHARACTERS]
    parts = urlsplit(url)
    stem = PurePosixPath(unquote(parts.path)).stem
    return re.sub(r"[-_+]+", " ", stem).strip()[:_MAX_CHARACTERS] or parts.netloc
