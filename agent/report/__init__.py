"""The job report: one self-contained HTML page, and the wording it shares with the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.job.result import JobResult
    from agent.ledger.contract import JobView, Outputs
    from agent.store import Store

__all__ = ["write_report"]


def write_report(view: JobView, outputs: Outputs, store: Store, result: JobResult) -> str:
    """Write ``jobs/<id>/report.html`` and return its address; see `agent.report.write.write_report`."""
    from agent.report.write import write_report as write

    # Imported only here: those who want the wording alone do not load the template engine.
    return write(view, outputs, store, result)
