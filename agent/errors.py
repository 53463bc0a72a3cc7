"""Every exception this project raises on purpose, in one tree.

    FinetuneError
    ├── UsageError              you misused it: the caller can fix the call
    │   ├── InvalidSpec             a job specification that contradicts itself or names what is not there
    │   ├── UnknownModel            a base model that cannot be found
    │   ├── UnknownJob              a job id the ledger does not know
    │   ├── IllegalTransition       a command that the job's state does not allow
    │   └── MissingDependency       an extra, a program or a file that must be installed first
    └── OperationFailed         it failed: the world did not play along
        ├── BrokerUnavailable       the Redis/Valkey server cannot be reached or refuses us
        ├── StoreUnavailable        the artifact store cannot be read or written
        │   └── StoreFull               no space left in the store
        ├── ArtifactCorrupt         an artifact whose content does not match its manifest
        ├── SourceFailed            a source answered with an error or not at all
        ├── DocumentRejected        one document that cannot be used, with its short reason
        ├── GenerationFailed        the example generator cannot go on
        │   └── EndpointAway            its language model answered before and does so no more
        ├── BudgetSpent             the job's budget of tokens or money does not hold another call
        ├── NotEnoughData           too few documents or examples for what was asked
        ├── TrainingFailed          the training process died or diverged
        ├── JobFailed               a job ended in failure; carries the stage and reason
        ├── JobCancelled            the job was cancelled while this piece of work ran
        ├── WorkerLeaving           this worker was asked to stop; the unit goes back unharmed
        ├── ProcessKilled           a process of ours was ended by a signal that we did not send
        └── Superseded              another worker took this unit over; our result must not be written

Each message is one line that names the thing, its value and the next step. ``next_step`` holds the last part
apart, so that a terminal can set it off.
"""

from __future__ import annotations


class FinetuneError(Exception):
    """Base of the tree. ``str()`` gives the message followed by the next step."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UsageError(FinetuneError):
    """The caller asked for something that cannot be; another call can succeed."""


class InvalidSpec(UsageError):
    """A job specification that contradicts itself or names what is not there."""


class UnknownModel(UsageError):
    """A base model that is neither in the catalogue, nor a folder, nor on the hub."""


class UnknownJob(UsageError):
    """A job id that the ledger does not know."""


class UnknownRow(UsageError):
    """A row, or a filter of rows, that fits nothing in a dataset."""


class IllegalTransition(UsageError):
    """A command that the job's present state does not allow."""


class MissingDependency(UsageError):
    """Something must be installed first; ``next_step`` is the command that does it."""


class OperationFailed(FinetuneError):
    """The call was right and the world did not play along."""


class BrokerUnavailable(OperationFailed):
    """The Redis/Valkey server cannot be reached, or refuses our password."""


class StoreUnavailable(OperationFailed):
    """The artifact store cannot be read or written."""


class StoreFull(StoreUnavailable):
    """No space is left in the artifact store; free some and resume the job."""


class ArtifactCorrupt(OperationFailed):
    """An artifact is missing parts or does not have the sha256 its manifest states."""


class SourceFailed(OperationFailed):
    """A source answered with an error or not at all."""


class DocumentRejected(OperationFailed):
    """One document cannot be used; the job goes on without it.

    ``reason`` is a short snake_case word that becomes a counter in the funnel.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class GenerationFailed(OperationFailed):
    """The example generator cannot go on (no key, endpoint down)."""


class EndpointAway(GenerationFailed):
    """An endpoint of language models that answered before does so no more; it may come back by itself."""


class BudgetSpent(OperationFailed):
    """The job's budget of tokens or money does not hold another call to a language model; none was sent."""


class NotEnoughData(OperationFailed):
    """Too few documents or examples are left for what was asked."""


class TrainingFailed(OperationFailed):
    """The training process died, diverged or wrote nothing usable."""


class JobFailed(OperationFailed):
    """A job ended in failure."""

    def __init__(self, message: str, *, stage: str = "", next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.stage = stage


class JobCancelled(OperationFailed):
    """The job was cancelled while this piece of work ran; stop and write nothing more."""


class WorkerLeaving(OperationFailed):
    """This worker was asked to stop; what it holds is handed back unharmed."""


class ProcessKilled(OperationFailed):
    """A process of ours was ended by a signal that we did not send: a fault of the machine, not of the work."""


class Superseded(OperationFailed):
    """Another worker holds a newer epoch of this unit; stop and write nothing more."""
