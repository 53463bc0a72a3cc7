"""Chooses the artifacts from which a lost ledger is rebuilt. Pure.

Several attempts at a unit may have left complete artifacts, and only artifacts that fit together may be taken: what was
made from an artifact that is not taken is stale. The furthest stage decides, since the most work stands behind it: its
newest artifact is taken with all that it was made from, then the next, as long as it contradicts nothing taken before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.canvas.plan import Plan
from agent.contract import Stage
from agent.errors import ArtifactCorrupt
from agent.job.artifacts import Manifest

UnitName = tuple[Stage, str]
"""Stage and shard."""

SUPERSEDED = "replaced by another attempt"
STALE = "made from what is gone or replaced"
_ORDER = list(Stage)


@dataclass(frozen=True)
class Choice:
    """What the ledger should hold."""

    done: Mapping[UnitName, str]
    """Unit -> path of its artifact, in the order in which they follow from each other."""
    set_aside: tuple[UnitName, ...]
    """Units without which a later stage was finished, so they must have been given up; in the same order."""
    ignored: Mapping[str, str]
    """Path -> why it was not taken."""


def choose(plan: Plan, artifacts: Mapping[str, Manifest], committed: Iterable[str] = ()) -> Choice:
    """What a ledger should hold, given the complete artifacts of a job, by path.

    ``committed`` are the artifacts that a ledger which lost only its last entries holds already: they are taken first,
    whatever else is there.

    Raises:
        ArtifactCorrupt: a committed artifact is not among the complete ones.
    """
    chooser = _Chooser(plan, artifacts)
    for path in committed:
        chooser.take_as_given(path)
    for path in sorted(artifacts, key=lambda path: _rank(artifacts[path]), reverse=True):
        chooser.take(path)
    taken = set(chooser.taken.values())
    return Choice(
        done=dict(sorted(chooser.taken.items(), key=lambda item: _place(item[0]))),
        set_aside=tuple(sorted(chooser.given_up(), key=_place)),
        ignored={path: chooser.why_not(path) for path in artifacts if path not in taken},
    )


class _Chooser:
    """Takes artifacts one after the other, never two that contradict each other."""

    def __init__(self, plan: Plan, artifacts: Mapping[str, Manifest]) -> None:
        self.taken: dict[UnitName, str] = {}
        self._plan = plan
        self._artifacts = artifacts
        self._joins = {join.stage: join for join in plan.joins}
        self._refused: set[str] = set()
        self._named = {
            (path, Stage(unit.stage), unit.shard): unit.inputs
            for path, manifest in artifacts.items()
            for unit in manifest.successors
        }
        """What each artifact names as its successors, with what these read."""

    def take_as_given(self, path: str) -> None:
        """Take an artifact without judging it."""
        if path not in self._artifacts:
            raise ArtifactCorrupt(
                f"The server counts {path} as done, and the store has no complete artifact there.",
                next_step="Restore the store from a backup, or submit the job again under another id.",
            )
        self.taken[_unit_of(self._artifacts[path])] = path

    def take(self, path: str) -> None:
        """Take an artifact with all that it was made from, if that is there and contradicts nothing."""
        needed: dict[UnitName, str] = {}
        if self._fits(path, needed):
            self.taken |= needed

    def _fits(self, path: str, needed: dict[UnitName, str]) -> bool:
        """Whether it can be taken; gathers in ``needed`` what is to be taken with it."""
        if path not in self._artifacts or path in self._refused:
            return False
        unit = _unit_of(self._artifacts[path])
        other = self.taken.get(unit) or needed.get(unit)
        if other is not None:
            return other == path
        needed[unit] = path
        if not self._follows(path):
            self._refused.add(path)
            return False
        for source in self._artifacts[path].inputs:
            if not self._fits(source, needed):
                if source in self._refused or self._contradicts(source):
                    # What is taken stays taken, so it will not fit later either.
                    self._refused.add(path)
                return False
        return True

    def _contradicts(self, path: str) -> bool:
        """Whether another attempt at its unit is taken."""
        return self.taken.get(_unit_of(self._artifacts[path]), path) != path

    def _follows(self, path: str) -> bool:
        """Whether the graph of the job leads from what the artifact was made from to its unit."""
        manifest = self._artifacts[path]
        stage, shard = _unit_of(manifest)
        sources = [_unit_of(self._artifacts[source])[0] for source in manifest.inputs if source in self._artifacts]
        if len(sources) < len(manifest.inputs) or not all(self._leads(source, stage) for source in sources):
            return False
        if stage is self._plan.stages[0].stage:
            return shard == "0" and not sources
        if join := self._joins.get(stage):
            whole = {source for source in join.collects if self._plan.stage(source).required}
            return shard == "0" and bool(sources) and whole <= set(sources) <= set(join.collects)
        return any(self._named.get((source, stage, shard)) == manifest.inputs for source in manifest.inputs)

    def _leads(self, source: Stage, stage: Stage) -> bool:
        """Whether something of ``stage`` can be made from something of ``source``."""
        ahead = _ORDER.index(source) < _ORDER.index(stage)
        return ahead or any((edge.source, edge.target) == (source, stage) for edge in self._plan.edges)

    def given_up(self) -> Iterator[UnitName]:
        """Units before a join that is done, without an artifact: a join waits until all before it are done or given up.

        Their own successors never came to be.
        """
        finished = {
            source for stage, _ in self.taken if stage in self._joins for source in self._joins[stage].waits_for
        }
        for path in self.taken.values():
            for unit in self._artifacts[path].successors:
                name = (Stage(unit.stage), unit.shard)
                if name[0] in finished and name not in self.taken and not self._plan.stage(name[0]).required:
                    yield name

    def why_not(self, path: str) -> str:
        """Why an artifact was not taken."""
        return SUPERSEDED if self._contradicts(path) else STALE


def _unit_of(manifest: Manifest) -> UnitName:
    return Stage(manifest.stage), manifest.shard


def _place(unit: UnitName) -> tuple[int, str]:
    return _ORDER.index(unit[0]), unit[1]


def _rank(manifest: Manifest) -> tuple[int, str, str]:
    """Later stages first, then later times; the attempt settles ties, so that the choice is always the same."""
    return _ORDER.index(Stage(manifest.stage)), manifest.finished_at, manifest.attempt
