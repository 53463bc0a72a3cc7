"""Fuzzes every parser and prints what happened: ``python -m tests.workers.parse.fuzz [--minutes 10] [--seed N]``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.workers.parse.fuzz.trial import Found, fuzz


def main() -> None:
    """Run, print, and exit with 1 when something hung or ended in a way no rule foresaw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    asked = parser.parse_args()
    kept_in = Path(tempfile.mkdtemp(prefix="finetune-fuzz-"))
    found = Found(kept_in)
    print(f"{asked.minutes:g} minutes from seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        last = fuzz(asked.seed, Path(scratch), found, until_s=time.monotonic() + asked.minutes * 60)
    _print(found, f"seeds {asked.seed} to {last}")
    sys.exit(bool(found.late or found.unforeseen))


def _print(found: Found, seeds: str) -> None:
    print(f"{found.documents} documents, {seeds}, slowest {found.slowest_s:.1f} s, peak {found.peak_mb} MB")
    for extension in sorted({extension for extension, _ in found.outcomes}):
        of = Counter({outcome: count for (each, outcome), count in found.outcomes.items() if each == extension})
        print(f"  {extension:7} {', '.join(f'{outcome} {count}' for outcome, count in of.most_common())}")
    for kind, count in found.unforeseen.most_common():
        print(f"  unforeseen, {count} times: {kind}\n    {found.reproducers[kind]}")
    for late in found.late:
        print(f"  past its limit: {late}")


if __name__ == "__main__":
    main()
