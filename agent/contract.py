"""Names that clients and workers share: stages, queues, tasks, and the payload of a message."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict


class Stage(StrEnum):
    """The stages of a job, in the order data flows."""

    DISCOVER = "discover"
    RETRIEVE = "retrieve"
    PARSE = "parse"
    CURATE = "curate"
    GENERATE = "generate"
    ASSEMBLE = "assemble"
    CLEAR = "clear"
    TRAIN = "train"
    EVALUATE = "evaluate"
    PUBLISH = "publish"


class Pool(StrEnum):
    """The worker pools; each serves the queue of its name, the train pool one queue per capability."""

    CRAWL = "crawl"
    PARSE = "parse"
    GENERATE = "generate"
    TRAIN = "train"
    CONTROL = "control"


POOL_OF: dict[Stage, Pool] = {
    Stage.DISCOVER: Pool.CRAWL,
    Stage.RETRIEVE: Pool.CRAWL,
    Stage.PARSE: Pool.PARSE,
    Stage.CURATE: Pool.PARSE,
    Stage.GENERATE: Pool.GENERATE,
    Stage.ASSEMBLE: Pool.GENERATE,
    Stage.CLEAR: Pool.CRAWL,
    Stage.TRAIN: Pool.TRAIN,
    Stage.EVALUATE: Pool.TRAIN,
    Stage.PUBLISH: Pool.TRAIN,
}


def stages_until(last: str) -> tuple[Stage, ...]:
    """The stages of a job that ends after ``last``, in order."""
    order = tuple(Stage)
    return order[: order.index(Stage(last)) + 1]


MEMORY_CLASSES_GB = (8, 16, 24, 48, 80)
"""Classes of accelerator memory a training unit can ask for; those common cards come in."""


def task_name(stage: str) -> str:
    """Name of the Celery task that runs units of this stage, as Flower shows it: ``<pool>.<stage>``."""
    return f"{POOL_OF[Stage(stage)]}.{stage}"


CAPABILITY_VARIABLE = "FINETUNE_CAPABILITY"
"""Environment variable that tells a worker which accelerator was found, so that torch is loaded once for it."""

RECONCILE_TASK = "control.reconcile"


class UnitMessage(TypedDict):
    """The whole payload of a task: a hint that this unit is due. The ledger holds everything else."""

    job_id: str
    stage: str
    shard: str


def train_queue(backend: str, memory_gb: int) -> str:
    """Queue for training units that need this backend ('any' for all) and at least this memory class."""
    return f"train.{backend}.{memory_gb}g"
