"""What went wrong with one request, in our words: the only place that knows the openai package's errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import openai

from workers.llm.dialect import too_long
from workers.llm.rest import rest_s

SHOWN_CHARACTERS = 200


class What(StrEnum):
    """What kind of fault it is, which decides what follows."""

    BUSY = "busy"
    """The server takes no more calls now."""
    SERVER = "server_error"
    CONNECTION = "connection_lost"
    UNREACHABLE = "unreachable"
    """No connection came about, so that nothing was sent."""
    TIMEOUT = "request_timed_out"
    NOT_UNDERSTOOD = "request_refused"
    TOO_LONG = "request_too_long"
    FILTERED = "refused_answer"
    """A filter of the endpoint takes offence at the request itself."""
    KEY = "key"
    GONE = "gone"
    """The model or the address is not known, or the account is empty: no call can succeed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One request without an answer."""

    what: What
    detail: str
    rest_s: float = 0.0
    """Seconds for which the server asks to be left alone."""
    status: int = 0

    @property
    def may_be_billed(self) -> bool:
        """Whether the server may have worked on it: its reservation then stands."""
        gateway = self.what == What.SERVER and self.status in (408, 504, 524)
        return gateway or self.what in (What.TIMEOUT, What.CONNECTION)

    @property
    def is_trouble(self) -> bool:
        """Whether fewer calls at once might mend it."""
        return self.what in (What.SERVER, What.CONNECTION, What.UNREACHABLE, What.TIMEOUT)


def not_a_completion(told: str, secret: str, *, is_page: bool = False) -> Fault:
    """An answer with status 200 that is something else, such as the page of a server that is no API."""
    what = What.GONE if is_page else What.SERVER
    return Fault(what, _shown(f"it answered with {told}", secret), status=504)


def fault_of(error: openai.OpenAIError, timeout_s: float, secret: str) -> Fault:
    """The fault behind an error of the package; ``secret`` is left out of what it says."""
    if isinstance(error, openai.APITimeoutError):
        # Its cause tells a timeout of connecting, after which nothing was sent, from one of reading.
        if "Connect" in type(error.__cause__).__name__:
            return Fault(What.UNREACHABLE, "it does not accept connections")
        return Fault(What.TIMEOUT, f"no answer within {timeout_s:g} s")
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        what = What.UNREACHABLE if "Connect" in type(cause).__name__ else What.CONNECTION
        return Fault(what, _shown(str(cause) or type(cause).__name__, secret))
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, secret)
    return Fault(What.SERVER, _shown(str(error), secret), status=504)


def _of_status(error: openai.APIStatusError, secret: str) -> Fault:
    status, detail = error.status_code, _shown(str(error), secret)
    rest = rest_s({name.lower(): value for name, value in error.response.headers.items()}, datetime.now(UTC))
    code = f"{error.code or ''} {error.type or ''}"
    if status in (401, 403):
        return Fault(What.KEY, f"HTTP {status}", status=status)
    if status in (402, 404, 405, 410) or (status == 429 and "insufficient_quota" in code):
        return Fault(What.GONE, detail, status=status)
    if status == 429 or (status == 503 and rest is not None):
        return Fault(What.BUSY, detail, rest or 0.0, status)
    if status >= 500 or status in (408, 409, 425):
        return Fault(What.SERVER, detail, rest or 0.0, status)
    if "content_filter" in code or "content_policy" in code:
        return Fault(What.FILTERED, detail, status=status)
    what = What.TOO_LONG if status == 413 or "context_length" in code or too_long(str(error)) else What.NOT_UNDERSTOOD
    return Fault(what, detail, status=status)


def _shown(text: str, secret: str) -> str:
    return " ".join((text.replace(secret, "(key)") if secret else text).split())[:SHOWN_CHARACTERS]
