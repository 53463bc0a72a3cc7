"""Licences: what a statement names, as an SPDX expression, and whether a policy lets us train on it.

One table for the pools that read licences (robots headers, feeds, page metadata, a PDF's first page). Identifiers are
those of the SPDX License List (https://spdx.org/licenses/); ``LicenseRef-`` names what that list has no word for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal, NamedTuple

NO_TRAINING = "LicenseRef-no-training"
"""A statement that forbids training, machine learning or text and data mining in so many words."""

ALL_RIGHTS_RESERVED = "LicenseRef-all-rights-reserved"
"""What holds where nothing is said: no licence is granted, so only the operator's own word can allow it."""

Policy = Literal["permissive", "share_alike", "noncommercial", "any_stated", "operator"]
_POLICIES: tuple[Policy, ...] = ("permissive", "share_alike", "noncommercial", "any_stated", "operator")


class Verdict(NamedTuple):
    """Whether a licence may be trained on; ``reason`` is the funnel's word for a refusal, '' when allowed."""

    allowed: bool
    reason: str


# How far a policy must reach to take a licence, as an index into _POLICIES; the first pattern that fits decides.
_FORBIDDEN = len(_POLICIES)
_REACH: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reach)
    for pattern, reach in (
        (NO_TRAINING, _FORBIDDEN),
        (ALL_RIGHTS_RESERVED, _POLICIES.index("operator")),
        (r"CC-BY(-NC)?-ND\b.*", _FORBIDDEN),
        (r"CC-BY-NC(-SA)?-.*", _POLICIES.index("noncommercial")),
        (r"CC-BY-SA-.*", _POLICIES.index("share_alike")),
        (r"CC0-.*|CC-PDM-.*|CC-PDDC|CC-BY-\d.*|Unlicense|0BSD|PDDL-.*", _POLICIES.index("permissive")),
        (r"MIT(-.*)?|Apache-.*|BSD-.*|ISC|Zlib|BSL-1\.0|PSF-.*|Python-.*|PostgreSQL|NCSA|W3C(-.*)?|UPL-1\.0|BlueOak-.*",
         _POLICIES.index("permissive")),
    )
)  # fmt: skip
_REACH_OF_OTHERS = _POLICIES.index("any_stated")


def trainable(licence: str, policy: Policy) -> Verdict:
    """Whether documents under ``licence`` (an SPDX expression, '' when none is stated) may be trained on.

    Of alternatives (OR) one must be allowed, of a conjunction (AND) every part. Refusals say
    ``licence_forbids_training`` (no policy takes it), ``licence_outside_policy`` or ``no_licence``.
    """
    if not licence.strip():
        return Verdict(True, "") if policy == "operator" else Verdict(False, "no_licence")
    reach = _reach(_parsed(licence))
    if reach >= _FORBIDDEN:
        return Verdict(False, "licence_forbids_training")
    if reach > _POLICIES.index(policy):
        return Verdict(False, "licence_outside_policy")
    return Verdict(True, "")


_CC_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)|publicdomain/(zero|mark)/(\d\.\d))",
    re.IGNORECASE,
)
_CC_NAME = re.compile(
    r"\bCC[ -]?BY(?P<terms>(?:[ -](?:NC|SA|ND)\b)*)(?:[ -]?v?(?P<version>[1-4]\.0))?(?![\w.]*\d)",
    re.IGNORECASE,
)
_CC_WORDS = re.compile(
    r"Creative\s+Commons:?\s+Attribution"
    r"(?P<terms>(?:[\s/,-]+(?:Non-?Commercial|Share-?Alike|No-?Deriv(?:ative)?s?(?:\s+Works)?))*)"
    r"(?:[\s,(]+(?:v(?:ersion\s+)?)?(?P<version>[1-4]\.0))?",
    re.IGNORECASE,
)
_TERM_WORDS = (("NC", r"NC\b|non-?commercial"), ("SA", r"SA\b|share-?alike"), ("ND", r"ND\b|no-?deriv"))
_NAMED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), licence)
    for pattern, licence in (
        (r"\bCC[ -]?0\b|Creative Commons Zero", "CC0-1.0"),
        (r"\b(?:in|dedicated to|released (?:in)?to) the public domain\b|^public[ -]domain$", "CC-PDDC"),
        (r"\bApache(?: Software)?[ -]*(?:Licen[cs]e)?,?[ -]*(?:v|version )?2(?:\.0)?\b", "Apache-2.0"),
        (r"\bMIT[ -]Licen[cs]e\b|\blicen[cs]ed? (?:is |under |: ?)?(?:the )?MIT\b|/\s*MIT\b|\bMIT\s*/", "MIT"),
        (r"\bBSD[ -]?3(?:-clause)?\b|\b3-clause BSD\b|\bnew BSD\b", "BSD-3-Clause"),
        (r"\bBSD[ -]?2(?:-clause)?\b|\b2-clause BSD\b|\bsimplified BSD\b", "BSD-2-Clause"),
        (r"\bGNU Free Documentation Licen[cs]e\b|\bGFDL\b", "GFDL-1.3-or-later"),
        (r"arxiv\.org/licenses/nonexclusive-distrib", "LicenseRef-arxiv-nonexclusive"),
        (r"\ball rights reserved\b", ALL_RIGHTS_RESERVED),
    )
)
_AGAINST_TRAINING = re.compile(
    r"\b(?:not|no|never|without|forbid\w*|prohibit\w*|reserv\w*)\b[^.;]{0,90}?"
    r"\b(?:train(?:ing|ed)?\b[^.;]{0,40}?\b(?:models?|AI|systems?|intelligence|networks?)|machine[ -]learning"
    r"|(?:AI|artificial[ -]intelligence|model)[ -]train\w*|text[ -]and[ -]data[ -]mining|TDM)\b",
    re.IGNORECASE,
)


def spdx(statement: str) -> str:
    """The SPDX expression that a licence statement names, '' when it names none we know.

    ``statement`` is a licence URL, an identifier, or a line of prose ("Licensed under CC BY-SA 4.0"). Several licences
    named without an "or" between identifiers are joined by AND: all of them bind. Words against training win over
    every licence beside them.
    """
    statement = " ".join(statement.split())
    if not statement:
        return ""
    if _AGAINST_TRAINING.search(statement):
        return NO_TRAINING
    if exact := _identifier(statement):
        return exact
    found = [licence for _, licence in sorted(_mentions(statement))]
    open_licences = [licence for licence in found if licence != ALL_RIGHTS_RESERVED]
    # A footer that says both "all rights reserved" and "licensed under …" grants the licence it names.
    return " AND ".join(dict.fromkeys(open_licences or found))


def _mentions(statement: str) -> list[tuple[int, str]]:
    """Where each known licence is named, as (offset, identifier)."""
    found = [(match.start(), _from_cc_url(match)) for match in _CC_URL.finditer(statement)]
    if not found:  # the words around a licence's own URL name the same licence again
        for pattern in (_CC_NAME, _CC_WORDS):
            found += [(match.start(), _from_cc_words(match)) for match in pattern.finditer(statement)]
    for pattern, licence in _NAMED:
        if match := pattern.search(statement):
            found.append((match.start(), licence))
    return found


def _from_cc_url(match: re.Match[str]) -> str:
    terms, version, public, public_version = match.groups()
    if public:
        return f"CC0-{public_version}" if public.lower() == "zero" else f"CC-PDM-{public_version}"
    return f"CC-{terms.upper()}-{version}"


def _from_cc_words(match: re.Match[str]) -> str:
    terms = [code for code, words in _TERM_WORDS if re.search(words, match["terms"] or "", re.IGNORECASE)]
    # Without a version the current one is meant: 4.0 since 2013.
    return "-".join(["CC", "BY", *terms, match["version"] or "4.0"])


def _identifier(statement: str) -> str:
    """The statement in canonical spelling when it is an SPDX expression already, else ''."""
    from license_expression import ExpressionError

    try:
        parsed = _spdx_list().parse(statement, validate=True, strict=True)
    except (ExpressionError, ValueError):
        return ""
    return str(parsed) if parsed is not None else ""


@cache
def _spdx_list() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def _parsed(licence: str) -> Any:
    from license_expression import ExpressionError, LicenseSymbol

    try:
        return _spdx_list().parse(licence)
    except (ExpressionError, ValueError):
        return LicenseSymbol("LicenseRef-unreadable")


def _reach(node: Any) -> int:
    """How far a policy must reach to take this expression."""
    if node.isliteral:
        key = getattr(node, "license_symbol", node).key
        return next((reach for pattern, reach in _REACH if pattern.fullmatch(key)), _REACH_OF_OTHERS)
    parts = [_reach(part) for part in node.args]
    return min(parts) if type(node).__name__ == "OR" else max(parts)
