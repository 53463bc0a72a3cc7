"""The dataset of a job is a function of its specification and its documents alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.documents import write_documents

OF_THE_RUN = {"sources.jsonl"}
"""Says when each document was read; no row of the dataset does."""


def dataset(folder: Path, documents: Path, turn: str, hash_seed: str) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.workers.one_dataset", str(folder), str(documents), turn]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    hashes: dict[str, str] = json.loads(run.stdout)
    return {name: sha256 for name, sha256 in hashes.items() if name not in OF_THE_RUN}


def test_two_runs_in_another_order_and_process_make_the_same_bytes(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents", 12)
    one = dataset(tmp_path / "one", documents, "first", "1")
    other = dataset(tmp_path / "other", documents, "last", "2")
    assert one == other
    assert {"train.jsonl", "validation.jsonl", "test.jsonl", "heldout.jsonl"} <= set(one)
