"""Commands that use the embedded server, which they start themselves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from agent import Client, JobSpec
from tests.agent.cli.conftest import Finetune

LEFT_AFTER_S = 60.0


def test_jobs_of_a_fresh_home_are_none(finetune: Finetune, own_home: Path) -> None:
    listing = finetune("jobs")
    assert listing.exit_code == 0
    assert listing.stderr == "No jobs here.\n"
    assert (own_home / "server" / "server.conf").is_file()


def test_an_interrupted_run_is_left_and_is_still_known_afterwards(
    finetune: Finetune, documents: Path, own_home: Path
) -> None:
    run = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "agent.cli",
            "run",
            "quantum computing",
            "--source",
            f"dir:{documents}",
            "--json",
        ],
        env={**os.environ, "FINETUNE_HOME": str(own_home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert run.stdout is not None
    submitted = json.loads(run.stdout.readline())
    assert json.loads(run.stdout.readline())["event"] == "progress"
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=LEFT_AFTER_S)
    assert run.returncode == 130
    assert f"`finetune resume {submitted['job_id']}` goes on with it." in said
    status = finetune("status", submitted["job_id"], "--json")
    assert json.loads(status.stdout)["job"]["id"] == submitted["job_id"]
    assert _stopped(own_home)


def test_a_job_whose_embedded_server_lost_its_data_comes_back_from_the_store(
    finetune: Finetune, documents: Path, own_home: Path
) -> None:
    with Client.local(workers=False) as client:
        spec = JobSpec(model="smollm2-135m", subject="quantum computing", sources=[f"dir:{documents}"], job_id="mine")
        client.submit(spec)
    assert _stopped(own_home)
    shutil.rmtree(own_home / "server")
    assert "finetune resume mine --from-store" in finetune("status", "mine").stderr
    back = finetune("resume", "mine", "--from-store", "--plain")
    assert "Found in the store: nothing finished; to be done next: discover 1." in back.stderr
    assert back.exit_code == 1, "one document is too few, and the job says so at its end"
    assert "FAILED" in back.stdout


def _stopped(home: Path) -> bool:
    """Whether the cluster ends by itself, now that its last client is gone."""
    deadline = time.monotonic() + LEFT_AFTER_S
    while (home / "local" / "cluster.json").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
