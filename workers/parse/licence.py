"""The licence a document itself states, for documents whose source stated none."""

from __future__ import annotations

import re

from agent.job.licences import spdx

_GRANT = re.compile(
    r"licen[cs]e|creative\s?commons|\bCC[ -]?(?:BY|0)|public domain|all rights reserved|text and data mining|\btrain",
    re.IGNORECASE,
)
_XMP_LICENCE = re.compile(
    r"(?:<|\s)(?:cc:license|xmpRights:WebStatement|xmpRights:UsageTerms|dc:rights)\b(.*?)"
    r"(?:/>|</(?:cc:license|xmpRights:WebStatement|xmpRights:UsageTerms|dc:rights)>)",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]*>")


def stated_on_first_page(text: str) -> str:
    """The SPDX expression that the lines of a first page state, '' when none does.

    Only lines that speak of a licence are read, each with the line after it, since names are broken across lines.
    """
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if _GRANT.search(line) and (licence := spdx(" ".join(lines[index : index + 2]))):
            return licence
    return ""


def stated_in_metadata(keywords: str, subject: str, xmp: str) -> str:
    """The SPDX expression that a PDF's metadata states, '' when it states none.

    In XMP the properties that carry rights are read (https://wiki.creativecommons.org/wiki/XMP).
    """
    for match in _XMP_LICENCE.finditer(xmp or ""):
        if licence := spdx(_TAG.sub(" ", match[1])):
            return licence
    for value in (keywords, subject):
        if _GRANT.search(value) and (licence := spdx(value)):
            return licence
    return ""
