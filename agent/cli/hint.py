"""Asks a running deployment what a job waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.cli.waiting import waits_for
from agent.errors import FinetuneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.client import Client
    from agent.ledger.contract import JobView


def waiting_of(client: Client, view: JobView) -> str:
    """What the job of ``view`` waits for now, '' for nothing."""
    logs = str(client.settings.home_folder / "local") if client.embedded else ""
    return waits_for(view, client.health(), client.workers(), embedded_logs=logs)


def hint_for(client: Client, job_id: str) -> Callable[[], str]:
    """Says when called what the job waits for; a server that is away is such a thing too."""

    def hint() -> str:
        try:
            return waiting_of(client, client.ledger.view(job_id))
        except FinetuneError as error:
            return str(error)

    return hint
