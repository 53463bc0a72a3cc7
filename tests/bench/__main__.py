"""Runs the benchmarks named on the command line, or all: ``python -m tests.bench [start] [ledger] [demo]``.

Each prints its figure beside a baseline measured in the same run, so that a busy machine cannot mislead.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NAMES = sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    """Run them one after the other."""
    chosen = sys.argv[1:] or NAMES
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        sys.exit(f"No benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
    for name in chosen:
        print(f"\n== {name}", flush=True)
        import_module(f"tests.bench.bench_{name}").main()


if __name__ == "__main__":
    main()
