"""Celery applications of the unit benchmark: empty units under the whole of our runtime, and bare tasks without it.

``celery -A tests.bench.empty_work:ours`` is the application of every worker, but its retrieve stage does nothing;
``…:bare`` is a Celery of its own with the same settings and one task that does nothing.
"""

from __future__ import annotations

from celery import Celery

from agent.contract import Stage, task_name
from workers.app import app as ours
from workers.app import run_unit
from workers.runtime.work import Outcome, StageWork

BARE_TASK = "bench.nothing"

bare = Celery("bare", set_as_current=False)
bare.config_from_object("workers.celeryconfig")
bare.conf.imports = ()


def nothing(work: StageWork) -> Outcome:
    """A stage function that neither reads nor keeps anything."""
    return Outcome()


# The crawl pool's own tasks stay out: this one has the name of theirs.
ours.conf.imports = ("workers.control.tasks",)


@ours.task(name=task_name(Stage.RETRIEVE))
def retrieve(job_id: str, stage: str, shard: str) -> None:
    """Run one empty unit as a pool's task does."""
    run_unit(f"{__name__}:nothing", job_id, stage, shard)


@bare.task(name=BARE_TASK)
def do_nothing(job_id: str, stage: str, shard: str) -> None:
    """A message of the same size, and no work."""
