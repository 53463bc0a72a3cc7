"""What is wrong with an answer that is no document, in one reason, with where it was and how to go on."""

from __future__ import annotations

import re

from agent.errors import DocumentRejected
from workers.crawl.http.services import Service
from workers.crawl.http.sniff import challenge_in
from workers.crawl.http.wire import Reply

_QUOTED_CHARS = 160
_COMPLAINT = re.compile(rb"<(?:\w+:)?(?:summary|message|error)\b[^>]*>([^<]+)<", re.IGNORECASE)
"""Where XML says what is wrong: in arXiv's feeds, Amazon's S3 and OAI-PMH."""
_MEANINGS = {
    400: "it does not understand the request",
    401: "it asks for an identification",
    403: "it forbids this",
    404: "there is no such document",
    405: "it cannot be asked in this way",
    410: "the document is gone",
    429: "it is asked too often; try again later",
    451: "it is withheld for legal reasons",
}


def refusal(reply: Reply, url: str, service: Service | None) -> DocumentRejected | None:
    """Why this answer cannot be used; None for a document."""
    if sign := challenge_in(reply.headers, reply.body):
        return DocumentRejected("challenge_page", f"{url} answers a test for humans ({sign}); nothing gets round it")
    if service is not None and reply.status in (401, 403) and service.key is not None:
        key = service.key
        if not key.value and reply.status == 401:
            told = f"the environment variable {key.variable} is not set on this worker; set it to your key"
            return DocumentRejected("missing_key", f"{service.name} answers {reply.status}, and {told}")
        if key.value:
            told = f"the key in {key.variable} is wrong, not active yet, or used up; look at your account there"
            return DocumentRejected("key_refused", f"{service.name} answers {reply.status}: {told}{_quoted(reply)}")
    if reply.status != 200:
        meaning = _MEANINGS.get(reply.status, "it fails; try again later" if reply.status >= 500 else "no document")
        return DocumentRejected(f"http_{reply.status}", f"{url}: {meaning}{_quoted(reply)}")
    if not reply.body:
        return DocumentRejected("no_text", f"{url}: the answer has no body")
    return None


def _quoted(reply: Reply) -> str:
    """What an API says of the fault; nothing of a web page."""
    if "html" in reply.headers.get("content-type", "") or not reply.body:
        return ""
    complaint = _COMPLAINT.search(reply.body)
    words = " ".join((complaint[1] if complaint else reply.body)[:_QUOTED_CHARS].decode(errors="replace").split())
    return f" ({words!r})" if words else ""
