"""Finds keys and secrets by the documented forms of their issuers, and by what they are assigned to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

Span = tuple[int, int]

_ISSUED: dict[str, str] = {
    "AKIA": r"AKIA[A-Z0-9]{16}",
    "ASIA": r"ASIA[A-Z0-9]{16}",
    "ghp_": r"ghp_[A-Za-z0-9]{30,255}",
    "gho_": r"gho_[A-Za-z0-9]{30,255}",
    "ghu_": r"ghu_[A-Za-z0-9]{30,255}",
    "ghs_": r"ghs_[A-Za-z0-9]{30,255}",
    "ghr_": r"ghr_[A-Za-z0-9]{30,255}",
    "github_pat_": r"github_pat_[A-Za-z0-9_]{40,255}",
    "glpat-": r"glpat-[\w-]{20,64}",
    "AIza": r"AIza[\w-]{35}",
    "GOCSPX-": r"GOCSPX-[\w-]{28}",
    "ya29.": r"ya29\.[\w-]{20,500}",
    "xox": r"xox[abeoprs]-[A-Za-z0-9-]{10,250}",
    "xapp-": r"xapp-[A-Za-z0-9-]{10,250}",
    "hooks.slack.com": r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,80}",
    "sk-": r"sk-(?:proj-|svcacct-|admin-|ant-|or-v1-)?[\w-]{20,250}",
    "k_live_": r"[psr]k_live_[A-Za-z0-9]{16,250}",
    "k_test_": r"[psr]k_test_[A-Za-z0-9]{16,250}",
    "hf_": r"hf_[A-Za-z0-9]{30,64}",
    "npm_": r"npm_[A-Za-z0-9]{36}",
    "pypi-AgE": r"pypi-AgE[\w-]{50,500}",
    "SG.": r"SG\.[\w-]{16,32}\.[\w-]{16,64}",
    "dop_v1_": r"dop_v1_[0-9a-f]{64}",
    ":AA": r"\d{8,10}:AA[\w-]{33}",
    "eyJ": r"eyJ[\w-]{10,4000}\.eyJ[\w-]{10,4000}(?:\.[\w-]{0,4000})?",
}
"""What is in every key of an issuer -> its form, from the issuers' own documentation of their prefixes: AWS, GitHub,
GitLab, Google, Slack, OpenAI and those that copied it, Stripe, Hugging Face, npm, PyPI (RFC 8959 in spirit), SendGrid,
DigitalOcean, Telegram; and JSON Web Tokens (RFC 7519: two JSON objects in base64url)."""

_FORMS = {part: re.compile(rf"(?<![A-Za-z0-9_-]){form}(?![A-Za-z0-9])") for part, form in _ISSUED.items()}

_PRIVATE_KEY = re.compile(
    r"-{3,5}BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-{3,5}(?:\s*(?:Proc-Type|DEK-Info):[^\n]{0,80}\n)*"
    r"[^-]{0,20000}(?:-{3,5}END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-{3,5})?"
)
_URL_PASSWORD = re.compile(r"(?<=://)[\w.+%-]{1,64}:([^\s:/@<>\"'{}$]{3,128})(?=@[\w.-]+)")

_PLACEHOLDER = re.compile(
    r"(?:your|my|the)?[_-]?(?:pass|passwd|password|pw|pwd|secret|token|guest|user|root|admin|x+|\*+)|(?-i:[A-Z_]+)|[<\[%].*",
    re.IGNORECASE,
)

_ASSIGNED = re.compile(
    r"(?:api[_ -]?key|apikey|secret(?:[_ -]?(?:access)?[_ -]?key)?|private[_ -]?key|access[_ -]?(?:key|token)|"
    r"auth[_ -]?token|client[_ -]?secret|token|passw(?:or)?d|bearer|enable_account|save_account)"
    r"[\"']?\s{0,3}(?:[=:(]|is\b|\s)\s{0,3}(?:[\"'(]{0,2}([A-Za-z0-9+/_=.~-]{16,512})(?![^\s\"',;)&<\]}])|[\"']([^\s\"']{16,512})[\"'])",
    re.IGNORECASE,
)
_NAMES = ("key", "token", "secret", "passw", "bearer", "_account")

_LEAST_BITS_ISSUED = 2.5
"""Shannon entropy a sign from which something with an issuer's prefix is no placeholder: ghp_xxxxxxxx has below 1."""
_LEAST_BITS_ASSIGNED = 3.2
"""And what is assigned to a secret's name: 32 random hexadecimal digits have 3.3 to 3.9, names of variables below."""


def may_hold_keys(text: str) -> bool:
    """Whether a part of an issuer's keys, or a name that secrets are assigned to, stands in the text."""
    lowered = text.lower()
    return (
        any(name in lowered for name in _NAMES)
        or any(part in text for part in _FORMS)
        or "PRIVATE KEY" in text
        or "://" in text
    )


def find_keys(text: str) -> Iterator[Span]:
    """Where keys, tokens, passwords of addresses, and private keys stand; placeholders stay."""
    for part, form in _FORMS.items():
        if part in text:
            for match in form.finditer(text):
                if _bits(match[0].split("-", 1)[-1]) >= _LEAST_BITS_ISSUED and _is_mixed(match[0]):
                    yield match.span()
    if "PRIVATE KEY" in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield match.span()
    if "://" in text:
        for match in _URL_PASSWORD.finditer(text):
            if not _PLACEHOLDER.fullmatch(match[1]):
                yield match.span(1)
    lowered = text.lower()
    if any(name in lowered for name in _NAMES):
        for match in _ASSIGNED.finditer(text):
            group = 1 if match[1] else 2
            word = match[group]
            if _is_mixed(word) and _bits(word) >= _LEAST_BITS_ASSIGNED and not _is_path(word):
                yield match.span(group)


def _is_mixed(word: str) -> bool:
    """Whether digits and letters stand among each other, as in random text and hardly ever in names."""
    return any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)


def _is_path(word: str) -> bool:
    """Whether it is made of words: a path, a module, a name with underscores."""
    parts = [part for part in re.split(r"[/._=~+-]", word) if part]
    return max(map(len, parts), default=0) < 16


def _bits(word: str) -> float:
    """Shannon entropy of its signs, in bits a sign."""
    shares = [count / len(word) for count in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares)
