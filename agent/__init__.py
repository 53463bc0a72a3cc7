"""From a base model and a subject to a model that provably knows the subject: the client library.

>>> from agent import Client, JobSpec                                                          # doctest: +SKIP
>>> with Client.local() as client:                                                             # doctest: +SKIP
...     job = client.submit(JobSpec(model="smollm2-135m", subject="quantum computing", sources=["dir:papers"]))
...     result = job.wait()

Importing it loads neither torch nor Celery; the names below are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.client import Client, Job
    from agent.errors import FinetuneError
    from agent.job.events import DataAlert, DataForecast, ProgressChanged, StateChanged, UnitNotice
    from agent.job.result import JobResult
    from agent.job.states import JobState
    from agent.spec import JobSpec

_HOMES = {
    "Client": "agent.client",
    "DataAlert": "agent.job.events",
    "DataForecast": "agent.job.events",
    "FinetuneError": "agent.errors",
    "Job": "agent.client",
    "JobResult": "agent.job.result",
    "JobSpec": "agent.spec",
    "JobState": "agent.job.states",
    "ProgressChanged": "agent.job.events",
    "StateChanged": "agent.job.events",
    "UnitNotice": "agent.job.events",
}

__all__ = [
    "Client",
    "DataAlert",
    "DataForecast",
    "FinetuneError",
    "Job",
    "JobResult",
    "JobSpec",
    "JobState",
    "ProgressChanged",
    "StateChanged",
    "UnitNotice",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'agent' has no attribute {name!r}")
