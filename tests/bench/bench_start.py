"""How long the light side takes to start, beside a bare interpreter and beside the libraries it stands on."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7
CASES = {
    "python, nothing imported": ["-c", "pass"],
    "pydantic and redis alone": ["-c", "import pydantic, redis"],
    "import agent": ["-c", "import agent"],
    "from agent import Client, JobSpec": ["-c", "from agent import Client, JobSpec"],
    "finetune --help": [str(Path(sys.executable).with_name("finetune")), "--help"],
}


def main() -> None:
    """Print the median of each case in milliseconds, rounds interleaved, and its ratio to the bare interpreter."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, arguments in CASES.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - began)
    bare = statistics.median(times["python, nothing imported"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:36} {median * 1000:6.0f} ms   x {median / bare:.1f}")
