"""Receives messages so that bytes which are none cannot end a worker: kombu's Redis transport with two checks more.

kombu 5.7 reads an entry of a queue before any error handling of Celery's: one entry that is no JSON, or no message,
ends the worker as "unrecoverable", and each of its siblings as they come to the next. Whoever can write to the server
could stop the fleet with a few bytes. Such entries are logged and dropped here; whatever is a message but not ours
(pickle, unknown tasks, wrong arguments) Celery refuses by itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from queue import Empty
from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

_LINK_ERRORS = (redis.ConnectionError, redis.TimeoutError, OSError)
"""kombu's own list also has KeyError, which a message without its parts raises; Celery would reconnect for it."""
log = logging.getLogger(__name__)


class Channel(kombu_redis.Channel):
    """Drops what cannot be received as a message."""

    def basic_consume(self, queue: str, no_ack: bool, *args: Any, **kwargs: Any) -> Any:
        """As kombu's; an entry that raises while it is received is dropped."""
        consumer = super().basic_consume(queue, no_ack, *args, **kwargs)  # type: ignore[no-untyped-call]
        self.connection._callbacks[queue] = self._guarded(queue, self.connection._callbacks[queue])
        return consumer

    def _guarded(self, queue: str, deliver: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def guarded(raw: Any) -> Any:
            try:
                return deliver(raw)
            except Exception as error:
                # Anything can be in there, so anything can be raised; but the link's trouble is not the entry's.
                if isinstance(error, _LINK_ERRORS):
                    raise
                log.error("Refused what is no message on queue %s: %s: %s", queue, type(error).__name__, error)
                self._forget(raw)
                return None

        return guarded

    def _forget(self, raw: Any) -> None:
        """Acknowledge it where it was noted as received, or it would come again."""
        try:
            tag = raw["properties"]["delivery_tag"]
            known = tag in self.qos._delivered
        except (TypeError, KeyError, IndexError):
            return
        if known:
            self.qos.reject(tag, requeue=False)

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            log.error("Refused what is no message on queues %s: %s", ", ".join(self.active_queues), error)
            raise Empty from error


class Transport(kombu_redis.Transport):
    """Channels as above."""

    Channel = Channel


def install() -> None:
    """Make every ``redis://`` and ``rediss://`` connection of this process receive this way."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{Transport.__name__}"
