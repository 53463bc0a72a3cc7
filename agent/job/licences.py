"""Licences: what a statement names, as an SPDX expression, and whether a profile lets us train on it.

One table for the pools that read licences (robots headers, feeds, page metadata, a PDF's first page). Identifiers are
those of the SPDX License List (https://spdx.org/licenses/); ``LicenseRef-`` names what that list has no word for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

NO_TRAINING = "LicenseRef-no-training"
"""A statement that forbids training, machine learning or text and data mining in so many words."""

ALL_RIGHTS_RESERVED = "LicenseRef-all-rights-reserved"
"""A statement that grants nothing; only the owner of those rights can allow more."""

OWN = "LicenseRef-own"
"""What a user declares of documents whose rights are theirs: the answer to silence and to their own "all rights
reserved", but not to words against training."""

ARXIV_NONEXCLUSIVE = "LicenseRef-arxiv-nonexclusive"
"""arXiv's default: the archive may distribute the paper, readers may read it; nothing else is granted."""

PMC_TDM = "LicenseRef-pmc-tdm"
"""PubMed Central's ``TDM`` code: text and data mining for research, no passing on."""

_OURS = frozenset({NO_TRAINING, ALL_RIGHTS_RESERVED, OWN, ARXIV_NONEXCLUSIVE, PMC_TDM})

Profile = Literal["strict", "share-alike", "noncommercial", "research"]
PROFILES: tuple[Profile, ...] = ("strict", "share-alike", "noncommercial", "research")
"""Narrowest first; each takes all that the one before it takes."""

IntendedUse = Literal["commercial", "noncommercial", "research"]

LICENCE_UNKNOWN = "licence_unknown"
"""The reason that quarantines: nothing is stated, or nothing that we know; a word of the user's can answer it."""

OUTSIDE_PROFILE = "licence_outside_profile"

_REMEMBERED = 1024
"""Statements and expressions whose meaning is kept: the pages of one site all say the same."""
_LONGEST_REMEMBERED_CHARS = 600
"""A longer statement is read anew, so that hostile pages fill no memory."""


class Verdict(NamedTuple):
    """Whether a licence may be trained on; ``reason`` is the funnel's word for a refusal, '' when allowed."""

    allowed: bool
    reason: str


# How far a profile must reach to take a licence: an index into PROFILES, or one of these, worse the larger. Of parts
# that bind together the largest counts, so that words against training are never hidden by an unknown part.
_UNKNOWN, _UNTAKEN, _NO_DERIVATIVES, _RESERVED, _FORBIDDEN = range(len(PROFILES), len(PROFILES) + 5)
_REASON_OF = {
    _UNKNOWN: LICENCE_UNKNOWN,
    _UNTAKEN: OUTSIDE_PROFILE,
    _NO_DERIVATIVES: "licence_no_derivatives",
    _RESERVED: "licence_all_rights_reserved",
    _FORBIDDEN: "licence_forbids_training",
}
_STRICT, _SHARE_ALIKE, _NONCOMMERCIAL, _RESEARCH = range(len(PROFILES))
_REACH: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reach)
    for pattern, reach in (
        (NO_TRAINING, _FORBIDDEN),
        (ALL_RIGHTS_RESERVED, _RESERVED),
        (OWN, _STRICT),
        (f"{ARXIV_NONEXCLUSIVE}|{PMC_TDM}", _RESEARCH),
        # A tuned model is at least arguably an adaptation, for research too: nobody's profile takes these.
        (r"CC-BY(-NC)?(-SA)?-ND\b.*|CC-.*-ND-.*", _NO_DERIVATIVES),
        (r"CC-BY-NC(-SA)?-.*", _NONCOMMERCIAL),
        (r"CC-BY-SA-.*", _SHARE_ALIKE),
        (r"CC0-.*|CC-PDM-.*|CC-PDDC|CC-BY-\d.*", _STRICT),
    )
)
_REACH_OF_CATEGORY = {
    "Permissive": _STRICT,
    "Public Domain": _STRICT,
    "Copyleft": _SHARE_ALIKE,
    "Copyleft Limited": _SHARE_ALIKE,
}
"""The licence index's own sorting (https://scancode-licensedb.aboutcode.org/) for all that is not Creative Commons."""


@lru_cache(maxsize=_REMEMBERED)
def trainable(licence: str, profile: Profile) -> Verdict:
    """Whether documents under ``licence`` (an SPDX expression, '' when none is stated) may be trained on.

    Of alternatives (OR) one must be allowed, of a conjunction (AND) every part. Refusals say ``licence_unknown``,
    ``licence_outside_profile``, ``licence_no_derivatives``, ``licence_all_rights_reserved`` or
    ``licence_forbids_training``; the last three hold under every profile.
    """
    reach = _reach(_parsed(licence)) if licence.strip() else _UNKNOWN
    if reach in _REASON_OF:
        return Verdict(False, _REASON_OF[reach])
    if reach > PROFILES.index(profile):
        return Verdict(False, OUTSIDE_PROFILE)
    return Verdict(True, "")


PUBLIC_DOMAIN, DECLARED, UNKNOWN = 0, len(PROFILES) + 1, len(PROFILES) + 2
"""The ends of the order of `demands`: nothing is asked; only a user's word allows it; nobody allows it."""


def demands(licence: str) -> int:
    """How much a licence asks of those who train under it, to choose among copies of one text; less is better.

    `PUBLIC_DOMAIN` (CC0 too), then 1 more than the place of the narrowest profile that takes it (attribution,
    share-alike, noncommercial, research), then `DECLARED`, then `UNKNOWN` for whatever no profile takes.
    """
    if not licence.strip():
        return UNKNOWN
    node = _parsed(licence)
    if OWN in str(node):
        return DECLARED
    if all(_PUBLIC_DOMAIN.fullmatch(symbol.key) for symbol in node.symbols):
        return PUBLIC_DOMAIN
    reach = _reach(node)
    return UNKNOWN if reach in _REASON_OF else reach + 1


_PUBLIC_DOMAIN = re.compile(r"CC0-.*|CC-PDM-.*|CC-PDDC|Unlicense|0BSD|MIT-0", re.IGNORECASE)


def joined(licences: Iterable[str]) -> str:
    """The SPDX expression of statements that all bind; '' of none.

    What is the user's own may say "all rights reserved": those rights are the user's.
    """
    parts = [item for item in dict.fromkeys(licences) if item]
    if OWN in parts:
        parts = [item for item in parts if item != ALL_RIGHTS_RESERVED]
    if len(parts) == 1:
        return parts[0]
    return " AND ".join(f"({item})" if " OR " in item else item for item in parts)


def declared_licence(word: str) -> str:
    """The expression that a user's word for a source stands for: ``own``, or an SPDX expression; '' for neither."""
    return OWN if word.strip().lower() == "own" else _identifier(word.strip())


def use_of(profile: Profile, intended_use: IntendedUse) -> IntendedUse:
    """The nearest intended use under which a profile means anything: its licences end where that use begins."""
    if profile == "research":
        return "research"
    return "noncommercial" if profile == "noncommercial" and intended_use == "commercial" else intended_use


_CC_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)|publicdomain/(zero|mark)/(\d\.\d))",
    re.IGNORECASE,
)
_CC_NAME = re.compile(
    r"\bCC[ -]?BY(?P<terms>(?:[ -]?(?:NC|SA|ND))*)(?![^\W\d_])(?:[ -]?v?(?P<version>[1-4]\.0))?(?![\w.]*\d)",
    re.IGNORECASE,
)
_CC_WORDS = re.compile(
    r"Creative\s+Commons:?\s+Attribution"
    r"(?P<terms>(?:[\s/,-]+(?:Non-?Commercial|Share-?Alike|No-?Deriv(?:ative)?s?(?:\s+Works)?))*)"
    r"(?:[\s,(]+(?:v(?:ersion\s+)?)?(?P<version>[1-4]\.0))?",
    re.IGNORECASE,
)
_TERM_WORDS = (("NC", r"NC|non-?commercial"), ("SA", r"SA|share-?alike"), ("ND", r"ND|no-?deriv"))
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
        (r"\b(?:GNU )?(?:GPL|General Public Licen[cs]e)[ ,-]*(?:v|version )?3\b", "GPL-3.0-or-later"),
        (
            r"arxiv\.org/licenses/nonexclusive-distrib|arXiv\.org perpetual,? non-?exclusive licen[cs]e",
            ARXIV_NONEXCLUSIVE,
        ),
        (r"^TDM$", PMC_TDM),
        (r"\ball rights reserved\b", ALL_RIGHTS_RESERVED),
    )
)
_AGAINST_TRAINING = re.compile(
    r"\b(?:not|no|never|without|forbid\w*|prohibit\w*|reserv\w*)\b[^.;]{0,90}?"
    r"\b(?:train(?:ing|ed)?\b[^.;]{0,40}?\b(?:models?|AI|systems?|intelligence|networks?)|machine[ -]learning"
    r"|(?:AI|artificial[ -]intelligence|model)[ -]train\w*|text[ -]and[ -]data[ -]mining|TDM)\b",
    re.IGNORECASE,
)


_TRAINING_USE = re.compile(
    r"\b(?:train(?:ing|ed)?\b[^.;]{0,40}?\b(?:models?|AI|intelligence|networks?)"
    r"|(?:AI|artificial[ -]intelligence|model)[ -]train\w*|text[ -]and[ -]data[ -]mining|TDM)\b",
    re.IGNORECASE,
)
_WORDS_OF_TRAINING = ("train", "mining", "tdm")
"""One of them is in whatever `_TRAINING_USE` finds; with "machine", also in what `_AGAINST_TRAINING` finds. Looking
for a word is a hundred times as fast as such an expression."""
_PROHIBITION = re.compile(
    r"\b(?:may|must|shall|can)\s?not be (?:used|ingested|mined|scraped|reproduced)\b"
    r"|\b(?:is|are) (?:strictly |expressly |hereby )*(?:prohibited|forbidden|not (?:permitted|allowed))\b"
    r"|\bdo not (?:use|mine|scrape)\b|\bno (?:part|use)\b[^.;]{0,60}\bmay be\b|\brights?\b[^.;]{0,60}\breserved\b"
    r"|\bwithout (?:\w+ ){0,3}(?:permission|consent|licen[cs]e|authori[sz]ation)\b",
    re.IGNORECASE,
)


def folded(text: str) -> str:
    """The text in lower case, for a cheap look before a case-insensitive expression: an ASCII word that the expression
    finds is in it.
    """
    if not text.isascii():
        for sign, letter in _SIGNS_OF_LETTERS:
            text = text.replace(sign, letter)
    return text.lower()


_SIGNS_OF_LETTERS = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
"""All that `re.IGNORECASE` takes for an ASCII letter beside its two cases: dotted I, dotless i, long s, Kelvin sign."""


def words_against_training(prose: str) -> str:
    """The sentence of running text that forbids training on it, '' when none does.

    Stricter than `spdx`, which reads statements that are about use already: a text on machine learning speaks of
    training without forbidding anything.
    """
    if not _speaks_of(prose, _WORDS_OF_TRAINING):
        return ""
    for sentence in re.split(r"(?<=[.;!?])\s+", " ".join(prose.split())):
        if _TRAINING_USE.search(sentence) and _PROHIBITION.search(sentence):
            return sentence
    return ""


def spdx(statement: str) -> str:
    """The SPDX expression that a licence statement names, '' when it names none we know.

    ``statement`` is a licence URL, an identifier, or a line of prose ("Licensed under CC BY-SA 4.0"). Several licences
    named without an "or" between identifiers are joined by AND: all of them bind. Words against training win over
    every licence beside them.
    """
    statement = " ".join(statement.split())
    if not statement:
        return ""
    return _read(statement) if len(statement) <= _LONGEST_REMEMBERED_CHARS else _read.__wrapped__(statement)


@lru_cache(maxsize=_REMEMBERED)
def _read(statement: str) -> str:
    if statement in _OURS:
        return statement
    if _speaks_of(statement, (*_WORDS_OF_TRAINING, "machine")) and (
        words_against_training(statement) or _AGAINST_TRAINING.search(statement)
    ):
        return NO_TRAINING
    if exact := _identifier(statement):
        return exact
    found = [licence for _, licence in sorted(_mentions(statement))]
    open_licences = [licence for licence in found if licence != ALL_RIGHTS_RESERVED]
    # A footer that says both "all rights reserved" and "licensed under …" grants the licence it names.
    return " AND ".join(dict.fromkeys(open_licences or found))


def _speaks_of(text: str, words: Iterable[str]) -> bool:
    told = folded(text)
    return any(word in told for word in words)


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
    """How far a profile must reach to take this expression."""
    if node.isliteral:
        key = getattr(node, "license_symbol", node).key
        known = next((reach for pattern, reach in _REACH if pattern.fullmatch(key)), None)
        return known if known is not None else _REACH_OF_CATEGORY.get(_categories().get(key, ""), _other(key))
    parts = [_reach(part) for part in node.args]
    return min(parts) if type(node).__name__ == "OR" else max(parts)


def _other(key: str) -> int:
    return _UNTAKEN if key in _categories() else _UNKNOWN


@cache
def _categories() -> dict[str, str]:
    """SPDX identifier -> how the licence index sorts it."""
    from license_expression import get_license_index

    return {
        key: entry["category"]
        for entry in get_license_index()
        for key in (entry.get("spdx_license_key"), *entry.get("other_spdx_license_keys", ()))
        if key
    }
