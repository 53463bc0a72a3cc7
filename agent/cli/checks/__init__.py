"""What `finetune doctor` looks at."""

from __future__ import annotations

from agent.cli.checks.check import Check
from agent.cli.checks.cluster import cluster_checks
from agent.cli.checks.machine import machine_checks
from agent.cli.checks.packages import package_checks
from agent.cli.checks.services import service_checks
from agent.settings import Settings

__all__ = ["all_checks", "cluster_checks"]


def all_checks(settings: Settings) -> list[Check]:
    """Every check, in the order in which a person would mend things."""
    return [*package_checks(), *service_checks(settings), *machine_checks(settings)]
