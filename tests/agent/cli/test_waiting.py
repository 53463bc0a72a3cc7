"""The sentence that says what a job waits for, in every case that a user can meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from agent.cli.waiting import queue_of, waits_for
from agent.contract import Stage
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, JobView, QueueHealth, ServerFacts, StageView, Waiting
from tests.agent.cli.clusters import CONTROL, CRAWL, FLEET, NOW_MS, PARSE, TRAIN, TRAIN_QUEUE, a_worker, health_of
from tests.agent.report.sample import JOB_ID, MODEL, job_record

LOGS = "/home/ada/.finetune/local"
CPU = {"backend": "cpu", "devices": 1, "names": ["EPYC"], "memory_gb": 4.0}


def a_view(
    stage: Stage | None = Stage.PARSE, *, running: int = 0, state: JobState = JobState.PARSING,
    waiting: Waiting | None = None, reason: str = "", failed_stage: str = "",
) -> JobView:  # fmt: skip
    """A job of which two units of one stage are not done."""
    stages = {each: StageView(stage=each) for each in Stage}
    if stage is not None:
        stages[stage] = replace(stages[stage], units=2, pending=2, running=running, waiting=waiting or Waiting())
    job = job_record(state).model_copy(update={"reason": reason, "failed_stage": failed_stage})
    return JobView(job, stages, NOW_MS)


def without(*workers: WorkerInfo) -> tuple[WorkerInfo, ...]:
    return tuple(worker for worker in FLEET if worker not in workers)


@dataclass(frozen=True)
class Case:
    """Where a job stands, who is there, and the sentence."""

    name: str
    sentence: str
    view: JobView = field(default_factory=a_view)
    workers: tuple[WorkerInfo, ...] = FLEET
    queues: tuple[QueueHealth, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)
    logs: str = ""

    @property
    def health(self) -> ClusterHealth:
        return health_of(self.workers, *self.queues, **self.facts)


def silence(silent_s: float, lapsing_in_s: float, owner: str = "h/123/9f31c2ab") -> JobView:
    said = Waiting(shard="0003", owner=owner, silent_s=silent_s, lapsing_in_s=lapsing_in_s)
    return a_view(running=1, waiting=said)


RETRY = a_view(waiting=Waiting(shard="0003", retry_in_s=12.2, retry_reason="OSError: [Errno 5] \x1b[31mbad\ndisk."))
BUSY = QueueHealth("parse", queued=2, running=1, held={"other": 1})
TWO_PARSERS = (*without(PARSE), a_worker("parse", name="a@h", slots=2), a_worker("parse", name="b@h"))
SILENT_PARSER = (*without(PARSE), a_worker("parse", ago_s=18))
DEAF_PARSER = (*without(PARSE), a_worker("parse", polled_s_ago=40.0))
BIGGER_UNITS = (*without(TRAIN), a_worker(TRAIN_QUEUE, "train.any.16g", busy=1))
SMALL = (*without(TRAIN), a_worker("train.cpu.4g", name="train@gpu1", capability=CPU))

CASES = [
    Case("nobody serves the queue",
         "No worker serves queue parse: start one with `finetune worker parse`.", workers=without(PARSE)),
    Case("nobody is there at all",
         "No worker serves queue parse: start one with `finetune worker parse`.", workers=()),
    Case("no machine for training",
         "No worker serves queue train.any.8g: start one with `finetune worker train` on a machine with 8 GB of memory "
         "for training.", a_view(Stage.TRAIN, state=JobState.WAITING_FOR_ACCELERATOR), without(TRAIN)),
    Case("the machine for training is too small",
         "No worker serves queue train.any.8g: start one with `finetune worker train` on a machine with 8 GB of memory "
         "for training; there is only train@gpu1 (cpu: EPYC, 4 GB).",
         a_view(Stage.TRAIN, state=JobState.WAITING_FOR_ACCELERATOR), SMALL),
    Case("this machine is too small for training",
         "No accelerator here is large enough for queue train.any.8g: it takes a machine with 8 GB of memory for "
         "training; there is only train@gpu1 (cpu: EPYC, 4 GB).",
         a_view(Stage.TRAIN, state=JobState.WAITING_FOR_ACCELERATOR), SMALL, logs=LOGS),
    Case("no control worker",
         "No worker serves queue control: start one with `finetune worker control`.", workers=without(CONTROL)),
    Case("a control worker that hangs",
         "control@h made no round for 33 s, so nothing is handed out: restart it (process 7 on h).",
         facts={"reconciled_s_ago": 33.0}),
    Case("between two stages", "It waits for the next round of control@h.", a_view(None)),
    Case("a retry after a fault",
         "Read documents, part 0003, is tried again in 12 s, after: OSError: [Errno 5] [31mbad disk.",
         RETRY),
    Case("the only slot is busy with another job",
         "Read documents waits for a free slot on queue parse: the slot of parse@h is busy with job other (1 unit).",
         queues=(BUSY,)),
    Case("all slots are busy with several jobs",
         "Read documents waits for a free slot on queue parse: all 3 slots of a@h, b@h are busy with job large "
         "(2 units) and 1 other job.", workers=TWO_PARSERS,
         queues=(QueueHealth("parse", queued=2, running=3, held={"small": 1, "large": 2}),)),
    Case("the accelerator works for a queue of larger units",
         "Train waits for a free slot on queue train.any.8g: the slot of train@h is busy with job other (1 unit).",
         a_view(Stage.TRAIN), BIGGER_UNITS, (QueueHealth("train.any.16g", running=1, held={"other": 1}),)),
    Case("a silent worker whose unit goes to another",
         "Read documents, part 0003, is held by parse@h, which gave no sign for 11 s: "
         "in 4 s it goes to another worker.", silence(11, 4)),
    Case("a silent worker that is known by its process only",
         "Read documents, part 0003, is held by process 123 on far, which gave no sign for 11 s: "
         "in 4 s it goes to another worker.", silence(11, 4, "far/123/9f31c2ab")),
    Case("a silent worker whose lease is over",
         "Read documents, part 0003, is held by parse@h, which gave no sign for 16 s: "
         "it goes to another worker at the next round of control@h.", silence(16, -1)),
    Case("a silent worker and no control worker",
         "Read documents, part 0003, is held by parse@h, which gave no sign for 45 s, and without a control worker "
         "nobody takes it over: start one with `finetune worker control`.", silence(45, -30), without(CONTROL)),
    Case("a silent worker and a control worker that hangs",
         "Read documents, part 0003, is held by parse@h, which gave no sign for 45 s, and control@h made no round for "
         "1 min 00 s: restart it (process 7 on h).", silence(45, -30), facts={"reconciled_s_ago": 60.0}),
    Case("the only worker of the queue is silent before it took anything",
         "Read documents waits for queue parse, whose worker parse@h gave no sign for 18 s: "
         "restart it (process 7 on h).", workers=SILENT_PARSER),
    Case("a message under way that a deaf worker does not take",
         "Read documents waits on queue parse, but parse@h takes nothing, it leaves a unit on queue parse for 18 s: "
         "restart it (process 7 on h).", queues=(QueueHealth("parse", sent=1, oldest_sent_s=18.0),)),
    Case("a worker that does not ask for work",
         "Read documents waits on queue parse, but parse@h takes nothing, it has not asked for work for 40 s: "
         "restart it (process 7 on h).", workers=DEAF_PARSER),
    Case("a message under way",
         "Read documents was handed to queue parse, which worker parse@h serves.",
         queues=(QueueHealth("parse", sent=1, oldest_sent_s=0.2),)),
    Case("about to be handed out",
         "Read documents is about to be handed to queue parse, which workers a@h, b@h serve.", workers=TWO_PARSERS),
    Case("failed",
         f"It failed in Read documents (3 of 4 units were set aside): `finetune resume {JOB_ID}` goes on with it.",
         a_view(state=JobState.FAILED, reason="3 of 4 units were set aside.", failed_stage="parse"), ()),
    Case("cancelled", f"It was cancelled: `finetune resume {JOB_ID}` goes on with it.",
         a_view(state=JobState.CANCELLED), ()),
    Case("the embedded cluster does not run", f"Nobody works on it: `finetune resume {JOB_ID}` does.",
         workers=(), logs=LOGS),
    Case("a worker of the embedded cluster does not come up",
         f"No worker serves queue parse yet: it is being started, see {LOGS}/worker-parse.log.",
         workers=without(PARSE), logs=LOGS),
    Case("the control worker of the embedded cluster does not come up",
         f"No worker serves queue control yet: it is being started, see {LOGS}/worker-control.log.",
         workers=(CRAWL, PARSE), logs=LOGS),
    Case("a server that cannot write",
         "The server refuses every change since it could not write its append-only file: free space on its disk.",
         a_view(running=1), facts={"server": ServerFacts(aof_last_write_ok=False)}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_stall_has_its_sentence(case: Case) -> None:
    assert waits_for(case.view, case.health, case.workers, embedded_logs=case.logs) == case.sentence


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(a_view(running=1), id="it runs"),
        pytest.param(silence(4, 11), id="its last beat is recent"),
        pytest.param(a_view(state=JobState.COMPLETED), id="it is completed"),
        pytest.param(a_view(state=JobState.REJECTED), id="the gate said no"),
    ],
)
def test_a_job_that_moves_or_has_its_result_waits_for_nothing(view: JobView) -> None:
    assert waits_for(view, health_of(FLEET), FLEET) == ""


def test_a_long_error_is_cut_and_stays_one_line() -> None:
    view = a_view(waiting=Waiting(shard="0003", retry_in_s=2, retry_reason="bad\n" * 200))
    sentence = waits_for(view, health_of(FLEET), FLEET)
    assert "\n" not in sentence
    assert len(sentence) < 300


def test_a_small_job_trains_in_the_smallest_class() -> None:
    assert queue_of(job_record(JobState.QUEUED), Stage.TRAIN) == TRAIN_QUEUE
    assert MODEL.parameters < 1e9
