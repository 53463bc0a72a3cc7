"""What a finished job hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.contract import Stage
from agent.job.artifacts import Failure, Tally
from agent.job.cost_forecast import CostForecast
from agent.job.evaluation import Evaluation, Verdict
from agent.job.states import JobState
from agent.job.usage import Usage


@dataclass(frozen=True)
class JobResult:
    """The end of a job: the verdict, what it rests on, and where everything lies."""

    job_id: str
    state: JobState
    reason: str
    verdict: Verdict | None
    """None when the job did not get as far as the gate."""
    evaluation: Evaluation | None
    funnel: Mapping[Stage, Mapping[str, Tally]] = field(default_factory=dict)
    """Stage -> noun -> counts; each reconciles."""
    model_uri: str = ""
    """Folder of the published model; empty when nothing was published."""
    provenance_uri: str = ""
    report_uri: str = ""
    failures: Sequence[Failure] = ()
    """What the units that failed for good had found out, where the job failed by them."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Source or service that was asked and gave nothing, or less than it has -> why."""
    usage: Mapping[Stage, Usage] = field(default_factory=dict)
    """Stage -> what its calls to language models took."""
    foreseen: CostForecast | None = None
    """What they were expected to take."""

    @property
    def published(self) -> bool:
        """Whether a model was published."""
        return bool(self.model_uri)

    @property
    def metrics(self) -> dict[str, float]:
        """The figures of the verdict by name: perplexity and accuracy of base and tuned, and their gains."""
        figures: dict[str, float] = {}
        if self.evaluation and (perplexity := self.evaluation.perplexity):
            figures |= {
                "perplexity_base": perplexity.base,
                "perplexity_tuned": perplexity.tuned,
                "perplexity_gain": perplexity.gain,
            }
        if self.evaluation and (accuracy := self.evaluation.accuracy):
            figures |= {
                "accuracy_base": accuracy.base,
                "accuracy_tuned": accuracy.tuned,
                "accuracy_gain": accuracy.gain,
            }
        return figures
