"""Sends one request as it is due: in its turn, with the service's key, tried again with patience.

The one seam between keys and everything else: what leaves here, answers included, holds none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent.errors import DocumentRejected
from agent.ledger.contract import Limit, Wait
from workers.crawl.http.allowance import stated_pause_s
from workers.crawl.http.cache import Arrived
from workers.crawl.http.patience import MAX_REST_S, MAX_RETRY_AFTER_S, Patience
from workers.crawl.http.services import Service, Services
from workers.crawl.http.wire import Ask, Credential, Reply, Wire
from workers.runtime.turns import Turns

_LEASE_SLACK_S = 15.0
"""A turn lapses so much later than its request must have ended: its connection is cut then, and what follows is
short."""
_BACKOFF_S = 5.0
"""First pause after a 429 that names none, from a host without terms of its own."""


@dataclass(frozen=True)
class Errand:
    """One request with all it needs."""

    ask: Ask
    limit: Limit
    service: Service | None
    max_bytes: int
    truncate: bool = False


class Sender:
    """Sends one at a time."""

    def __init__(
        self, wire: Wire, turns: Turns, services: Services, timeout_s: float, pulse: Callable[[], None]
    ) -> None:
        """``pulse`` is called every second or so while waiting, and may raise to end it."""
        self._wire = wire
        self._turns = turns
        self._services = services
        self._timeout_s = timeout_s
        self._pulse = pulse

    def send(self, errand: Errand, headers: Mapping[str, str], arrived: Callable[[], bool] = lambda: False) -> Reply:
        """The answer, of whatever status, with ``headers`` instead of the errand's.

        Raises:
            Arrived: while this waited for its turn, another worker got the answer, as ``arrived`` says.
            DocumentRejected: host_at_rest, or a fault of the wire.
        """
        service, group = errand.service, errand.limit.group
        ask = replace(errand.ask, headers={name.title(): value for name, value in headers.items()})
        # Before its turn: what passes between grant and arrival is time that nobody may use.
        prepared = self._wire.prepared(ask, credential_for(service))
        most_s = service.patience_s if service else MAX_RETRY_AFTER_S
        patience = Patience(
            lambda seconds: self._turns.rest(group, seconds),
            self._pulse,
            service.backoff_s if service else _BACKOFF_S,
            most_s,
        )
        waited = False

        def waiting(wait: Wait) -> None:
            nonlocal waited
            waited = True
            self._pulse()
            if wait.reason == "rest" and wait.seconds > most_s:
                raise DocumentRejected("host_at_rest", f"{group} asked for a pause of {wait.seconds:.0f} s more")

        def attempt() -> Reply:
            with self._turns.turn(errand.limit, self._timeout_s + _LEASE_SLACK_S, waiting) as turn:
                if waited and arrived():
                    raise Arrived
                reply = self._wire.send(prepared, errand.max_bytes, turn, truncate=errand.truncate)
                if service and (pause_s := stated_pause_s(reply.headers, errand.limit.interval_s)):
                    self._turns.rest(group, min(pause_s, MAX_REST_S))
                return patience.heed(reply)

        return self._services.without_keys(patience.persist(attempt), service)


def credential_for(service: Service | None) -> Credential:
    """How the service's key goes on the wire; nothing where it has none."""
    key = service.key if service else None
    if key is None or not key.value:
        return Credential()
    return (
        Credential(parameters={key.parameter: key.value})
        if key.parameter
        else Credential(headers={key.header: key.value})
    )
