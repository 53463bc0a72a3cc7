"""What must hold when random faults are over, and the figures of the run."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from agent.client import Job
from agent.contract import Stage
from agent.errors import ArtifactCorrupt, FinetuneError
from agent.job.states import JobState
from agent.store import ArtifactReader
from tests.faults.cluster import Cluster
from tests.faults.story import Unit

Hit = tuple[str, Unit]
"""A job's id and the unit that the broken process held."""
_ORPHANS_END_S = 20.0
"""A training child whose worker was killed notices and ends; a package that is being written may be finished first."""
_DRAIN_S = 60.0
"""Messages that were sent twice wait for a free slot, lost ones for their time to be counted as lost."""


@dataclass(frozen=True)
class Fault:
    """What was broken, when (milliseconds since 1970), and who worked on what there."""

    ms: int
    kind: str
    hits: tuple[Hit, ...] = ()


@dataclass
class Totals:
    """The figures of one run."""

    figures: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """For people, one figure a line."""
        return [f"{name:44} {value}" for name, value in self.figures.items()]


def broken_promises(cluster: Cluster, jobs: Sequence[Job], submitted: int, dataset: dict[str, str]) -> list[str]:
    """One line for each thing that does not hold; ``dataset`` is what an undisturbed job of the same kind made."""
    broken = [] if len(jobs) == submitted else [f"{submitted - len(jobs)} of {submitted} jobs could not be submitted"]
    for job in jobs:
        broken += [f"{job.id}: {what}" for what in _broken_in(cluster, job, dataset)]
    try:
        cluster.assert_drained(_DRAIN_S)
    except AssertionError:
        broken.append(f"the server has not drained: {cluster.left_over()}")
    if active := cluster.client.ledger.active():
        broken.append(f"jobs still count as active: {active}")
    # Beside the workers that live, none of their dead forerunners' processes may be left.
    left = _after(_ORPHANS_END_S, str(cluster.settings.home), {worker.pid for worker in cluster.workers.values()})
    return [*broken, *(f"an orphan: {process}" for process in left)]


def _broken_in(cluster: Cluster, job: Job, dataset: dict[str, str]) -> list[str]:
    record = job.record
    if record.state is not JobState.COMPLETED:
        return [f"is {record.state} instead of completed: {record.reason}"]
    broken = []
    story, view, outputs = cluster.story(job), job.view(), job.outputs()
    commits = Counter(moment.unit for moment in story.of("committed"))
    for stage, counts in view.stages.items():
        committed = [unit for unit in commits if unit[0] == stage]
        if not counts.units == counts.done == len(committed) == len(outputs[stage]):
            broken.append(
                f"{stage} has {counts.units} units, {counts.done} done, {len(committed)} told as committed, "
                f"{len(outputs[stage])} artifacts"
            )
        started = {moment.text.rsplit("/", 1)[-1] for moment in story.of("started", stage)}
        for path in outputs[stage]:
            broken += _broken_at(cluster, path, started)
    broken += [f"{unit} was committed {count} times" for unit, count in commits.items() if count != 1]
    broken += [f"{unit} was set aside: {text}" for unit, text in ((m.unit, m.text) for m in story.of("set_aside"))]
    try:
        cluster.assert_counts_reconcile(job)
    except AssertionError as error:
        broken.append(f"counts do not add up: {error}")
    if (made := cluster.dataset(job)) != dataset:
        broken.append(f"its dataset is another: {made} instead of {dataset}")
    try:
        result = job.result()
        if not (Path(result.model_uri) / "model.safetensors").is_file():
            broken.append(f"no published model at {result.model_uri!r}")
    except (FinetuneError, OSError) as error:
        broken.append(f"its result cannot be read: {error}")
    return broken


def _broken_at(cluster: Cluster, path: str, started: set[str]) -> list[str]:
    """What is wrong with a committed artifact: unreadable, changed, or of an attempt that nobody started."""
    try:
        reader = ArtifactReader(cluster.client.store, path)
        for name in reader.manifest.files:
            reader.read_file(name)
    except ArtifactCorrupt as error:
        return [str(error)]
    token = path.rsplit("-", 1)[-1]
    return [] if token in started else [f"{path} was made by an attempt that was never started"]


def left_running(home: str) -> list[str]:
    """Processes of a deployment that has been stopped."""
    return _after(_ORPHANS_END_S, home, set())


def _after(seconds: float, home: str, expected: set[int]) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := list(_processes_of(home, expected))) and time.monotonic() < deadline:
        time.sleep(0.5)
    return left


def _processes_of(home: str, expected: set[int]) -> Iterable[str]:
    for process in psutil.process_iter():
        try:
            ours = process.status() != psutil.STATUS_ZOMBIE and process.environ().get("FINETUNE_HOME") == home
            if ours and not expected & {process.pid, *(each.pid for each in process.parents())}:
                yield f"{process.pid} {' '.join(process.cmdline())[:200]}"
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def totals_of(cluster: Cluster, jobs: Sequence[Job], faults: Sequence[Fault], wall_s: float, calm_s: float) -> Totals:
    """All figures of a run, from events, logs and the store."""
    stories = {job.id: cluster.story(job) for job in jobs}
    starts = sum(sum(story.starts().values()) for story in stories.values())
    units = sum(len(story.starts()) for story in stories.values())
    logs = "\n".join(worker.log.read_text(errors="replace") for worker in cluster.workers.values())
    waits = sorted(
        wait
        for fault in faults
        for job_id, unit in fault.hits
        if (wait := stories[job_id].recovery_s(unit, fault.ms)) is not None
    )
    complete = {
        (job.id, stage, name)
        for job in jobs
        for stage in Stage
        for name in cluster.client.store.list(f"jobs/{job.id}/{stage}")
        if cluster.client.store.exists(f"jobs/{job.id}/{stage}/{name}/manifest.json")
    }
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(fault.kind for fault in faults).most_common())

    def told(kind: str) -> int:
        return sum(len(story.of(kind)) for story in stories.values())

    ends = Counter(str(job.record.state) for job in jobs)
    return Totals(
        {
            "jobs": ", ".join(f"{count} {state}" for state, count in ends.items()),
            "units": str(units),
            "commits": str(told("committed")),
            "committed more than once": str(sum(story.doubled() for story in stories.values())),
            "started and never committed": str(sum(story.lost() for story in stories.values())),
            "starts": f"{starts} ({starts - units} again)",
            "lapsed": str(told("lapsed")),
            "tried again after an error": str(told("retry")),
            "set aside": str(told("set_aside")),
            "duplicates refused": str(len(re.findall(r"nothing to do$", logs, re.MULTILINE))),
            "superseded or given up": str(len(re.findall(r"epoch \d+: superseded$", logs, re.MULTILINE))),
            "handed back": str(len(re.findall(r"epoch \d+: handed_back$", logs, re.MULTILINE))),
            "artifacts complete, never committed": str(len(complete) - told("committed")),
            "faults": f"{len(faults)}: {kinds}",
            "seconds from a fault to the unit's next start": (
                f"median {statistics.median(waits):.1f}, worst {waits[-1]:.1f}, of {len(waits)}" if waits else "none"
            ),
            "seconds in all": f"{wall_s:.0f}, of these {calm_s:.0f} after the last fault",
        }
    )


def write_evidence(
    cluster: Cluster, jobs: Sequence[Job], faults: Sequence[Fault], broken: Sequence[str], folder: Path
) -> None:
    """The faults, the broken promises and each job's events, beside the logs of the cluster."""
    folder.mkdir(parents=True)
    (folder / "broken.txt").write_text("\n".join(broken) + "\n", encoding="utf-8")
    lines = [json.dumps({"ms": fault.ms, "kind": fault.kind, "hits": fault.hits}) for fault in faults]
    (folder / "faults.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for job in jobs:
        told = [f"{m.ms} {m.kind} {m.unit[0]}/{m.unit[1]} {m.text}" for m in cluster.story(job).moments]
        (folder / f"{job.id}.events.txt").write_text("\n".join(told) + "\n", encoding="utf-8")
