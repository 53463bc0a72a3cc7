"""A job's dataset as it stands: `agent.client.Job.dataset`. Files are read line by line; nothing is held whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.contract import Stage
from agent.dataset.export import About, export
from agent.dataset.news import read_alerts, read_forecast
from agent.dataset.origin import Origin
from agent.dataset.places import EXAMPLES_FILE, Places, places
from agent.dataset.select import Filter, Line, matching, sampled
from agent.dataset.shapes import ExportFormat
from agent.dataset.shown import Shown, shown
from agent.dataset.summary import Counts, Summary, set_aside
from agent.dataset.trace import Trace
from agent.errors import UnknownRow, UsageError
from agent.job.artifacts import Failure, Tally
from agent.job.records import Example, Rejected, SourceEntry
from agent.ledger.contract import JobView, Outputs
from agent.store import ArtifactReader, Store
from agent.store.artifact import REJECTED_FILE, producer

MADE_IN = (Stage.GENERATE, Stage.ASSEMBLE, Stage.CLEAR)
NOUN = "examples"
SOURCES_FILE = "sources.jsonl"


class Dataset:
    """What there is of a job's rows at the moment it was asked for, also while they are made or after it failed."""

    def __init__(self, view: JobView, outputs: Outputs, store: Store, failures: Sequence[Failure] = ()) -> None:
        self._view = view
        self._outputs = outputs
        self._store = store
        self._failures = [failure for failure in failures if failure.stage in MADE_IN]
        self._places: Places = places(outputs)

    def summary(self) -> Summary:
        """Counts of all rows, what was set aside, alerts and forecast."""
        counts = Counts()
        for line in self._matching(Filter()):
            counts.add(line)
        generate = self._view.stages[Stage.GENERATE]
        return Summary(
            job_id=self._view.job.id,
            standing=self._places.standing,
            counts=counts,
            units=(generate.done, generate.units),
            set_aside=set_aside(self._tallies()),
            alerts=read_alerts(self._view, self._outputs, self._store),
            forecast=read_forecast(self._outputs, self._store),
        )

    def rows(self, wanted: Filter | None = None) -> Iterator[Shown]:
        """The rows that fit, in the order of the dataset."""
        return map(shown, self._matching(wanted or Filter()))

    def sample(self, size: int, wanted: Filter | None = None, seed: int = 0) -> list[Shown]:
        """So many rows by chance, the same for the same seed and dataset; fewer where fewer fit."""
        return [shown(line) for line in sampled(self._matching(wanted or Filter()), size, seed)]

    def refused(self, reason: str = "", most: int = 20) -> list[tuple[Stage, Rejected]]:
        """Examples that were set aside, with the stage that did it; the first ``most`` of each reason.

        Raises:
            UnknownRow: nothing was set aside for this reason; the next step names those that there are.
        """
        found: dict[str, list[tuple[Stage, Rejected]]] = {}
        for stage, item in self._rejected():
            same = found.setdefault(item.reason, [])
            if len(same) < most:
                same.append((stage, item))
        if reason and reason not in found:
            reasons = ", ".join(sorted(found))
            raise UnknownRow(
                f"No example of job {self._view.job.id} was set aside as {reason!r}.",
                next_step=f"The reasons are: {reasons}." if reasons else "None was set aside at all.",
            )
        return found[reason] if reason else [item for _, items in sorted(found.items()) for item in items]

    def explain(self, row_id: str) -> Origin:
        """Where the row with this id, or the beginning of one, comes from.

        Raises:
            UnknownRow: no row, or more than one, has such an id.
            ArtifactCorrupt: what it was made from is not in the store any more.
        """
        return Trace(self._view.job.id, self._outputs, self._store, self._places).of(row_id)

    def export(self, format: ExportFormat, folder: Path) -> list[Path]:
        """Write the dataset to a new folder in one of the `ExportFormat`s, with its card; returns the files.

        Raises:
            UsageError: the dataset is not built yet, or the folder has something in it or cannot be written.
        """
        job = self._view.job
        if self._places.standing not in ("assembled", "cleared"):
            raise UsageError(
                f"The dataset of job {job.id} is not built yet.",
                next_step=f"`finetune watch {job.id}` follows it; `finetune data {job.id} --sample 10` shows what "
                "there is.",
            )
        built = ArtifactReader(self._store, self._places.files[0].rsplit("/", 1)[0])
        assembled = ArtifactReader(self._store, self._outputs[Stage.ASSEMBLE][0])
        about = About(
            job_id=job.id,
            subject=job.spec.subject,
            producer=producer(),
            system_prompt=job.spec.assemble.system_prompt,
            languages=job.spec.parse.languages,
            facts=assembled.manifest.facts,
        )
        try:
            sources = list(built.records(SOURCES_FILE, SourceEntry))
            examples = map(Example.model_validate_json, self._store.lines(f"{built.path}/{EXAMPLES_FILE}"))
            return export(examples, sources, format, folder, about=about)
        except FileExistsError as error:
            raise UsageError(
                f"The folder {str(folder)!r} is not empty.", next_step="Name another with --output."
            ) from error
        except OSError as error:
            raise UsageError(
                f"The folder {str(folder)!r} cannot be written: {error.strerror or error}.",
                next_step="Name another with --output.",
            ) from error

    def _matching(self, wanted: Filter) -> Iterator[Line]:
        for path in self._places.files:
            yield from matching(self._store.lines(path), wanted)

    def _tallies(self) -> Iterator[tuple[str, Tally]]:
        for stage in MADE_IN:
            for path in self._outputs.get(stage, ()):
                yield stage, ArtifactReader(self._store, path).manifest.tallies.get(NOUN, Tally())
        for failure in self._failures:
            yield failure.stage, failure.tallies.get(NOUN, Tally())

    def _rejected(self) -> Iterator[tuple[Stage, Rejected]]:
        for stage in MADE_IN:
            for path in self._outputs.get(stage, ()):
                if REJECTED_FILE in ArtifactReader(self._store, path).manifest.files:
                    items = map(Rejected.model_validate_json, self._store.lines(f"{path}/{REJECTED_FILE}"))
                    yield from ((stage, item) for item in items if item.noun == NOUN)
        for failure in self._failures:
            yield from ((failure.stage, item) for item in failure.rejected if item.noun == NOUN)
