"""Writes a job's report into the store."""

from __future__ import annotations

from dataclasses import replace

from agent.errors import FinetuneError
from agent.job.result import JobResult
from agent.ledger.contract import JobView, Outputs
from agent.report.evidence import read_evidence
from agent.report.page import make_page
from agent.report.read_examples import read_examples
from agent.report.render import render
from agent.store import Store

REPORT_FILE = "report.html"


def write_report(view: JobView, outputs: Outputs, store: Store, result: JobResult) -> str:
    """The address of the job's report, one HTML page that is written anew at each call.

    A job that has not ended, or failed early, gets a report of what there is. Artifacts that cannot be read
    are named in it and raise nothing.

    Raises:
        StoreUnavailable: the page itself cannot be written.
    """
    folder = f"jobs/{view.job.id}"
    evidence, examples = read_evidence(outputs, store, result.failures), None
    try:
        examples = read_examples(view, outputs, store, result.failures)
    except (FinetuneError, ValueError, LookupError) as error:
        evidence = replace(evidence, gaps=(*evidence.gaps, f"the training examples: {error}"))
    page = make_page(view, result, evidence, store.uri(folder), examples)
    path = f"{folder}/{REPORT_FILE}"
    store.write(path, render(page).encode())
    return store.uri(path)
