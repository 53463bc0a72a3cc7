"""A child process that does what its configuration says, for the tests of `workers.train.child`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from agent.errors import NotEnoughData, WorkerLeaving
from agent.job.records import Record
from workers.train.events import Events, serve


class Behaviour(Record):
    """What to do."""

    act: str
    folder: Path = Path()
    """Where checkpoints are made."""


class Done(Record):
    """What is handed over."""

    answer: int


def behave(config: Behaviour, events: Events) -> Done:
    """Do it."""
    print("a library prints to standard output", flush=True)
    match config.act:
        case "work":
            for step in range(3):
                events.progress(step + 1, 3, loss=1.0 / (step + 1))
        case "hang":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            events.progress(1, 3)
            time.sleep(600)
        case "save":
            events.asked_to_leave.wait()
            (config.folder / "checkpoint-7").mkdir()
            events.checkpoint(7, config.folder / "checkpoint-7")
            raise WorkerLeaving("saved")
        case "deaf":
            events.progress(1, 3)
            time.sleep(600)
        case "fail":
            raise NotEnoughData("No row is left.", next_step="Add rows.")
        case "crash":
            raise ValueError("the tensor is upside down")
        case "exhaust":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
        case "exhausted and killed":
            print("CUDA out of memory. Tried to allocate 20.00 GiB", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        case "cut short":
            events._stream.write('{"event": "resu')
            events._stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        case "lingering":
            threading.Thread(target=time.sleep, args=(600,)).start()
        case name if name.startswith("SIG"):
            os.kill(os.getpid(), signal.Signals[name])
    return Done(answer=42)


if __name__ == "__main__":
    serve(Behaviour, behave, saves=True)
