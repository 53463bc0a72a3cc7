"""Tasks of the control pool."""

from __future__ import annotations

from agent.contract import RECONCILE_TASK
from workers.app import app, ledger, send_due
from workers.control.reconcile import reconcile


@app.task(name=RECONCILE_TASK)
def reconcile_now() -> None:
    """Make one round at once; clients ask for it after submit, cancel and resume."""
    reconcile(ledger(), send_due)
