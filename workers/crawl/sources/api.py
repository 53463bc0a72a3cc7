"""One question to a service that answers JSON, with errors that say what a user can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.errors import DocumentRejected, SourceFailed
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Service
from workers.crawl.sources.work import Asked

Shape = TypeVar("Shape", bound=BaseModel)

NOT_KNOWN = frozenset({"http_404", "http_410", "http_422"})
"""How services say that they do not know a DOI, or that it is none."""


_SAID = {
    "missing_key": "needs a key",
    "key_refused": "refuses our key",
    "http_401": "wants a key that it knows",
    "http_403": "refuses us",
    "http_429": "says that it is asked too much",
    "host_at_rest": "wants to be left alone for now",
}
_TOO_MUCH = frozenset({"http_429", "host_at_rest"})


def ask(context: Asked, service: Service, path: str = "", params: Mapping[str, str | int] | None = None) -> Fetched:
    """The service's answer at ``path`` below its base.

    Raises:
        SourceFailed: it wants a key, or more patience than we have; ``next_step`` says which variable to set.
        DocumentRejected: any other failure, from the client.
    """
    try:
        return context.http.get(address(context, service, path), params)
    except DocumentRejected as error:
        raise refusal(service, error) from error


def ask_if_known(
    context: Asked, service: Service, path: str, params: Mapping[str, str | int] | None = None
) -> Fetched | None:
    """As `ask`, but None where the service does not know what the path names."""
    try:
        return ask(context, service, path, params)
    except DocumentRejected as error:
        if error.reason in NOT_KNOWN:
            return None
        raise


def refusal(service: Service, error: DocumentRejected) -> SourceFailed | DocumentRejected:
    """The same failure in words that name the service and the next step, where a key or a pause is the cure."""
    said = _SAID.get(error.reason)
    if said is None:
        return error
    key = service.key
    if key and (not key.value or error.reason == "missing_key"):
        step = f"Set {key.variable} where the crawl worker runs; without a key little or nothing is given."
    elif key and error.reason not in _TOO_MUCH:
        step = f"Check the key in {key.variable}: it may be wrong, not active, or used up."
    else:
        step = "Try again later, or ask for less: discover.max_queries, discover.results_per_query."
    return SourceFailed(f"{service.name} {said} ({error.reason}).", next_step=step)


def address(context: Asked, service: Service, path: str) -> str:
    """Where a path of the service is in this job."""
    base = context.services.base(service)
    return f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base


def read(answer: Fetched, shape: type[Shape]) -> Shape:
    """The whole answer in its expected shape.

    Raises:
        SourceFailed: it has another; the message names the field.
    """
    try:
        return shape.model_validate(answer.json())
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the whole answer"
        raise SourceFailed(f"{answer.url} answered in an unknown form: {where}: {fault['msg']}.") from error


def records(items: Iterable[Any], shape: type[Shape], unreadable: Callable[[], None]) -> Iterator[Shape]:
    """Each record that has the expected shape; ``unreadable`` is called for each other, which is left out."""
    for item in items:
        try:
            yield shape.model_validate(item)
        except ValidationError:
            unreadable()


def mail(context: Asked) -> str:
    """The operator's e-mail address from retrieve.contact, '' where that is a web address or empty."""
    contact = context.spec.retrieve.contact.strip().removeprefix("mailto:")
    return contact if "@" in contact and "://" not in contact else ""
