"""Wall time and peak memory of the whole demo, with every process it starts, beside its own training alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

SAMPLE_S = 0.5
_GIB = 2**30


def main() -> None:
    """Run ``finetune demo`` in a new home; print seconds a stage and the peak of the summed proportional memory."""
    with tempfile.TemporaryDirectory() as home:
        before = {process.pid for process in psutil.process_iter()}
        peak = _Peak(before)
        peak.start()
        began = time.monotonic()
        run = subprocess.run(
            [str(Path(sys.executable).with_name("finetune")), "demo", "--json"],
            env={**os.environ, "FINETUNE_HOME": home}, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - began
        peak.ended.set()
        peak.join()
    stages = {event["stage"]: event for event in map(json.loads, run.stdout.splitlines()) if event.get("stage")}
    for name, event in stages.items():
        if "elapsed_s" in event:
            print(f"{name:36} {event['elapsed_s']:6.0f} s   {event['elapsed_s'] / seconds:5.0%} of the whole")
    print(f"{'the whole demo':36} {seconds:6.0f} s   exit code {run.returncode}")
    print(f"{'peak memory of all its processes':36} {peak.bytes / _GIB:6.2f} GiB")


class _Peak(threading.Thread):
    """Samples the proportional set size of every process that came after us; shared pages count once."""

    def __init__(self, before: set[int]) -> None:
        super().__init__(daemon=True)
        self._before = before
        self.bytes = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Until ended."""
        while not self.ended.wait(SAMPLE_S):
            total = 0
            for process in psutil.process_iter():
                if process.pid in self._before:
                    continue
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)
