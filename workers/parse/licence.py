"""The licence a document itself states, for documents whose source stated none."""

from __future__ import annotations

import re

from agent.job.licences import ALL_RIGHTS_RESERVED, NO_TRAINING, spdx, words_against_training

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
    Words against training win over all else on the page; a licence that is named wins over "all rights reserved".
    """
    lines = text.splitlines()
    found = [
        licence
        for index, line in enumerate(lines)
        if _GRANT.search(line) and (licence := spdx(" ".join(lines[index : index + 2])))
    ]
    if NO_TRAINING in found or words_against_training(text):
        return NO_TRAINING
    return next((licence for licence in found if licence != ALL_RIGHTS_RESERVED), found[0] if found else "")


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
