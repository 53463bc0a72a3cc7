"""How every process, client or worker, speaks to the broker. One place: the shortest timeout of any consumer wins."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

from agent.errors import InvalidSpec

VISIBILITY_TIMEOUT_S = 86_400
"""A day: a task longer than this is delivered again and again. The ledger's leases recover the dead, not this."""


def broker_settings(broker_url: str, key_prefix: str) -> dict[str, Any]:
    """Celery settings that senders and workers share.

    Raises:
        InvalidSpec: a ``rediss://`` URL that would be connected without checking the certificate.
    """
    options = {
        "visibility_timeout": VISIBILITY_TIMEOUT_S,
        # The defaults (every 10 s, one poll in 10) restore a lost message after 100 s; 5.7 makes both settable.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "global_keyprefix": key_prefix,
        # A half-open connection must be noticed: keepalive and a health check well under the server's idle timeout.
        "socket_keepalive": True,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "health_check_interval": 25,
        # Each step multiplies the keys of the blocking pop; priority is the ledger's business.
        "priority_steps": [0],
        "queue_order_strategy": "priority",
    }
    settings: dict[str, Any] = {
        "broker_url": broker_url,
        "broker_transport_options": options,
        "broker_connection_retry_on_startup": True,
        # The default gives up after 100 tries; a server that is away for an hour must not end the fleet.
        "broker_connection_max_retries": None,
        # JSON only: pickle is code execution for whoever can write to the server.
        "task_serializer": "json",
        "result_serializer": "json",
        "event_serializer": "json",
        "accept_content": ["json"],
        "result_accept_content": ["json"],
        # The ledger is the truth; results would be a second one.
        "task_ignore_result": True,
        "task_default_queue": "control",
    }
    if broker_url.startswith("rediss://"):
        settings["broker_use_ssl"] = _verified_tls(broker_url)
    return settings


def _verified_tls(url: str) -> dict[str, Any]:
    """TLS options that check the server; without them Celery connects to anybody (CERT_NONE)."""
    query = parse_qs(urlsplit(url).query)
    authority = query.get("ssl_ca_certs", [""])[0]
    required = query.get("ssl_cert_reqs", ["required"])[0].lower().removeprefix("cert_")
    if required != "required":
        raise InvalidSpec(
            f"FINETUNE_BROKER_URL asks for ssl_cert_reqs={required}: the server's certificate would not be checked.",
            next_step="Remove it, and name your authority with ?ssl_ca_certs=/path/ca.pem.",
        )
    options: dict[str, Any] = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options | ({"ssl_ca_certs": authority} if authority else {})
