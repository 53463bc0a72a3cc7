"""What a user asks for: `JobSpec` and one configuration class per stage."""

from agent.spec.job import JobSpec
from agent.spec.stages import (
    AssembleConfig,
    CurateConfig,
    DiscoverConfig,
    EvaluateConfig,
    FailurePolicy,
    GenerateConfig,
    ParseConfig,
    PermissionConfig,
    PublishConfig,
    RetrieveConfig,
    TrainConfig,
)

__all__ = [
    "AssembleConfig",
    "CurateConfig",
    "DiscoverConfig",
    "EvaluateConfig",
    "FailurePolicy",
    "GenerateConfig",
    "JobSpec",
    "ParseConfig",
    "PermissionConfig",
    "PublishConfig",
    "RetrieveConfig",
    "TrainConfig",
]
