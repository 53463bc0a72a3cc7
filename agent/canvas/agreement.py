"""What every process of a deployment must set alike, in short values that tell no secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from agent.settings import Settings

VARIABLES = {
    "key_prefix": "FINETUNE_KEY_PREFIX",
    "store": "FINETUNE_STORE_URL",
}
"""Where a setting comes from, for those that people set."""
_FROM_CELERY = {
    "serializer": "task_serializer",
    "acks_late": "task_acks_late",
    "prefetch": "worker_prefetch_multiplier",
}


def agreed_settings(settings: Settings, celery: Mapping[str, Any]) -> dict[str, str]:
    """Name -> value of what this process goes by.

    The server's address is not among them: machines may know one server by several names. ``celery`` is the
    configuration it speaks to the broker with; a client, which takes no messages, has no setting for taking them.
    """
    agreed = {
        "key_prefix": settings.key_prefix,
        "store": without_credentials(settings.store),
        "visibility_timeout_s": str(celery["broker_transport_options"]["visibility_timeout"]),
    }
    return agreed | {name: str(celery[key]) for name, key in _FROM_CELERY.items() if key in celery}


def without_credentials(url: str) -> str:
    """Scheme, host and path of a URL; a folder as it is."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
