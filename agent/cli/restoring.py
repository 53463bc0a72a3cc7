"""Says in one line what was brought back from the store."""

from __future__ import annotations

from collections import Counter

import click

from agent.cli.output import print_json
from agent.job.machine import StageCounts
from agent.job.restored import Restored


def tell_restored(restored: Restored, *, as_json: bool) -> None:
    """Print what was found; on stderr, as what follows on stdout is about the job itself."""
    if as_json:
        from agent.cli.payload import restored_payload

        print_json(restored_payload(restored))
    else:
        click.echo(restored_line(restored), err=True)


def restored_line(restored: Restored) -> str:
    """Units done by stage, what remains, and what does not count for which reason."""
    done = [_found(stage, counts) for stage, counts in restored.stages.items() if counts.done or counts.set_aside]
    parts = [f"Found in the store: {', '.join(done) or 'nothing finished'}"]
    remaining = [f"{stage} {counts.pending}" for stage, counts in restored.stages.items() if counts.pending]
    if remaining:
        parts.append(f"to be done next: {', '.join(remaining)}")
    if restored.ignored:
        reasons = Counter(restored.ignored.values())
        parts.append(f"ignored: {', '.join(f'{count} {reason}' for reason, count in sorted(reasons.items()))}")
    return "; ".join(parts) + "."


def _found(stage: str, counts: StageCounts) -> str:
    units = counts.done + counts.pending + counts.set_aside
    of_all = f" of {units}" if units > counts.done else ""
    given_up = f" ({counts.set_aside} given up)" if counts.set_aside else ""
    return f"{stage} {counts.done}{of_all}{given_up}"
