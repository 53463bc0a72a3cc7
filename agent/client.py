"""The client library: submit jobs, watch them, fetch what they made."""

from __future__ import annotations

import getpass
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from agent.canvas.advance import advance
from agent.canvas.planner import make_plan
from agent.canvas.signatures import nudge, sending_app
from agent.dataset.news import News
from agent.discovery import Discovery, read_discovery
from agent.errors import ArtifactCorrupt, IllegalTransition, InvalidSpec, JobFailed, StoreUnavailable, UnknownJob
from agent.faults import reached
from agent.job.cost_forecast import CostForecast
from agent.job.events import JobEvent, ProgressChanged, StateChanged, UnitNotice
from agent.job.job import JobRecord
from agent.job.machine import Move, Standing, apply
from agent.job.progress import StageProgress, eta_s, measure
from agent.job.restored import Restored
from agent.job.result import JobResult
from agent.job.states import RESUMABLE, JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, JobView, Ledger, Outputs
from agent.ledger.redis import RedisLedger
from agent.preflight import check, grounded
from agent.prices import models_asked, prices_of
from agent.restore import (
    agree_on_record,
    choose,
    keep_record,
    read_shelf,
    replay,
    spent_before,
    stored_record,
)
from agent.settings import Settings
from agent.spec import JobSpec
from agent.store import Store, read_failures
from agent.usage import read_cost_forecast

if TYPE_CHECKING:
    from agent.dataset.view import Dataset
    from agent.local import LocalCluster

POLL_S = 0.5
"""Twice a second is as fluent as a terminal needs, and costs the server about 30 reads a second for each watcher."""
_AS_SUBMITTED = {"state": JobState.QUEUED, "reason": "", "failed_stage": "", "version": 0}
_NOTICES = {"retry", "lapsed", "set_aside", "halted", "budget_spent"}


class Client:
    """A connection to one deployment. Use it as a context manager, or call `close`."""

    def __init__(self, broker_url: str = "", store_url: str = "", *, settings: Settings | None = None) -> None:
        """Connect to the server at ``broker_url`` (``redis://:PASSWORD@HOST:6379/0``).

        What is not given comes from the environment (``FINETUNE_BROKER_URL``, ``FINETUNE_STORE_URL``).

        Raises:
            BrokerUnavailable: the URL is malformed, no server answers, or it refuses the password.
        """
        base = settings or Settings()
        given = {"broker_url": broker_url or base.broker_url, "store_url": store_url or base.store_url}
        self.settings = base.model_copy(update=given)
        if not self.settings.broker_url:
            raise InvalidSpec(
                "No server is named.",
                next_step="Give Client('redis://…'), set FINETUNE_BROKER_URL, or use Client.local().",
            )
        self.ledger = RedisLedger(self.settings.broker_url, self.settings.key_prefix)
        self.ledger.ping()
        self.store = Store(self.settings.store)
        self._app = sending_app(self.settings)
        self._local: LocalCluster | None = None

    @classmethod
    def local(cls, settings: Settings | None = None, *, workers: bool = True) -> Client:
        """A client of the embedded server, which is started with one worker per pool if it is not running yet.

        It stops by itself some seconds after the last client is gone. ``workers=False`` starts the server alone: enough
        to look at earlier jobs.

        Raises:
            MissingDependency: the embedded server is not installed; the message says how to get it.
        """
        from agent.local import LocalCluster

        cluster = LocalCluster.join(settings or Settings(), workers=workers)
        client = cls(settings=cluster.settings)
        client._local = cluster
        return client

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect; a local cluster without other clients stops."""
        self._app.close()
        if self._local is not None:
            self._local.leave()

    def submit(self, spec: JobSpec) -> Job:
        """Submit a job and return it at once. With a ``job_id`` in the spec, submitting again returns the same job.

        Raises:
            InvalidSpec: the spec contradicts itself, names a folder that is not there, sets a budget in dollars for a
                model without a known price, or the job id belongs to a job with another specification.
            UnknownModel: the base model cannot be found.
            StoreUnavailable: the artifact store cannot be written.
        """
        spec = grounded(spec)
        known = self._known(spec)
        if known is not None:
            return Job(self, known.id)
        model, prices = check(spec), prices_of(spec.generate)
        job_id = spec.job_id or _new_id(spec.subject)
        user = spec.user or getpass.getuser()
        record = JobRecord(id=job_id, spec=spec, model=model, prices=prices, user=user)
        # The store first: a job that the ledger knows can then always be rebuilt from the store.
        stored = stored_record(self.store, job_id)
        keep_record(self.store, record.model_copy(update={"submitted_at_ms": int(time.time() * 1000)}))
        reached(f"submit/{job_id}/after_store")
        if stored is not None:
            self._bring_back_spending(stored)
        accepted = self.ledger.submit(record, make_plan(spec, model))
        agree_on_record(self.store, accepted)
        self._same_request(accepted, spec)
        nudge(self._app)
        return Job(self, accepted.id)

    def _bring_back_spending(self, job: JobRecord) -> None:
        """Tell a ledger that lost the job what it has spent on language models."""
        if models_asked(job.spec.generate):
            spent = spent_before(self.store, job, read_shelf(self.store, job).artifacts)
            self.ledger.spent_at_least(job.id, spent)

    def _known(self, spec: JobSpec) -> JobRecord | None:
        if spec.job_id is None or spec.job_id not in {job.id for job in self.ledger.jobs()}:
            return None
        job = self.ledger.job(spec.job_id)
        self._same_request(job, spec)
        return job

    def _same_request(self, job: JobRecord, spec: JobSpec) -> None:
        if job.spec.sha256 != spec.sha256:
            raise InvalidSpec(
                f"Job id {job.id!r} belongs to a job with another specification.",
                next_step=f"Choose another id, or look at it with `finetune status {job.id}`.",
            )

    def job(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            UnknownJob: the server does not know it; the next step says so when the store does.
        """
        try:
            self.ledger.job(job_id)
        except UnknownJob as error:
            if self._is_stored(job_id):
                raise UnknownJob(
                    f"The server does not know job {job_id!r}, but the store does.",
                    next_step=f"`finetune resume {job_id} --from-store` brings it back with all that was finished.",
                ) from error
            raise
        return Job(self, job_id)

    def _is_stored(self, job_id: str) -> bool:
        try:
            return stored_record(self.store, job_id) is not None
        except (StoreUnavailable, ArtifactCorrupt):
            # The answer is that the server does not know it; a fault of the store must not hide that.
            return False

    def restore(self, job_id: str) -> Restored:
        """Bring back a job that the server lost, wholly or its last part, from its artifacts in the store.

        Only what is missing, or was made from what is missing, is done again. A job that was published or rejected is
        ended; any other, also a failed or cancelled one, goes on.

        Raises:
            UnknownJob: the store does not know it either.
            IllegalTransition: the server knows the job and lacks nothing, or its units are being worked on.
            ArtifactCorrupt: the server counts something as done that the store does not have.
        """
        known = {job.id: job for job in self.ledger.jobs()}.get(job_id)
        stored = stored_record(self.store, job_id)
        if stored is None:
            raise UnknownJob(
                f"The store {self.settings.store} does not know job {job_id!r}.",
                next_step="`finetune jobs --from-store` lists the jobs that it knows.",
            )
        if known is not None:
            self._same_request(known, stored.spec)
            _can_take_in(known, self.ledger.standing(job_id))
        plan = make_plan(stored.spec, stored.model)
        shelf = read_shelf(self.store, stored)
        held = self.ledger.outputs(job_id) if known else {}
        committed = [path for paths in held.values() for path in paths]
        choice = choose(plan, shelf.artifacts, committed)
        # First of all: whoever works on the job again is held to what is left of its budget.
        self._bring_back_spending(stored)
        if known is None:
            self.ledger.submit(stored.model_copy(update=_AS_SUBMITTED), plan)
        elif len(choice.done) == len(committed):
            raise IllegalTransition(
                f"The server knows job {job_id} and has all that the store has.",
                next_step=f"`finetune resume {job_id}` goes on with it.",
            )
        else:
            _requeue(self.ledger, job_id)
        replay(self.ledger, job_id, plan, choice, shelf.artifacts)
        record = advance(self.ledger, job_id)
        self.nudge()
        return Restored(record, self.ledger.standing(job_id).stages, {**shelf.ignored, **choice.ignored})

    def jobs(self, user: str = "") -> list[JobRecord]:
        """Records of all jobs, oldest first; of one user when given."""
        return [job for job in self.ledger.jobs() if not user or job.user == user]

    def workers(self) -> list[WorkerInfo]:
        """Live workers by name, with their queues, slots and accelerators."""
        return self.ledger.workers()

    @property
    def embedded(self) -> bool:
        """Whether the server is this machine's own, whose workers come and go with its clients."""
        return self._local is not None

    def health(self) -> ClusterHealth:
        """How queues, leases and the server stand; `finetune doctor --cluster` reads it."""
        return self.ledger.health()

    def nudge(self) -> None:
        """Ask a control worker to look at the ledger now instead of at its next round."""
        nudge(self._app)


class Job:
    """A submitted job."""

    def __init__(self, client: Client, job_id: str) -> None:
        self._client = client
        self.id = job_id

    def __repr__(self) -> str:
        return f"Job({self.id!r})"

    @property
    def record(self) -> JobRecord:
        """What was asked and where it stands now."""
        return self._client.ledger.job(self.id)

    def view(self) -> JobView:
        """Everything the ledger knows of it, at one instant."""
        return self._client.ledger.view(self.id)

    def outputs(self) -> Outputs:
        """Paths of the artifacts that its finished units made, by stage, relative to the store."""
        return self._client.ledger.outputs(self.id)

    def progress(self) -> list[StageProgress]:
        """Each stage's done, total, rate and time left, in order."""
        return measure(self.view())

    def events(self, *, poll_s: float = POLL_S) -> Iterator[JobEvent]:
        """Typed events until the job ends: `StateChanged`, `ProgressChanged` (done/total, rate, ETA), `UnitNotice`, and
        of its examples `DataAlert` and, before training begins, `DataForecast`.

        Begins with the present state, so that a watcher may come and go; notices of the past are not told again, alerts
        and forecast are.
        """
        news = News(self.outputs, self._client.store)
        seen: dict[str, StageProgress] = {}
        state: JobState | None = None
        after = self._last_entry()
        while True:
            view = self.view()
            for entry in self._client.ledger.events(self.id, after):
                after = entry.id
                if entry.kind in _NOTICES:
                    yield UnitNotice(entry.kind, entry.stage, entry.shard, entry.text)
            left = eta_s(view)
            for progress in measure(view):
                if progress.state != "waiting" and not _same(seen.get(progress.stage), progress):
                    seen[progress.stage] = progress
                    yield ProgressChanged(progress, left)
            yield from news.look(view)
            if view.job.state is not state:
                state = view.job.state
                yield StateChanged(state, view.job.reason)
            if view.job.ended:
                return
            time.sleep(poll_s)

    def _last_entry(self) -> str:
        after = "0"
        while entries := self._client.ledger.events(self.id, after):
            after = entries[-1].id
        return after

    def wait(self, timeout_s: float | None = None) -> JobResult:
        """Block until the job ends and return its result.

        A job that the gate rejected is a result, not an error.

        Raises:
            TimeoutError: it did not end within ``timeout_s``; it goes on all the same.
            JobFailed: it failed or was cancelled; ``stage`` and the message say where and why.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not (job := self.record).ended:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"Job {self.id} is still {job.state} after {timeout_s:.0f} s; it goes on.")
            time.sleep(POLL_S)
        if job.state in RESUMABLE:
            where = f" in stage {job.failed_stage}" if job.failed_stage else ""
            raise JobFailed(
                f"Job {self.id} {job.state}{where}: {job.reason}",
                stage=job.failed_stage,
                next_step=f"Mend the cause, then `finetune resume {self.id}` redoes only what is missing.",
            )
        return self.result()

    def result(self) -> JobResult:
        """What the job has made so far; writes the report (one HTML page) if that is not there yet."""
        # The report's template engine is loaded by those who ask for a result only.
        from agent.results import read_result

        return read_result(self.view(), self.outputs(), self._client.store)

    def cost_forecast(self) -> CostForecast | None:
        """What its language models will likely take; None before its chunks are known, or where it asks none."""
        record = self.record
        return (
            read_cost_forecast(record, self.outputs(), self._client.store)
            if models_asked(record.spec.generate)
            else None
        )

    def discovery(self) -> Discovery | None:
        """The documents that were found, with scores, licences and topics; None while they are being looked for."""
        return read_discovery(self.outputs(), self._client.store)

    def dataset(self) -> Dataset:
        """The training examples as they stand now: counts, alerts, forecast, samples, the way back of each row to its
        page; also while they are made, and after the job failed or was rejected."""
        from agent.dataset.view import Dataset

        view, store = self.view(), self._client.store
        failures = read_failures(store, self.id, view.job.failed_stage) if view.job.failed_stage else ()
        return Dataset(view, self.outputs(), store, failures)

    def cancel(self) -> JobRecord:
        """Stop it; running work ends at its next beat. It can be resumed.

        Raises:
            IllegalTransition: it has ended already.
        """
        if self.record.ended:
            raise IllegalTransition(f"Job {self.id} is {self.record.state} already.", next_step="Nothing to cancel.")
        self._client.ledger.cancel(self.id)
        return advance(self._client.ledger, self.id)

    def resume(self) -> JobRecord:
        """Go on with a failed or cancelled job: only what is missing is done.

        Raises:
            IllegalTransition: it completed, or the gate rejected it. A running job is left alone.
        """
        job = _requeue(self._client.ledger, self.id)
        if job.ended:
            raise _nothing_to_resume(job)
        self._client.nudge()
        return advance(self._client.ledger, self.id)


def _requeue(ledger: Ledger, job_id: str) -> JobRecord:
    """The job, queued with all that is missing if it had failed or was cancelled."""
    while (job := ledger.job(job_id)).state in RESUMABLE:
        ledger.resume(job_id)
        queued = apply(job, Move(JobState.QUEUED))
        if ledger.save(queued, job.version):
            return queued
    return job


def _nothing_to_resume(job: JobRecord) -> IllegalTransition:
    return IllegalTransition(f"Job {job.id} is {job.state}; there is nothing to resume.", next_step="Submit a new job.")


def _can_take_in(job: JobRecord, standing: Standing) -> None:
    """Raises IllegalTransition when artifacts of the store cannot be entered into a job that the server knows."""
    if job.ended and job.state not in RESUMABLE:
        raise _nothing_to_resume(job)
    if any(counts.running for counts in standing.stages.values()):
        raise IllegalTransition(
            f"Job {job.id} is being worked on; its artifacts are taken in only while nobody does.",
            next_step=f"Let it go on, or `finetune cancel {job.id}` first.",
        )


def _same(before: StageProgress | None, now: StageProgress) -> bool:
    """Equal but for the clock: an idle stage's time and rate change for ever and are no news."""
    if before is None:
        return False
    return replace(before, elapsed_s=0.0, rate_per_s=0.0, eta_s=None) == replace(
        now, elapsed_s=0.0, rate_per_s=0.0, eta_s=None
    )


def _new_id(subject: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:30].strip("-") or "job"
    return f"{words}-{uuid.uuid4().hex[:6]}"
