"""What `finetune doctor --cluster` looks at: server, store, and all who work there."""

from __future__ import annotations

import time

from agent.canvas.agreement import agreed_settings
from agent.canvas.transport import broker_settings
from agent.cli.checks.check import Check
from agent.cli.checks.diagnosis import diagnose
from agent.cli.checks.services import server_check, store_check
from agent.errors import FinetuneError
from agent.ledger.redis import RedisLedger
from agent.local import running_cluster
from agent.settings import Settings
from agent.store.artifact import producer


def cluster_checks(settings: Settings) -> list[Check]:
    """Every check of the named server's cluster, else of the embedded one if it runs; each stands for itself."""
    try:
        there = settings if settings.broker_url else running_cluster(settings)
    except FinetuneError as error:
        return [Check("server", "missing", error.message, error.next_step), store_check(settings)]
    if there is None:
        found = f"none is named, and the embedded cluster of {settings.home_folder} does not run"
        step = "set FINETUNE_BROKER_URL=redis://:PASSWORD@HOST:6379/0, or look while `finetune run` works"
        return [Check("server", "missing", found, step), store_check(settings)]
    server = server_check(there)
    return [server, store_check(there), *(_diagnosed(there) if server.state == "ok" else [])]


def _diagnosed(settings: Settings) -> list[Check]:
    ledger = RedisLedger(settings.broker_url, settings.key_prefix)
    try:
        own = agreed_settings(settings, broker_settings(settings.broker_url, settings.key_prefix))
        health, clock_ms = ledger.health(), int(time.time() * 1000)
        return diagnose(health, ledger.workers(), own, producer(), clock_ms, ledger.workers_elsewhere())
    except FinetuneError as error:
        # A server that loads its data answers to its name and to nothing else.
        return [Check("cluster", "missing", error.message, error.next_step)]
