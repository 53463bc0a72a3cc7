"""What the bytes of an answer are: where they contradict the Content-Type, and where they are a bot challenge."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%!PS", "application/postscript"),
)
"""Beginnings that no text has (WHATWG MIME Sniffing, 6 and 7, as far as documents go)."""
_ZIPPED = re.compile(r"application/(?:.*\+zip|vnd\..*|epub|x-zip.*)")
"""Formats that are zip archives by themselves."""
_HTML = re.compile(rb"\s*(?:<!--.{0,400}?-->\s*)*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL)
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/unknown"})
_NEVER_HTML = re.compile(r"application/(?:pdf|json|zip|gzip|epub\+zip|.*\+json)|image/.*")
"""Types that a web page in their place contradicts; text/plain may show the source of a page."""


def media_type_of(body: bytes, declared: str) -> str:
    """The media type: ``declared`` (a whole Content-Type) unless the first bytes rule it out or it says nothing."""
    bare = declared.partition(";")[0].strip().lower()
    # White space before a PDF's signature is common and harmless.
    start = body[:1024].lstrip()
    found = next((media_type for magic, media_type in _MAGIC if start.startswith(magic)), "")
    if found == "application/zip" and _ZIPPED.fullmatch(bare):
        return declared
    if found == "application/gzip" and bare in ("application/x-gzip", "application/x-tar", "application/tar+gzip"):
        return declared
    if not found and _HTML.match(body[:2048]) and (bare in _SAYS_NOTHING or _NEVER_HTML.fullmatch(bare)):
        found = "text/html"
    return declared if not found or found == bare else found


_CHALLENGE_HEADERS = {
    "cf-mitigated": re.compile("challenge"),
    "x-amzn-waf-action": re.compile("challenge|captcha"),
}
"""Headers by which the largest two say so themselves."""
_CHALLENGE_MARKS = re.compile(
    rb"_cf_chl_opt|_incapsula_resource|captcha-delivery\.com|px-captcha|awswafintegration|cloudpmc-viewer-pow"
    rb"|id=[\"']anubis_challenge|checking your browser before accessing|verify(?:ing)? (?:that )?you are (?:a )?human"
    rb"|unusual traffic from your|<title>\s*(?:just a moment|attention required! \| cloudflare|client challenge"
    rb"|pardon our interruption|access to this page has been denied)",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = (
    b"_cf_chl_opt", b"_incapsula_resource", b"captcha-delivery.com", b"px-captcha", b"awswafintegration",
    b"cloudpmc-viewer-pow", b"anubis_challenge", b"checking your browser", b"you are human", b"you are a human",
    b"unusual traffic", b"just a moment", b"attention required!", b"client challenge",
    b"pardon our interruption", b"access to this page",
)  # fmt: skip
"""One of them is in whatever `_CHALLENGE_MARKS` finds, in lower case. Looking for them takes a tenth of the time."""
_MOST_CHALLENGE_BYTES = 256 * 1024
_MOST_CHALLENGE_WORDS = 150
"""A challenge says little; a page that tells about challenges says more."""
_UNSEEN = re.compile(rb"<(script|style|svg|template)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


def challenge_in(headers: Mapping[str, str], body: bytes) -> str:
    """The sign by which this answer is a bot challenge or captcha instead of what was asked for; '' for none.

    Made to miss rather than to accuse: a body counts only when it is a short web page with a mark of a known kind.
    """
    for name, value in _CHALLENGE_HEADERS.items():
        if value.search(headers.get(name, "").lower()):
            return f"{name}: {headers[name]}"
    if len(body) > _MOST_CHALLENGE_BYTES or not (_HTML.match(body[:2048]) or b"<body" in body[:8192].lower()):
        return ""
    told = body.lower()
    if not any(word in told for word in _CHALLENGE_WORDS):
        return ""
    mark = _CHALLENGE_MARKS.search(body)
    if mark is None or len(_UNSEEN.sub(b" ", body).split()) > _MOST_CHALLENGE_WORDS:
        return ""
    return " ".join(mark[0].decode("latin-1").split())


def text_of(body: bytes) -> str:
    """The text of a file that speaks for a site: UTF-8, or UTF-16 where its mark or its zeros say so, as Windows
    editors write it. Read as UTF-8 it would have no line that anybody knows, and close nothing.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace")
    if b"\0" in body[:2]:
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", errors="replace")
    return body.decode("utf-8-sig", errors="replace")
