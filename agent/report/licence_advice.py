"""What a user can do about documents that permission kept out: the sentence at the end of an error."""

from __future__ import annotations

from collections.abc import Mapping

from agent.job.licences import PROFILES, Profile, use_of
from agent.spec import PermissionConfig

_SHOWN = 3
"""Sources named in one sentence."""


def licence_advice(unknown: Mapping[str, int], more: Mapping[Profile, int], config: PermissionConfig) -> str:
    """The next step, '' when there is none.

    ``unknown``: source -> documents whose licence nobody states; ``more``: profile -> documents that it would let go
    on.
    """
    parts = []
    if sources := [source for source, count in unknown.items() if count]:
        total = sum(unknown.values())
        options = " ".join(f"--declare {source}=own" for source in sources[:_SHOWN])
        states = "document states" if total == 1 else "documents state"
        parts.append(
            f"{total} {states} no licence and went into quarantine, unused; if the rights are yours, add {options} "
            "(or the SPDX licence you know they are under, in place of own)"
        )
    for profile in PROFILES:
        if (count := more.get(profile, 0)) > 0:
            use = use_of(profile, config.intended_use)
            asked = f"--profile {profile}" + (f" --intended-use {use}" if use != config.intended_use else "")
            parts.append(f"{asked} would admit {count} more, if that is what the model is for")
            break
    return "; ".join(parts) + "." if parts else ""
