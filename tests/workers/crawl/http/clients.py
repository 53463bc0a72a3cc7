"""Polite clients for tests: to whom the user named a server, on a store in memory and turns that need no waiting."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from agent.errors import DocumentRejected
from agent.store import Store
from tests.workers.turns import LeapingTurns
from workers.crawl.http.canonical import endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Key, Service, Services, Terms

TERMS = Terms(url="https://example.org/terms", read_on="2026-11-22", says="Programs are welcome.")


def fresh_store() -> Store:
    """An empty store."""
    return Store(f"memory://{uuid4().hex}")


def client(*bases: str, **changes: Any) -> PoliteClient:
    """A client to whom the user named these servers."""
    options: dict[str, Any] = {
        "user_agent": "finetune-agent/test", "timeout_s": 2.0, "max_bytes": 100_000, "requests_per_second": 50.0,
        "turns": LeapingTurns(), "store": fresh_store(), "named": {endpoint(base) for base in bases},
        "services": Services((), {}),
    }  # fmt: skip
    return PoliteClient(**{**options, **changes})


def service(base: str, name: str = "library.search", **fields: Any) -> Service:
    """A documented service at ``base``."""
    return Service(name=name, base=base, terms=fields.pop("terms", TERMS), **fields)


def services(*known: Service) -> Services:
    """These, nothing overridden."""
    return Services(known, {})


def key(**fields: Any) -> Key:
    """A key that the environment variable LIBRARY_KEY holds."""
    return Key("LIBRARY_KEY", **(fields or {"parameter": "api_key"}))


def refused(polite: PoliteClient, url: str) -> DocumentRejected:
    """Why the client refuses an address."""
    with pytest.raises(DocumentRejected) as caught:
        polite.get(url)
    return caught.value
