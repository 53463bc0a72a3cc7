"""Counts for the report what a profile cost: documents kept out, and how many more another would let go on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from agent.job.licences import LICENCE_UNKNOWN, PROFILES, Profile
from agent.report.licence_advice import licence_advice
from agent.spec import PermissionConfig
from workers.crawl.permission.decide import Decision, Reading
from workers.crawl.permission.foresee import profiles_for


class PermissionTally:
    """What became of documents that permission kept out of one unit."""

    def __init__(self, config: PermissionConfig) -> None:
        self._config = config
        self._verdicts: Counter[str] = Counter()
        self._more: Counter[Profile] = Counter()
        self._reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, readings: Sequence[Reading], decision: Decision) -> None:
        """Count a document that does not go on, whose readings these are."""
        self._verdicts[decision.verdict] += 1
        self._more.update(profiles_for(readings, self._config))
        self._reasons[readings[0].source][decision.reason] += 1

    def reasons(self, source: str) -> Mapping[str, int]:
        """Reason -> documents of this source."""
        return self._reasons[source]

    def next_step(self) -> str:
        """What would let documents go on that were kept out, '' when nothing would."""
        return licence_advice(self._unknown(), self._more, self._config)

    def _unknown(self) -> dict[str, int]:
        """Source -> documents whose licence nobody states."""
        counts = {source: reasons[LICENCE_UNKNOWN] for source, reasons in self._reasons.items()}
        return {source: count for source, count in counts.items() if count}

    def facts(self) -> dict[str, Any]:
        """For ``facts["permission"]`` of a unit; ``more_under`` has the profiles that would let more go on."""
        return {
            "profile": self._config.profile,
            "intended_use": self._config.intended_use,
            "refused": self._verdicts["refused"],
            "quarantined": self._verdicts["quarantined"],
            "quarantined_of": self._unknown(),
            "advice": self.next_step(),
            "more_under": {profile: self._more[profile] for profile in PROFILES if self._more[profile]},
        }
